"""Numbers and amounts of money; amounts are yuan, exact to the fen."""

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, Final

from archsearch.analysis.numerals import read_number
from archsearch.ingest.faults import Fault
from archsearch.ingest.normalise.cells import Faults, as_text, is_placeholder
from archsearch.ingest.normalise.text import clean_line

AMOUNT_LIMIT: Final = 9 * 10**13
"""Below it a float tells every fen apart."""
NUMBER_LIMIT: Final = 2**53
"""Below it a float tells all whole numbers apart."""
_CELL_LIMIT: Final = 64

_PLAIN: Final = re.compile(r"[0-9]{1,13}")
_SCIENTIFIC: Final = re.compile(r"([0-9])(?:\.([0-9]+))?[eE]\+?([0-9]{1,2})")
_COUNTER: Final = re.compile(r" ?(?:次|张|个|页|笔|户|人|台|套|辆|天|期|dpi)$", re.IGNORECASE)
_CURRENCY: Final = re.compile(r"人民币|RMB|CNY|[¥￥$]", re.IGNORECASE)
_FOREIGN: Final = re.compile(
    r"美元|美金|欧元|英镑|日元|港[币元]|[澳加新]元|法郎|马克|USD|EUR|HKD|JPY|GBP|[$€£]", re.I
)
_UNIT_IN_BRACKETS: Final = re.compile(r"\(([十百千万亿]{0,3}[元圆]?)\)$")
_BRACKETED: Final = re.compile(r"\((.+)\)([十百千万亿]{0,3}[元圆]?)")
_SIGN: Final = re.compile(r"^[-−–—负]")
_PARTS: Final = re.compile(
    r"(?:(?P<yuan>[^元圆块角毛分]+)[元圆块]?)?(?:零?(?P<jiao>[^元圆块角毛分])[角毛])?"
    r"(?:零?(?P<fen>[^元圆块角毛分])分)?[整正]?"
)
_FEN: Final = Decimal("0.01")

_NUMBER_HINT: Final = "不是有效的数字，请只填数字，如 1234.5。"
_AMOUNT_HINT: Final = "金额看不懂，请写成 12000、1.2万元 或 壹万贰仟元整。"
_FOREIGN_HINT: Final = "只接受人民币金额，请换算后填写，原币种可写在备注里。"
_MANGLED_HINT: Final = "被表格软件改成了科学计数法，末尾数字已丢失，请设为文本格式后重新填写。"


def normalise_number(cell: Any, faults: Faults) -> int | float | None:
    """Normalise a count or measure: figures, Chinese numerals, a counter behind (3次)."""
    if type(cell) is int and -NUMBER_LIMIT < cell < NUMBER_LIMIT:
        return cell
    line = _figures(cell, faults)
    if not line:
        return None
    value = _signed(_COUNTER.sub("", line))
    if value is None or abs(value) >= NUMBER_LIMIT:
        faults.append(_fault(line, "number_invalid", _NUMBER_HINT))
        return None
    return _plain(value)


def normalise_amount(cell: Any, faults: Faults) -> int | float | None:
    """Normalise an amount to yuan: separators, 万 and 亿, currency signs, brackets for debts."""
    if type(cell) is str and _PLAIN.fullmatch(cell):
        return int(cell)
    if type(cell) is int and -AMOUNT_LIMIT < cell < AMOUNT_LIMIT:
        return cell
    line = _figures(cell, faults)
    if not line:
        return None
    value = _yuan(line)
    if value is None or abs(value) >= AMOUNT_LIMIT:
        hint = _FOREIGN_HINT if _FOREIGN.search(line) else _AMOUNT_HINT
        faults.append(_fault(line, "amount_invalid", hint))
        return None
    return _plain(value.quantize(_FEN, ROUND_HALF_UP))


def _figures(cell: Any, faults: Faults) -> str | None:
    """Read a cell as a short line without spaces; None where it says nothing."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    text = as_text(cell, faults)
    if text is None:
        return None
    line = clean_line(text, faults).replace(" ", "") if len(text) <= _CELL_LIMIT else "过长"
    return None if is_placeholder(line) else line


def _fault(line: str, code: str, hint: str) -> Fault:
    if _SCIENTIFIC.fullmatch(line):
        return Fault("excel_mangled", _MANGLED_HINT)
    return Fault(code, hint)


def expand_scientific(line: str) -> str | None:
    """Write 1.3812345678E+10 in full if no digit was lost; None otherwise.

    >>> expand_scientific("1.3812345678E+10"), expand_scientific("1.38E+10")
    ('13812345678', None)
    """
    found = _SCIENTIFIC.fullmatch(line)
    if not found:
        return None
    first, fraction, exponent = found.groups(default="")
    return first + fraction if len(fraction) == int(exponent) else None


def is_scientific(line: str) -> bool:
    """Whether a line is a number as spreadsheets abbreviate it."""
    return bool(_SCIENTIFIC.fullmatch(line))


def _signed(line: str) -> Decimal | None:
    negative = bool(_SIGN.match(line))
    line = expand_scientific(line) or line
    value = read_number(line[1:] if negative else line)
    return -value if negative and value is not None else value


@lru_cache(maxsize=4096)
def _yuan(line: str) -> Decimal | None:
    if _FOREIGN.search(line):
        return None
    line = _UNIT_IN_BRACKETS.sub(r"\1", _CURRENCY.sub("", line).replace("()", ""))
    negative = bool(_SIGN.match(line))
    line = line[1:] if negative else line
    if bracketed := _BRACKETED.fullmatch(line):
        # Bookkeeping writes debts in brackets; with a sign as well it is unclear what is meant.
        if negative:
            return None
        negative, line = True, bracketed[1] + bracketed[2]
    value = _unsigned_yuan(expand_scientific(line) or line)
    return -value if negative and value is not None else value


def _unsigned_yuan(line: str) -> Decimal | None:
    found = _PARTS.fullmatch(line)
    if not found or not any(found.groups()):
        return None
    total = Decimal(0)
    for part, value in (("yuan", Decimal(1)), ("jiao", Decimal("0.1")), ("fen", _FEN)):
        if found[part]:
            number = read_number(found[part])
            if number is None:
                return None
            total += number * value
    return total


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
