"""Changes of records, field by field, for people and for pipes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from archsearch.domain.problem import SUBMITTED
from archsearch.domain.zone import minute_of
from archsearch.entrypoints.cli import moments
from archsearch.entrypoints.cli.grid import Cell, Column, Table
from archsearch.entrypoints.cli.output import Output

if TYPE_CHECKING:
    from archsearch.domain.record import FieldChange, RecordVersion
    from archsearch.domain.schema import Schema
    from archsearch.services.revising import Revised

_CONCEALED: Final = "（有改动，敏感内容隐藏）"
HIDDEN: Final = "***"
HIDING: Final = "有改动，内容隐藏"
"""Of values that differ in what is masked alone."""
_DEEDS: Final = {"delete": "删除", "restore": "恢复"}


def show(revised: "Revised", schema: "Schema", out: Output) -> None:
    """Show what became of a record."""
    if out.json:
        out.document(revised)
    elif not out.people:
        out.lines([revised.record_id, str(revised.version), *each] for each in _lines(revised))
    elif revised.changes:
        rows = [(label(each.field, schema), *_both(each)) for each in revised.changes]
        title = f"{revised.record_id} · 第 {revised.version} 版"
        out.table(Table([Column("字段"), Column("原值"), Column("现值")], rows, title))
    for problem in revised.warnings:
        out.remind(f"提醒：{problem.message}")
    if not revised.changes:
        out.note(f"没有变化，{revised.record_id} 仍是第 {revised.version} 版。")
    if not revised.indexed:
        out.note("另一个进程正在更新索引；稍后才能按新的内容检索到。")


def show_history(
    record_id: str, versions: "Sequence[RecordVersion]", schema: "Schema", out: Output
) -> None:
    """Show the versions of a record with their changes, oldest first."""
    if out.json:
        out.document({"record_id": record_id, "versions": versions})
        return
    if not out.people:
        out.lines(
            [str(v.version), moments.written(v.changed_at), v.changed_by, came_from(v.cause), *line]
            for v in versions
            for line in (list(map(plain_line, v.changes)) or [["", "", ""]])
        )
        return
    rows: list[tuple[Cell, ...]] = []
    for version in versions:
        head = (
            str(version.version),
            minute_of(version.changed_at),
            version.changed_by,
            came_from(version.cause),
        )
        if not version.changes:
            rows.append((*head, "建档" if version.version == 1 else "", "", ""))
        for number, change in enumerate(version.changes):
            start = ("", "", "", "") if number else head
            rows.append((*start, label(change.field, schema), *_both(change)))
    columns = [
        Column("版本", right=True),
        Column("时间", whole=True),
        Column("修改人"),
        Column("由来"),
    ]
    columns += [Column("字段"), Column("原值"), Column("现值")]
    out.table(Table(columns, rows, f"{record_id} 的历次版本"))


def came_from(cause: "Mapping[str, str]") -> str:
    """Say where a version came from: file and row, a reason, a proposal."""
    parts = [_DEEDS.get(cause.get("deed", ""), "")]
    source = cause.get("source", "")
    # What programs handed over was once called so.
    source = SUBMITTED if source == "<dict>" else source
    parts.append(" ".join(filter(None, (source, cause.get("row")))))
    if cause.get("proposal"):
        parts.append(f"修改申请 {cause['proposal']}")
    parts.append(cause.get("reason", ""))
    return "，".join(filter(None, parts))


def plain_line(change: "FieldChange") -> list[str]:
    """Give field, old and new of a change; what is concealed is three stars."""
    if change.concealed:
        return [change.field, HIDDEN, HIDDEN]
    return [change.field, text_of(change.old), text_of(change.new)]


def text_of(value: Any) -> str:
    """Write a value in one line."""
    if value is None:
        return ""
    if isinstance(value, list) and not any(isinstance(each, Mapping) for each in value):
        return "、".join(map(text_of, value))
    if isinstance(value, list | Mapping):
        return json.dumps(value, ensure_ascii=False)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def label(key: str, schema: "Schema") -> str:
    """Call a field as people do."""
    spec = schema.by_key.get(key)
    return spec.label if spec else key


def _lines(revised: "Revised") -> Iterator[list[str]]:
    return iter(list(map(plain_line, revised.changes)) or [["", "", ""]])


def _both(change: "FieldChange") -> tuple[str, str]:
    return (_CONCEALED, "") if change.concealed else (text_of(change.old), text_of(change.new))
