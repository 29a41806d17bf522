"""Text of any kind: width, spaces, invisible and control characters."""

import re
import unicodedata
from typing import Any, Final

from archsearch.ingest.faults import Fault
from archsearch.ingest.normalise.cells import Faults, as_text

TEXT_LIMIT: Final = 20_000
ADDRESS_LIMIT: Final = 500

HAN: Final = (
    "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\ue000-\uf8ff\uf900-\ufaff"
    "\U00020000-\U000323af"
)
"""Inside a character class: Han characters of all planes, with the private use area, where GBK
files keep rare ones."""

# Bidirectional controls, surrogates and non-characters count as control characters: none of them
# is typed on purpose and each can break a display or an encoding.
_CONTROLS: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef"
    "\ufffe\uffff]"
)
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2065\u206a-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
_LINE_BREAKS: Final = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES: Final = re.compile(r"\s+")
_HAN_SPACE: Final = re.compile(rf"(?<=[{HAN}，、。；：（）]) (?=[{HAN}0-9，、。；：（）])")
_HAN_SPACE_AFTER: Final = re.compile(rf"(?<=[0-9]) (?=[{HAN}])")
_PLAIN_LINE: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff!-~]+")
_PLAIN_ADDRESS: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff0-9A-Za-z\-#（）()]{1,500}")


def _width_table() -> dict[int, str]:
    """Map full-width and half-width forms and radical look-alikes to the ordinary character.

    NFKC would also undo circles, squares, superscripts and ligatures, which mean something.
    """
    table = {0x3000: " "}
    for code in (*range(0xFF00, 0xFFF0), *range(0x2E80, 0x2FE0)):
        tag, _, mapped = unicodedata.decomposition(chr(code)).partition(" ")
        if tag in ("<wide>", "<narrow>") or (tag == "<compat>" and code < 0x3000):  # noqa: PLR2004 - radicals end there
            table[code] = "".join(chr(int(point, 16)) for point in mapped.split())
    return table


WIDTH: Final = _width_table()
_ADDRESS_WIDTH: Final = {
    code: char for code, char in WIDTH.items() if char.isalnum() or char in " -#/"
}


def fold_width(text: str) -> str:
    """Turn full-width letters, digits and signs into ordinary ones.

    >>> fold_width("ＡＢＣ－１２３（株）")
    'ABC-123(株)'
    """
    return text if text.isascii() else text.translate(WIDTH)


def drop_controls(text: str, faults: Faults) -> str:
    """Remove control characters and say so."""
    if text.isprintable():
        return text
    cleaned = _CONTROLS.sub("", text)
    if cleaned != text:
        faults.append(Fault("control_characters", "含有不可见的控制字符，已去除，请核对。"))
    return cleaned


def clean_line(text: str, faults: Faults, width: dict[int, str] = WIDTH) -> str:
    """Make one clean line: controls and invisible characters out, width folded, single spaces.

    >>> clean_line(" ＡＢ  Ｃ ", [])
    'AB C'
    """
    if text.isascii() and text.isprintable():
        return text if text == text.strip() and "  " not in text else " ".join(text.split())
    text = _INVISIBLE.sub("", drop_controls(text, faults))
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text.translate(width))).strip()


def bounded_line(
    cell: Any, faults: Faults, limit: int, width: dict[int, str] = WIDTH
) -> str | None:
    """Read a cell as one clean line of at most ``limit`` characters; None if there is nothing."""
    if type(cell) is str and len(cell) <= limit and _PLAIN_LINE.fullmatch(cell):
        return cell
    text = cell if type(cell) is str else as_text(cell, faults)
    if text is None:
        return None
    # Measured before cleaning as well, so that hostile lengths cost nothing.
    line = clean_line(text, faults, width) if len(text) <= 2 * limit + 100 else text
    if len(line) > limit:
        faults.append(Fault("too_long", f"超过 {limit} 个字，请缩短或拆分。"))
        return None
    return line or None


def normalise_text(cell: Any, faults: Faults) -> str | None:
    """Normalise prose: composed characters, no controls, trimmed; its content stays as it is."""
    if type(cell) is str and len(cell) <= TEXT_LIMIT and _is_clean_prose(cell):
        return cell or None
    text = as_text(cell, faults)
    if text is None:
        return None
    if len(text) <= 2 * TEXT_LIMIT:
        text = drop_controls(_LINE_BREAKS.sub("\n", text), faults).replace("\ufeff", "")
        text = unicodedata.normalize("NFC", text).strip()
    if len(text) > TEXT_LIMIT:
        faults.append(Fault("too_long", f"超过 {TEXT_LIMIT} 个字，请缩短或拆分。"))
        return None
    return text or None


def _is_clean_prose(text: str) -> bool:
    return (
        text.isprintable()
        and text == text.strip()
        and (text.isascii() or unicodedata.is_normalized("NFC", text))
    )


def normalise_address(cell: Any, faults: Faults) -> str | None:
    """Normalise an address: width of letters and digits, no spaces beside Han characters."""
    if type(cell) is str and _PLAIN_ADDRESS.fullmatch(cell):
        return cell
    line = bounded_line(cell, faults, ADDRESS_LIMIT, _ADDRESS_WIDTH)
    if line is None:
        return None
    return _HAN_SPACE_AFTER.sub("", _HAN_SPACE.sub("", line))
