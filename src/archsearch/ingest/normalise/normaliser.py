"""Rows of mapped cells to drafts of records."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from archsearch.domain.problem import Problem, Where
from archsearch.domain.record import JsonValue, Origin, Values
from archsearch.domain.regions import RegionTree
from archsearch.domain.schema import FieldSpec, FieldType, Schema
from archsearch.domain.vocabulary import Vocabulary
from archsearch.errors import SettingsError
from archsearch.ingest.faults import Fault, problem
from archsearch.ingest.normalise.cells import Faults, FieldNormaliser, as_json, is_altered, is_blank
from archsearch.ingest.normalise.derive import Derivation, is_enterprise_name
from archsearch.ingest.normalise.fields import LIST_LIMIT, OWN_IDENTIFIER, Sources, normaliser_of
from archsearch.ingest.normalise.identifiers import lengthen_person
from archsearch.ingest.rows import Draft, Row

Report: TypeAlias = Callable[[Fault, FieldSpec, str], None]
_SELF_LIMIT: Final = 64
_MOST_KNOWN: Final = 16_384
_NOT_A_GROUP: Final = Fault("value_invalid", "内容应为若干个子项，请按模板分列填写。")


@dataclass(frozen=True, slots=True)
class _Field:
    """A field and what to do with its cell; ``members`` by short key for groups only."""

    key: str
    spec: FieldSpec
    normalise: FieldNormaliser | None
    members: tuple["_Field", ...] = ()


class _Settled:
    """Texts that a field keeps as they are, without a fault, for columns that repeat a few.

    Not a cache of results: what is not in it is normalised as ever.
    """

    __slots__ = ("texts",)

    def __init__(self) -> None:
        self.texts: set[object] = set()

    def learn(self, text: str) -> None:
        if len(text) <= _SELF_LIMIT:
            if len(self.texts) >= _MOST_KNOWN:
                self.texts.clear()
            self.texts.add(text)


@dataclass(slots=True)
class _Collected:
    """What becomes of one row."""

    where: Where
    values: Values
    original: dict[str, JsonValue]
    problems: list[Problem]

    def report(self, faults: Faults, spec: FieldSpec, prefix: str = "") -> None:
        """Turn the faults of one cell into problems, and forget them."""
        for fault in faults:
            label = prefix + spec.label
            self.problems.append(problem(self.where, fault, field=spec.key, label=label))
        faults.clear()


class Normaliser:
    """Normalises rows by a schema. Holds caches but no state; may be shared between threads.

    Args:
        schema: The fields; system fields are ignored on input.
        vocabularies: By name, all that the schema refers to.
        regions: The region tree.
        defaults: Values for top-level fields that a row leaves empty, in any accepted spelling.

    Raises:
        SettingsError: A default is not a value its field accepts, or a vocabulary is missing.
    """

    def __init__(
        self,
        schema: Schema,
        vocabularies: Mapping[str, Vocabulary],
        regions: RegionTree,
        *,
        defaults: Mapping[str, str] | None = None,
    ) -> None:
        missing = {spec.vocabulary for spec in schema.leaves if spec.vocabulary} - set(vocabularies)
        if missing:
            raise SettingsError(f"schema.yaml 引用了不存在的词表：{'、'.join(sorted(missing))}。")
        sources = Sources(vocabularies, regions)
        self._fields = tuple(_prepare(spec, sources) for spec in schema.fields if not spec.system)
        # Walked once a row, absent fields included: plain tuples are the fastest to unpack.
        self._plan = tuple(
            (field.key, field.normalise, field, _Settled() if _repeats(field.spec) else None)
            for field in self._fields
        )
        self._derivation = Derivation(schema, vocabularies, regions)
        self._defaults = self._checked(defaults or {})

    def normalise(self, row: Row, raw: Mapping[str, Any]) -> Draft:
        """Normalise one row.

        Args:
            row: The row as read, for its position.
            raw: Cells by top-level schema key; a group is a dict, a repeated one a list of dicts.
                Keys that the schema lacks are ignored: mapping reports them.
        """
        collected = _Collected(row.where, {}, {}, [])
        values = collected.values
        faults: Faults = []
        for key, convert, field, settled in self._plan:
            if key not in raw:
                continue
            cell = raw[key]
            if settled is not None and type(cell) is str and cell in settled.texts:
                values[key] = cell
                continue
            if convert is None:
                _normalise_group(field, cell, collected)
                continue
            value = convert(cell, faults)
            if faults:
                collected.report(faults, field.spec)
            elif settled is not None and type(value) is str and value == cell:
                settled.learn(value)
            if value is not None:
                values[key] = value
            if value is not cell and is_altered(cell, value):
                collected.original[key] = as_json(cell)
        _lengthen_identifier(collected)
        return self._completed(row, collected)

    def _completed(self, row: Row, collected: _Collected) -> Draft:
        values = collected.values
        derived = self._derivation.complete(values)
        origins = dict.fromkeys(derived, Origin.DERIVED)
        values.update(derived)
        for key, default in self._defaults.items():
            if key not in values:
                values[key] = default
                origins[key] = Origin.DEFAULT
        return Draft(row, values, collected.original, origins, tuple(collected.problems))

    def _checked(self, defaults: Mapping[str, str]) -> dict[str, JsonValue]:
        fields = {field.key: field for field in self._fields}
        checked: dict[str, JsonValue] = {}
        for key, text in defaults.items():
            field = fields.get(key)
            if field is None or field.normalise is None:
                raise SettingsError(f"默认值的字段 {key} 不在元数据标准中。")
            faults: Faults = []
            value = field.normalise(text, faults)
            if value is None or faults:
                reason = faults[0].text if faults else "不能为空。"
                raise SettingsError(f"字段 {key} 的默认值不可用：{reason}")
            checked[key] = value
        return checked


def _repeats(spec: FieldSpec) -> bool:
    """Whether a column of this field is likely to hold the same few values again and again."""
    single = not spec.many and spec.type is not FieldType.TAGS
    few = spec.facet or spec.vocabulary is not None
    return single and (few or spec.type in {FieldType.REGION, FieldType.DATE})


def _prepare(spec: FieldSpec, sources: Sources) -> _Field:
    key = spec.key.rpartition(".")[2]
    if spec.type is FieldType.GROUP:
        return _Field(key, spec, None, tuple(_prepare(member, sources) for member in spec.fields))
    return _Field(key, spec, normaliser_of(spec, sources))


def _normalise_group(field: _Field, cell: Any, collected: _Collected) -> None:
    """Normalise a group or list of groups member by member; empty ones are dropped.

    ``original`` gets, at the same place, those members alone that were changed.
    """
    items = cell if isinstance(cell, (list, tuple)) else (cell,)
    limit = LIST_LIMIT if field.spec.many else 1
    if len(items) > limit:
        collected.report([Fault("too_long", f"超过 {limit} 项，请精简。")], field.spec)
        items = items[:limit]
    kept: list[JsonValue] = []
    originals: list[JsonValue] = []
    for number, item in enumerate(items, 1):
        if not isinstance(item, dict):
            if not is_blank(item):
                collected.report([_NOT_A_GROUP], field.spec)
            continue
        values, original = _normalise_members(field, item, collected, number)
        if values:
            kept.append(values)
            originals.append(original)
    if kept:
        collected.values[field.key] = kept if field.spec.many else kept[0]
    if any(originals):
        collected.original[field.key] = originals if field.spec.many else originals[0]


def _normalise_members(
    field: _Field, item: Mapping[str, Any], collected: _Collected, number: int
) -> tuple[dict[str, JsonValue], dict[str, JsonValue]]:
    values: dict[str, JsonValue] = {}
    original: dict[str, JsonValue] = {}
    faults: Faults = []
    for member in field.members:
        key = member.key
        if key not in item or member.normalise is None:
            continue
        cell = item[key]
        value = member.normalise(cell, faults)
        if faults:
            place = f"第 {number} 项" if field.spec.many else ""
            collected.report(faults, member.spec, f"{field.spec.label}{place}的")
        if value is not None:
            values[key] = value
        if value is not cell and is_altered(cell, value):
            original[key] = as_json(cell)
    return values, original


def _lengthen_identifier(collected: _Collected) -> None:
    """Lengthen the customer's own 15-digit number, unless it is a business registration number.

    The two cannot be told apart by their digits alone: one registration number in forty reads as a
    person's.
    """
    number = collected.values.get(OWN_IDENTIFIER)
    if not isinstance(number, str) or len(number) != 15:  # noqa: PLR2004 - the old length
        return
    name = collected.values.get("name")
    if isinstance(name, str) and is_enterprise_name(name):
        return
    longer = lengthen_person(number)
    if longer != number:
        collected.original.setdefault(OWN_IDENTIFIER, number)
        collected.values[OWN_IDENTIFIER] = longer
