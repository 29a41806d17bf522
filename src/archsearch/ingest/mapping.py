"""From a row's own columns to the fields of the schema, values still as they were written."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from archsearch.domain.problem import Problem, Severity, Where
from archsearch.domain.record import JsonValue
from archsearch.domain.schema import FieldType, Schema
from archsearch.errors import SettingsError
from archsearch.ingest.assembly import Assembly
from archsearch.ingest.cells import Read, plain, reader
from archsearch.ingest.columns import ColumnNames, Target, loosen
from archsearch.ingest.readers.faults import column_name
from archsearch.ingest.readers.header import REJECT_COLUMNS
from archsearch.ingest.rows import Row

_MOST_PLANS = 256
_MOST_WARNINGS = 10_000
_NAME = "name"
_CUSTOMERS = "客户"
"""No alias of the name: on forms, and in names of columns, it stands before much else."""
_MESSAGES = {
    "no_known_column": "没有一个列名认得出来；第一行应当是列名，请检查表头，或编写列映射。",
    "unknown_column": "不认识列名{}，这一列没有录入；请改列名，或在列映射里注明。",
    "system_column": "列{}由系统维护，录入时不采用。",
    "column_conflict": "列{}与另一列对应同一字段而内容不同，只采用了前一列。",
    "group_unreadable": "列{}的内容无法拆成各个字段，没有录入；请写成“名称:值”或分列填写。",
}


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How the columns of one source system are called here.

    ``columns`` leads from their names to names of ours: a schema key, label, or a path such as
    ``contacts[0].phone``. ``constants`` fill fields that a row leaves empty. The mapping holds for
    rows that have every column of ``match``; of ``columns``, when there is none.
    """

    source: str
    columns: Mapping[str, str]
    constants: Mapping[str, JsonValue] = field(default_factory=dict)
    match: frozenset[str] = frozenset()


