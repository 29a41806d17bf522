"""The receipt of an ingest: what went in, what did not, why, and what to do about it."""

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archsearch.entrypoints.cli.grid import Column, Piece, Table
from archsearch.entrypoints.cli.output import Output

if TYPE_CHECKING:
    from archsearch.domain.problem import Problem
    from archsearch.services.ingest import IngestReport

_KINDS_SHOWN = 8
_MILD_SHOWN = 3
_COLUMNS_SHOWN = 200
_FILES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Kind:
    """Problems of one kind, with the first of them as example."""

    first: "Problem"
    count: int


def kinds(problems: Iterable["Problem"]) -> tuple[Kind, ...]:
    """Group problems by code and field, the most frequent first.

    What is wrong with a whole file, such as a column nobody knows, is each a kind of its own.
    """
    counts: Counter[tuple[str, str, str]] = Counter()
    first: dict[tuple[str, str, str], Problem] = {}
    for problem in problems:
        own = "" if problem.where.number else problem.message
        key = (problem.code, problem.field or "", own)
        counts[key] += 1
        first.setdefault(key, problem)
    return tuple(Kind(first[key], count) for key, count in counts.most_common())


def show(report: "IngestReport", labels: Mapping[str, str], out: Output) -> None:
    """Show the receipt."""
    if out.json:
        out.document(report)
    elif out.people:
        _draw(report, labels, out)
    else:
        _write(report, out)
    _advise(report, out)


def _write(report: "IngestReport", out: Output) -> None:
    out.lines((key, str(count)) for key, _, count, _ in _counts(report))
    out.lines(("rejects", str(path)) for path in report.rejects)
    out.lines(
        [
            ("rejected_total", str(report.rejected_total)),
            ("warnings_total", str(report.warnings_total)),
        ]
    )
    for word, problems in (("problem", report.rejected), ("warning", report.warnings)):
        out.lines(
            (word, each.first.code, each.first.field or "", str(each.count), each.first.message)
            for each in kinds(problems)
        )


def _draw(report: "IngestReport", labels: Mapping[str, str], out: Output) -> None:
    title = "试运行，没有写入任何内容" if report.dry_run else "录入完成"
    rows = [
        (label, ((Piece(f"{count:,}", style if count else "dim"),),))
        for _, label, count, style in _counts(report)
    ]
    out.table(Table([Column(""), Column("", right=True)], rows, title))
    columns = kinds(each for each in report.warnings if not each.where.number)
    mild = kinds(each for each in report.warnings if each.where.number)
    reasons = "拒收的原因" + _cut(len(report.rejected), report.rejected_total)
    cautions = "请留意（不影响录入）" + _cut(len(report.warnings), report.warnings_total)
    _draw_kinds(kinds(report.rejected), labels, reasons, _KINDS_SHOWN, out)
    _draw_kinds(columns, labels, "整个文件，请留意", _COLUMNS_SHOWN, out)
    _draw_kinds(mild, labels, cautions, _MILD_SHOWN, out)


def _cut(told: int, total: int) -> str:
    return f"（共 {total:,} 条，这里只算了前 {told:,} 条）" if total > told else ""


def _draw_kinds(
    found: Sequence[Kind], labels: Mapping[str, str], title: str, most: int, out: Output
) -> None:
    if not found:
        return
    columns = [
        Column("次数", right=True, whole=True),
        Column("字段", whole=True),
        Column("问题"),
        Column("例如", "dim"),
    ]
    rows = [
        (
            f"{each.count:,}",
            labels.get(each.first.field or "", "整行" if each.first.where.number else "文件"),
            each.first.message,
            f"{each.first.where.source} {each.first.where.position}",
        )
        for each in found[:most]
    ]
    more = f"（另有 {len(found) - most} 种）" if len(found) > most else ""
    out.text("")
    out.table(Table(columns, rows, title + more))


def _advise(report: "IngestReport", out: Output) -> None:
    if report.rejects:
        few = report.rejects[:_FILES_SHOWN]
        files = "\n".join(f"  {path}" for path in few)
        more = len(report.rejects) - len(few)
        rest = f"\n  ……另有 {more} 个，在同一文件夹" if more else ""
        out.warn(
            f"拒收 {report.rejected_rows:,} 行，连同原因写在：\n{files}{rest}\n"
            "请用 Excel 打开，按“拒收原因”改好并保存，然后再次录入，例如：\n"
            f"  archsearch ingest {shlex.quote(str(few[0]))}"
        )
    unread = [problem for problem in report.rejected if not problem.where.number]
    for problem in unread[:_FILES_SHOWN]:
        out.warn(f"{problem.where.source}：{problem.message}")
    if len(unread) > _FILES_SHOWN:
        out.warn(f"……另有 {len(unread) - _FILES_SHOWN} 个文件读不出。")
    if not report.indexed:
        out.warn("档案已入库；另一个进程正在更新索引，稍后即可检索到。")


def _counts(report: "IngestReport") -> tuple[tuple[str, str, int, str], ...]:
    return (
        ("accepted", "新增", report.accepted, "green"),
        ("updated", "更新", report.updated, "green"),
        ("unchanged", "没有变化", report.unchanged, ""),
        ("rejected_rows", "拒收", report.rejected_rows, "bold red"),
    )
