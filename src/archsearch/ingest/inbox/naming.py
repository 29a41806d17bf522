"""What the name of a scan says, by the naming rule of the house."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Final

_FIELDS: Final[Mapping[str, str]] = {
    "name": r"[^_/\\]{1,60}",
    "last4": r"[0-9A-Za-z]{4}",
    "kind": r"[^_/\\]{1,40}",
    "date": r"[0-9]{4}[-.年]?[0-9]{1,2}[-.月]?[0-9]{1,2}日?",
}
_COPY: Final = r"(?:[ _-]*\([0-9]{1,4}\)|[ _-]+[0-9]{1,3})?"
"""What scanners and file managers add to tell files of one name apart."""
_HAN: Final = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_PART: Final = re.compile(r"\{(\w+)\}")
_DAY: Final = re.compile(r"([0-9]{4})[-.年]?([0-9]{1,2})[-.月]?([0-9]{1,2})日?")


class NameRule:
    """Reads names made by a template such as ``{name}_{last4}_{kind}_{date}``.

    Only the date may be missing. A name of a customer has a Chinese character: ``IMG_0001_A4`` is
    what a scanner says, and nobody's name.
    """

    def __init__(self, template: str) -> None:
        self._pattern = re.compile(_regex(template))

    def read(self, file_name: str) -> dict[str, str]:
        """Give what a name says by field; nothing if it was not made by the rule."""
        plain = unicodedata.normalize("NFKC", file_name)
        found = self._pattern.fullmatch((plain.rpartition(".")[0] or plain).strip())
        said = (
            {key: value.strip() for key, value in found.groupdict().items() if value}
            if found
            else {}
        )
        if not _HAN.search(said.get("name", "")):
            return {}
        if "date" in said:
            said["date"] = read_day(said["date"])
            if not said["date"]:
                return {}
        if "last4" in said:
            said["last4"] = said["last4"].upper()
        return said


def fault_of(template: str) -> str:
    """Say what is wrong with a template; nothing if nothing is."""
    fields = _PART.findall(template)
    unknown = [field for field in fields if field not in _FIELDS]
    if unknown:
        return f"没有字段 {unknown[0]}；可用：{'、'.join(_FIELDS)}。"
    if "name" not in fields:
        return "命名规则里必须有 {name}（客户姓名）。"
    return "同一字段写了两次。" if len(set(fields)) < len(fields) else ""


def read_day(text: str) -> str:
    """Read a day as names write it; empty if it is none."""
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())).isoformat() if found else ""
    except ValueError:
        return ""


def _regex(template: str) -> str:
    pieces = _PART.split(template)
    pattern = re.escape(pieces[0])
    for number, field in enumerate(pieces[1::2]):
        group = f"(?P<{field}>{_FIELDS[field]})"
        if field == "date" and number:
            # With what stands before it.
            before = re.escape(pieces[2 * number])
            pattern = pattern[: len(pattern) - len(before)] + f"(?:{before}{group})?"
        else:
            pattern += group
        pattern += re.escape(pieces[2 * number + 2])
    return pattern + _COPY
