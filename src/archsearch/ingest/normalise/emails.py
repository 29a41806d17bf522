"""E-mail addresses."""

import re
from typing import Any, Final

from archsearch.ingest.faults import MASKED, Fault
from archsearch.ingest.normalise.cells import Faults, is_placeholder
from archsearch.ingest.normalise.text import bounded_line

EMAIL_LIMIT: Final = 254
"""RFC 5321 by way of RFC 3696, erratum 1690."""

_ADDRESS: Final = re.compile(
    r"[^\s@,;<>()\"]{1,64}@(?:[a-z0-9\u4e00-\u9fff](?:[a-z0-9\u4e00-\u9fff-]*"
    r"[a-z0-9\u4e00-\u9fff])?\.)+[a-z\u4e00-\u9fff]{2,24}"
)
_PLAIN: Final = re.compile(r"[a-z0-9._+\-]{1,64}@(?:[a-z0-9]{1,60}\.)+[a-z]{2,24}")
_MARK: Final = re.compile(r"[*•●○■□×※…]|\.{3}")
"""Stars in a row are what we show: validation tells of them, beside the record they are of."""
_HINT: Final = "邮箱地址不规范，请写成 name@example.com 的形式。"


def normalise_email(cell: Any, faults: Faults) -> str | None:
    """Normalise an e-mail address to lower case; a doubtful one is kept, with a warning."""
    if type(cell) is str and len(cell) <= EMAIL_LIMIT and _PLAIN.fullmatch(cell):
        return cell
    line = bounded_line(cell, faults, EMAIL_LIMIT)
    if line is None:
        return None
    address = line.replace(" ", "").lower().removeprefix("mailto:").strip("<>;,。")
    if not address or is_placeholder(address):
        return None
    if "@" in address and "**" not in address and _MARK.search(address):
        faults.append(MASKED)
        return None
    if not _ADDRESS.fullmatch(address):
        faults.append(Fault("email_invalid", _HINT))
    return address