class RowMapper:
    """Maps the rows of any number of sources; warns once for each source and column."""

    def __init__(self, schema: Schema, mappings: Sequence[ColumnMapping] = ()) -> None:
        self._names = ColumnNames(schema)
        self._mappings = [_resolve(mapping, self._names) for mapping in mappings]
        self._plans: dict[tuple[str, ...], _Plan] = {}
        self._warned: set[tuple[str, str]] = set()

    def map_row(self, row: Row) -> tuple[dict[str, Any], list[Problem]]:
        """Give a row's values by top-level schema key, groups as dict or list of dicts.

        Returns:
            The values that are not empty, and warnings on columns that could not be used.
        """
        cells = row.values
        plan = self._plan(tuple(cells))
        values: dict[str, Any] = {}
        for name, key, read in plan.simple:
            value = read(cells[name])
            if value is not None and value != []:
                values[key] = value
        if not plan.others and not plan.constants:
            return values, []
        mapped = Assembly(self._names, values)
        for name, target in plan.others:
            self._put(mapped, name, target, cells[name])
        for target, constant in plan.constants:
            mapped.put_default(target, constant)
        return mapped.values(), list(self._warnings(row, plan, mapped.unused))

    def leads(self, column: str) -> str | None:
        """Give the schema key that a column leads to by its name alone, if it is known."""
        target = self._names.find(column)
        return target.spec.key if target else None

    def target(self, column: str) -> Target | None:
        """Tell where the values of a column go by its name alone."""
        return self._names.find(column)

    def unknown(self, columns: Sequence[str]) -> list[str]:
        """Give those columns of a table that lead nowhere."""
        return [name for name, target in self._plan(tuple(columns)).others if target is None]

    @staticmethod
    def _put(mapped: Assembly, name: str, target: Target | None, cell: object) -> None:
        value = plain(cell)
        if value is None:
            return
        if target is None:
            mapped.unused.append((name, "unknown_column"))
        elif target.spec.system:
            mapped.unused.append((name, "system_column"))
        else:
            mapped.put(name, target, value)

    def _plan(self, columns: tuple[str, ...]) -> "_Plan":
        plan = self._plans.get(columns)
        if plan is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            plan = self._plans[columns] = self._make_plan(columns)
        return plan

    def _make_plan(self, columns: tuple[str, ...]) -> "_Plan":
        loose = {loosen(name): name for name in columns}
        mapping = max(
            (known for known in self._mappings if known.signature <= loose.keys()),
            key=lambda known: len(known.targets.keys() & loose.keys()),
            default=_NO_MAPPING,
        )
        targets: dict[str, Target | None] = {}
        for name in columns:
            ours = mapping.targets.get(loosen(name))
            found = self._names.find(name)
            if ours and found and found.unit and not ours.unit:
                ours = replace(ours, unit=found.unit)
            targets[name] = ours or found
        self._stand_in(targets)
        return _Plan.of(targets, mapping.constants)

    def _stand_in(self, targets: dict[str, Target | None]) -> None:
        """Let a column of customers give their names, where no column is called so."""
        if any(target and target.spec.key == _NAME for target in targets.values()):
            return
        column = next((name for name in targets if loosen(name) == _CUSTOMERS), "")
        if column and targets[column] is None:
            targets[column] = self._names.find(_NAME)

    def _warnings(
        self, row: Row, plan: "_Plan", unused: list[tuple[str, str]]
    ) -> Iterator[Problem]:
        source = row.where.source
        if unused and not plan.known:
            # The first line may well be data; then its cells must not be repeated here.
            unused = [("", "no_known_column")]
        for name, code in unused:
            if (source, name) in self._warned:
                continue
            if len(self._warned) < _MOST_WARNINGS:
                self._warned.add((source, name))
                message = _MESSAGES[code].format(column_name(name))
                where = Where(source, "列名", 0)
                yield Problem(where, code, message, severity=Severity.WARNING)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the columns of a table mean, worked out once.

    ``simple`` columns are the only ones of their plain field and need nothing but reading: column,
    schema key, reader. ``known`` tells whether any column has a meaning.
    """

    simple: tuple[tuple[str, str, Read], ...]
    others: tuple[tuple[str, Target | None], ...]
    constants: tuple[tuple[Target, JsonValue], ...]
    known: bool

    @classmethod
    def of(
        cls,
        targets: Mapping[str, Target | None],
        constants: tuple[tuple[Target, JsonValue], ...],
    ) -> "_Plan":
        used = {name: target for name, target in targets.items() if name not in REJECT_COLUMNS}
        times = Counter(target.spec.key for target in used.values() if target)
        simple = {
            name: target
            for name, target in used.items()
            if target
            and times[target.spec.key] == 1
            and target.spec.type is not FieldType.GROUP
            and not target.spec.system
        }
        return cls(
            tuple((n, t.spec.key, reader(t.spec, t.unit)) for n, t in simple.items()),
            tuple((name, target) for name, target in used.items() if name not in simple),
            constants,
            any(targets.values()),
        )


@dataclass(frozen=True, slots=True)
class _Known:
    """A column mapping with its names resolved."""

    signature: frozenset[str]
    targets: Mapping[str, Target]
    constants: tuple[tuple[Target, JsonValue], ...]


_NO_MAPPING = _Known(frozenset(), {}, ())


def _resolve(mapping: ColumnMapping, names: ColumnNames) -> _Known:
    def ours(name: str) -> Target:
        target = names.find(name)
        if target is None:
            raise SettingsError(
                f"列映射“{mapping.source}”里的“{name}”不是元数据标准中的字段，请改为字段名或档号等标签。"
            )
        return target

    return _Known(
        frozenset(map(loosen, mapping.match or mapping.columns)),
        {loosen(theirs): ours(name) for theirs, name in mapping.columns.items()},
        tuple((ours(name), value) for name, value in mapping.constants.items()),
    )
