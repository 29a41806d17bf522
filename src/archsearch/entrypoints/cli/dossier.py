"""A single record, and its versions, for people and for pipes."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from archsearch.domain.labels import ORIGINS
from archsearch.entrypoints.cli import moments
from archsearch.entrypoints.cli.grid import Column, Line, Piece, Table
from archsearch.entrypoints.cli.output import Output

if TYPE_CHECKING:
    from archsearch.domain.record import Record, RecordVersion, Values
    from archsearch.domain.schema import FieldSpec, Schema
    from archsearch.services.reading import Viewer

_BRIEF: Final = 120
_ALWAYS_NEW: Final = frozenset({"updated_at", "quality"})


def show(record: "Record", schema: "Schema", out: Output) -> None:
    """Show a record."""
    if out.json:
        out.document(record)
        return
    if not out.people:
        out.lines(flat(record.values))
        return
    rows = [
        (spec.label, tuple(_lines(record, spec)))
        for spec in schema.fields
        if spec.key in record.values
    ]
    title = f"{record.record_id} · 第 {record.version} 版 · 质量分 {record.quality}"
    out.table(Table([Column("", "dim", whole=True), Column("")], rows, title))


def show_history(
    record_id: str, versions: Sequence["RecordVersion"], schema: "Schema", out: Output
) -> None:
    """Show the versions of a record, oldest first."""
    if out.json:
        out.document({"record_id": record_id, "versions": versions})
        return
    changes = [_changes(None, versions[0].values)] if versions else []
    changes += [_changes(a.values, b.values) for a, b in pairwise(versions)]
    if not out.people:
        out.lines(
            (str(each.version), moments.written(each.changed_at), each.changed_by, ",".join(keys))
            for each, keys in zip(versions, changes, strict=True)
        )
        return
    rows = [
        (
            str(each.version),
            moments.shown(each.changed_at),
            each.changed_by,
            "、".join(_label(key, schema) for key in keys) if each.version > 1 else "建档",
        )
        for each, keys in zip(versions, changes, strict=True)
    ]
    columns = [Column("版本", right=True), Column("时间", whole=True), Column("修改人")]
    out.table(Table([*columns, Column("变化（脱敏后可见的）")], rows, f"{record_id} 的历次版本"))


def show_viewers(record_id: str, viewers: Sequence["Viewer"], out: Output) -> None:
    """Show who may see a record, and why."""
    rows = [(each.name, each.display_name, each.reason.value) for each in viewers]
    if out.json:
        out.document({"record_id": record_id, "viewers": viewers})
    elif out.people:
        columns = [Column("用户名"), Column("姓名"), Column("原因", whole=True)]
        out.table(Table(columns, rows, f"看得到 {record_id} 的用户"))
    else:
        out.lines(rows)


def flat(values: "Values", prefix: str = "") -> Iterator[tuple[str, str]]:
    """Give (key, value) of every scalar; members of lists of groups are numbered from 1."""
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from flat(value, f"{name}.")
        elif isinstance(value, list):
            for number, each in enumerate(value, 1):
                if isinstance(each, Mapping):
                    yield from flat(dict(each), f"{name}[{number}].")
                else:
                    yield name, _text(each)
        else:
            yield name, _text(value)


def _lines(record: "Record", spec: "FieldSpec") -> Iterator[Line]:
    value = record.values[spec.key]
    said = ORIGINS.get(str(record.origins.get(spec.key)))
    origin = Piece(f"（{said}）" if said else "", "dim")
    if spec.fields:
        for group in value if isinstance(value, list) else [value]:
            yield _group(group, spec)
    elif isinstance(value, list):
        yield (Piece("、".join(map(_text, value))), origin)
    else:
        first, *rest = _text(value).splitlines() or [""]
        yield (Piece(first), origin)
        yield from ((Piece(line),) for line in rest)


def _group(group: Any, spec: "FieldSpec") -> Line:
    if not isinstance(group, Mapping):
        return (Piece(_text(group)),)
    pieces: list[Piece] = []
    for member in spec.fields:
        name = member.key.rpartition(".")[2]
        if name in group:
            gap = "   " if pieces else ""
            pieces += [Piece(f"{gap}{member.label} ", "dim"), Piece(_brief(group[name]))]
    return tuple(pieces)


def _brief(value: Any) -> str:
    """Tell the beginning of what would fill pages, such as the text of a scan."""
    words = " ".join(_text(value).split())
    return words if len(words) <= _BRIEF else f"{words[:_BRIEF]}……（共 {len(words)} 字）"


def _changes(before: "Values | None", after: "Values") -> list[str]:
    earlier = before or {}
    keys = dict.fromkeys((*earlier, *after))
    return [k for k in keys if k not in _ALWAYS_NEW and earlier.get(k) != after.get(k)]


def _label(key: str, schema: "Schema") -> str:
    spec = schema.by_key.get(key)
    return spec.label if spec else key


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
