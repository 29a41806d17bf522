"""Telephone numbers of China: mobiles, landlines, service numbers; others in international form."""

import re
from typing import Any, Final

from archsearch.ingest.faults import MASKED, Fault
from archsearch.ingest.normalise.amounts import expand_scientific, is_scientific
from archsearch.ingest.normalise.cells import Faults, as_text, is_placeholder
from archsearch.ingest.normalise.text import clean_line

PHONE_LIMIT: Final = 200

_PLAIN: Final = re.compile(r"1[3-9][0-9]{9}")
_PLAIN_LANDLINE: Final = re.compile(
    r"0(?:(?:10|2[0-57-9])-[1-9][0-9]{7}|[3-9][0-9]{2}-[1-9][0-9]{6,7})"
)
_SEPARATORS: Final = re.compile(r"[,;、|/\n]|\s(?=(?:\+|00)86)|(?<=\d{7})\s+(?=\d{7})| 或 ?| 和 ?")
_LABEL: Final = re.compile(r"^[^0-9+(]*|[^0-9)]*$")
_NOTE: Final = re.compile(r"\([^0-9)]*\)")
_EXTENSION: Final = re.compile(r"(?<=[0-9])[ \-]*(?:转|分机|ext\.?|x|#)[ :]*([0-9]{1,6})$", re.I)
_DASHED_EXTENSION: Final = re.compile(r"(?<=[0-9]{7})-([0-9]{1,6})$")
_NOISE: Final = re.compile(r"[ \-.()—–_]")
_CHINA: Final = re.compile(r"^(?:\+|00)?86(?=1[3-9][0-9]{9}$|0?[1-9][0-9]{8,11}$)")
# Area codes: 10 and 2x with eight digits, three-digit ones with seven or eight.
_LANDLINE: Final = re.compile(
    r"0?((?:10|2[0-57-9])(?=[1-9][0-9]{7}$)|[3-9][0-9]{2})([1-9][0-9]{6,7})"
)
_SERVICE: Final = re.compile(r"[48]00[0-9]{7}|9[56][0-9]{3,6}|1[0-9]{2}|1[0-9]{4}")
_FOREIGN: Final = re.compile(r"(?:\+|00)([1-9][0-9]{6,14})")
_LOCAL: Final = re.compile(r"[2-8][0-9]{6,7}")
_DIGIT: Final = re.compile(r"[0-9]")
_SHORTEST_WHOLE: Final = 10
_MARKS: Final = re.compile(r"[xX]{2,}|[•●○■□×※]{2,}")
_MARK: Final = re.compile(r"(?<=[0-9]) ?(?:[*•●○■□×※…]|[.\-—–_?]{2,})")
"""Between digits that are too few for a number."""

_HINT: Final = "电话号码不规范，请写成 11 位手机号或 010-12345678 的形式。"
_AREA_HINT: Final = "固定电话缺少区号，请写成 010-12345678 的形式。"
_MANGLED_HINT: Final = "号码被表格软件改成了科学计数法，末尾数字已丢失，请设为文本格式后重新填写。"
_SINGLE_HINT: Final = "这里只能填一个电话，已取第一个，其余请移到别处。"


def is_plain(text: str) -> bool:
    """Whether a text is one mobile or landline number as it is kept."""
    found = _PLAIN.fullmatch(text) or _PLAIN_LANDLINE.fullmatch(text)
    return found is not None


def normalise_phone(cell: Any, faults: Faults) -> str | None:
    """Normalise the one telephone number of a field."""
    if type(cell) is str and _PLAIN.fullmatch(cell):
        return cell
    numbers = normalise_phones(cell, faults)
    if len(numbers) > 1:
        faults.append(Fault("phone_invalid", _SINGLE_HINT))
    return numbers[0] if numbers else None


def normalise_phones(cell: Any, faults: Faults) -> list[str]:
    """Normalise every telephone number of a cell.

    What cannot be read is kept as it was cleaned, with a warning: a clerk may still recognise it.

    >>> normalise_phones("+86 138-1234-5678、（010）12345678转801", [])
    ['13812345678', '010-12345678-801']
    """
    if type(cell) is str and _PLAIN.fullmatch(cell):
        return [cell]
    text = cell if type(cell) is str else as_text(cell, faults)
    if text is None:
        return []
    if len(text) > PHONE_LIMIT:
        faults.append(Fault("too_long", f"超过 {PHONE_LIMIT} 个字，请只填电话号码。"))
        return []
    text = "\n".join(text.splitlines())
    pieces = _SEPARATORS.split("\n".join(clean_line(line, faults) for line in text.split("\n")))
    return [number for piece in pieces if (number := _read(piece.strip(), faults))]


def _read(piece: str, faults: Faults) -> str | None:
    if not piece or is_placeholder(piece):
        return None
    if is_scientific(piece):
        whole = expand_scientific(piece)
        if whole is None:
            faults.append(Fault("excel_mangled", _MANGLED_HINT))
            return None
        piece = whole
    bare = _LABEL.sub("", _NOTE.sub("", piece)) or piece
    extension = _EXTENSION.search(bare) or _DASHED_EXTENSION.search(bare)
    number = _canonical(_NOISE.sub("", bare[: extension.start()] if extension else bare))
    if number is None:
        if _is_masked(piece):
            faults.append(MASKED)
            return None
        faults.append(Fault("phone_invalid", _AREA_HINT if _LOCAL.fullmatch(bare) else _HINT))
        return piece
    return f"{number}-{extension[1]}" if extension else number


def _is_masked(piece: str) -> bool:
    """Whether marks stand for digits; one alone, or a dash, may belong to a whole number."""
    if "**" in piece or not _DIGIT.search(piece):
        # Stars are what we show: validation tells of them, beside the record they are of.
        return False
    whole = len(_DIGIT.findall(piece)) >= _SHORTEST_WHOLE
    return _MARKS.search(piece) is not None or (not whole and _MARK.search(piece) is not None)


def _canonical(digits: str) -> str | None:
    digits = _CHINA.sub("", digits)
    mobile = digits[1:] if digits.startswith("01") else digits
    if _PLAIN.fullmatch(mobile):
        return mobile
    if _SERVICE.fullmatch(digits):
        return digits
    if landline := _LANDLINE.fullmatch(digits):
        return f"0{landline[1]}-{landline[2]}"
    if foreign := _FOREIGN.fullmatch(digits):
        return f"+{foreign[1]}"
    return None
