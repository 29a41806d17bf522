"""Record ids (档号) by a template in the manner of DA/T 22.

The shipped one is ``{fonds}-{category}-{year}-{number:06d}``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Final

from archsearch.domain.record import RecordId
from archsearch.errors import SettingsError

_FIELDS: Final = frozenset({"fonds", "category", "year", "number"})
_NUMBER_FORMAT: Final = re.compile(r"0?([1-9]|1[0-2])d")
_ALLOWED: Final = re.compile(r"[0-9A-Za-z\u4e00-\u9fff·._\-]*")
_FONDS: Final = re.compile(r"[0-9A-Za-z\u4e00-\u9fff]{1,20}")
_SAMPLE_YEAR: Final = 2024
_LIMIT: Final = 64


@dataclass(frozen=True, slots=True)
class NamingRule:
    """A template for record ids, checked when made.

    An id is a prefix, the same for all records of a category and year, and a number counted within
    that prefix. The number is the end of the id and does not touch another digit, so two different
    (prefix, number) pairs never give one id, also when the number outgrows its width.

    Args:
        template: Literal text and the fields ``{fonds}``, ``{category}``, ``{year}``, ``{number}``;
            ``{number:06d}`` last.
        fonds: Code of the archive (全宗号).
        categories: Category code by customer nature (客户性质).
        other: Category code of customers whose nature is unknown.

    Raises:
        SettingsError: The template or a code cannot give readable, unique ids.
    """

    template: str
    fonds: str
    categories: Mapping[str, str]
    other: str

    def __post_init__(self) -> None:
        for code in (self.fonds, self.other, *self.categories.values()):
            if not _FONDS.fullmatch(code):
                raise SettingsError(
                    "档号规则中的全宗号和类别代码只能用 1 到 20 个字母、数字或汉字。"
                )
        _check_template(self.template)
        if (
            not self.prefix(None, _SAMPLE_YEAR)
            or len(self.name(self.prefix(None, 9999), 10**11)) > _LIMIT
        ):
            raise SettingsError(f"档号规则生成的档号须有前缀，且不超过 {_LIMIT} 个字。")

    def prefix(self, nature: str | None, year: int) -> str:
        """Give what comes before the number; count numbers separately for each prefix."""
        head = self.template[: self.template.rindex("{number")]
        category = self.categories.get(nature, self.other) if nature else self.other
        return head.format(fonds=self.fonds, category=category, year=f"{year:04d}")

    def name(self, prefix: str, number: int) -> RecordId:
        """Give the id of the ``number``-th record under a prefix.

        >>> template = "{fonds}-{category}-{year}-{number:06d}"
        >>> rule = NamingRule(template, "A001", {"个人": "GR"}, "QT")
        >>> rule.name(rule.prefix("个人", 2024), 17)
        'A001-GR-2024-000017'
        """
        if number < 1:
            raise ValueError("record numbers count from 1")
        tail = self.template[self.template.rindex("{number") :]
        return RecordId(prefix + tail.format(number=number))


def _check_template(template: str) -> None:
    try:
        parts = list(Formatter().parse(template))
    except ValueError as exc:
        raise SettingsError("档号规则的花括号不成对。") from exc
    fields = [field for _, field, _, _ in parts if field is not None]
    unknown = sorted(set(fields) - _FIELDS)
    if unknown:
        known = "、".join(sorted(_FIELDS))
        raise SettingsError(f"档号规则中有未知的项 {unknown[0] or '{}'}，可用：{known}。")
    if not all(_ALLOWED.fullmatch(literal) for literal, _, _, _ in parts):
        raise SettingsError("档号规则中的固定文字只能用字母、数字、汉字和 - _ . ·。")
    if fields.count("number") != 1 or parts[-1][1] != "number":
        raise SettingsError("档号规则须以流水号 {number:06d} 结尾，且只出现一次。")
    if any(spec or conversion for _, field, spec, conversion in parts if field != "number"):
        raise SettingsError("档号规则中只有流水号可以带格式，如 {number:06d}。")
    if not _NUMBER_FORMAT.fullmatch(parts[-1][2] or "") or parts[-1][3]:
        raise SettingsError("流水号要写明位数，如 {number:06d}。")
    before = parts[-1][0]
    if not before or before[-1].isdigit():
        raise SettingsError("流水号之前须有分隔符，如 -，否则档号可能重复。")
