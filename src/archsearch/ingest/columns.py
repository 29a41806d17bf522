"""From the column names people write to fields of the schema.

``客户名称*``, ``年收入(万元)``, ``联系人1姓名``, ``contacts[0].name``, ``财务状况-年收入`` and the
line breaks of a narrow spreadsheet column are all read here; values are none of this module's
business.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from archsearch.domain.schema import FieldSpec, FieldType, Schema

_NOISE = re.compile(r"[\s*※★]+")
_SEPARATORS = re.compile(r"[-_./\\:,、·>|\[\]]+")
_NOTE = re.compile(
    r"(?<=.)(?:\(([^()]*)\)|【([^【】]*)】|〔([^〔〕]*)〕|\[(?![a-z0-9_]+\])([^\[\]]*)\])$"
)
_ORDINAL = re.compile(
    r"[\[(.](?P<zero>\d{1,3})[\])]?(?=\.|$|\D)|第?(?P<one>\d{1,3}|[一二三四五六七八九十])(?:个|位)?"
)
_HAN_DIGITS = "一二三四五六七八九十"
_UNIT = re.compile(
    r"(?:单位:?)?(?:人民币|rmb|cny)?"
    r"(?P<unit>(?:[十百千]?[万亿]|[十百千])?(?:元|美元|港元|港币|欧元|日元|英镑|usd|hkd|eur|jpy)"
    r"|[十百千]?[万亿])"
)
_UNIT_ENDING = re.compile(r"[-_/:,]?(?:单位:?)?(?:[十百千]?[万亿]|[十百千])?元$")
_MOST_KNOWN = 10_000
_LIST_ENDINGS = ("列表", "清单", "信息")


Member = tuple[FieldSpec, str]
"""A field inside a group, and the unit that the name it was found by states."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the values of a column go.

    ``member`` is the field inside the group ``spec``; ``slot`` counts the entries of a repeated
    group from 1; ``unit`` is what the column's name says its amounts are in.
    """

    spec: FieldSpec
    member: FieldSpec | None = None
    slot: int = 1
    unit: str = ""


class ColumnNames:
    """Every name by which the fields of a schema can be called."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._members = {spec.key: dict(_member_names(spec, schema)) for spec in _groups(schema)}
        self._known: dict[tuple[str, str], Member | None] = {}
        self._targets: dict[str, Target] = {}
        for name, target in self._all_names():
            self._targets.setdefault(loosen(name), target)
        self._prefixes = [
            (loosen(name), group) for group in _groups(schema) for name in _names(group)
        ]

    def find(self, name: str) -> Target | None:
        """Find what a column name means, if anything."""
        folded = fold(name)
        unit = ""
        while True:
            target = self._find_plain(folded)
            if target:
                return replace(target, unit=unit) if unit and _is_amount(target) else target
            note = _NOTE.search(folded)
            if not note:
                break
            unit = unit or unit_in(next(filter(None, note.groups()), ""))
            folded = folded[: note.start()]
        return self._find_with_unit(folded)

    def member(self, group: FieldSpec, name: str) -> Member | None:
        """Find what a name means inside a group; returns the field and the unit named."""
        if (group.key, name) not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[group.key, name] = self._find_member(group, name)
        return self._known[group.key, name]

    def _find_member(self, group: FieldSpec, name: str) -> Member | None:
        folded = fold(name)
        note = _NOTE.search(folded)
        unit = unit_in(next(filter(None, note.groups()), "")) if note else ""
        names = self._members[group.key]
        for text in (folded, folded[: note.start()] if note else ""):
            loose = loosen(text)
            if found := names.get(loose):
                return found, unit
            # 日期 inside 服务记录 is 服务日期, as long as nothing else there ends alike.
            endings = {
                spec.key: spec for full, spec in names.items() if loose[1:] and full.endswith(loose)
            }
            if len(endings) == 1:
                return next(iter(endings.values())), unit
        return None

    def _find_plain(self, folded: str) -> Target | None:
        if target := self._look_up(loosen(folded)):
            return target
        for match in _ORDINAL.finditer(folded):
            rest = folded[: match.start()] + folded[match.end() :]
            target = self._look_up(loosen(rest))
            slot = _slot(match)
            if target and (target.spec.many or slot == 1):
                return replace(target, slot=slot)
        return None

    def _look_up(self, loose: str) -> Target | None:
        if target := self._targets.get(loose):
            return target
        for prefix, group in self._prefixes:
            if loose.startswith(prefix) and loose != prefix:
                found = self.member(group, loose.removeprefix(prefix))
                if found:
                    return Target(group, found[0], unit=found[1])
        return None

    def _find_with_unit(self, folded: str) -> Target | None:
        """Read a unit without brackets: 年收入_万元."""
        ending = _UNIT_ENDING.search(folded)
        target = self._find_plain(folded[: ending.start()]) if ending else None
        if ending and target and _is_amount(target):
            return replace(target, unit=unit_in(loosen(ending.group())))
        return None

    def _all_names(self) -> Iterator[tuple[str, Target]]:
        tops = {spec.key: spec for spec in self._schema.fields}
        for spec in self._schema.walk():
            top = tops[spec.key.partition(".")[0]]
            for name in _names(spec):
                yield name, Target(top) if spec is top else Target(top, spec)
        for group in _groups(self._schema):
            for ending in _LIST_ENDINGS:
                for name in _names(group):
                    yield name + ending, Target(group)


def fold(name: str) -> str:
    """Fold width, case, white space and the stars of required columns."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", name)).casefold()


def loosen(name: str) -> str:
    """Fold a name further: what separates its parts does not matter."""
    return _SEPARATORS.sub("", fold(name))


def unit_in(note: str) -> str:
    """Find the unit that a note in a column name states, empty if none."""
    match = _UNIT.fullmatch(note)
    return match["unit"] if match else ""


def _groups(schema: Schema) -> Iterator[FieldSpec]:
    return (spec for spec in schema.fields if spec.type is FieldType.GROUP)


def _names(spec: FieldSpec) -> Iterable[str]:
    return spec.key, spec.label, *spec.aliases


def _is_amount(target: Target) -> bool:
    return (target.member or target.spec).type is FieldType.AMOUNT


def _slot(match: re.Match[str]) -> int:
    if match["zero"]:
        return int(match["zero"]) + 1
    ordinal = match["one"]
    return _HAN_DIGITS.index(ordinal) + 1 if ordinal in _HAN_DIGITS else int(ordinal)


def _member_names(group: FieldSpec, schema: Schema) -> Iterator[tuple[str, FieldSpec]]:
    """Yield what the members of a group are called inside it, the surest names last.

    A contact's 姓名 is known from the field of that name at the top.
    """
    own: dict[str, FieldSpec] = {}
    borrowed: dict[str, FieldSpec] = {}
    for member in group.fields:
        short = member.key.rpartition(".")[2]
        for name in (short, member.label, *member.aliases):
            own.setdefault(loosen(name), member)
            for prefix in (group.label, *group.aliases):
                if name.startswith(prefix) and name != prefix:
                    own.setdefault(loosen(name.removeprefix(prefix)), member)
        top = schema.find(short)
        if top and "." not in top.key:
            for name in _names(top):
                borrowed.setdefault(loosen(name), member)
    yield from borrowed.items()
    yield from own.items()
