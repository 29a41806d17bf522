"""``archsearch audit report``: the operation log, counted."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from archsearch.domain.audit import AuditFilter
from archsearch.domain.labels import ACTIONS
from archsearch.entrypoints.cli import moments
from archsearch.entrypoints.cli.commands import Command, option
from archsearch.entrypoints.cli.grid import Cell, Column, Table
from archsearch.entrypoints.cli.kinds import LOCATION, USER_NAME
from archsearch.entrypoints.cli.output import Output
from archsearch.entrypoints.cli.session import Session

if TYPE_CHECKING:
    from archsearch.domain.audit_report import AuditReport, PersonTally, Seen, Tally, Unusual

_SHOWN: Final = 20
"""Rows of a table on the screen; files and JSON have all."""


@click.command(
    "report",
    cls=Command,
    help="""统计操作日志：每个人、每个部门、每种操作、每个钟点各多少，被拒绝多少；并指出异常：
    夜间查阅、短时间大量查看、多次查不到的号码、多次被拒绝（界限在设置 audit.unusual 里）。

    指明 --by-user 时还列出这个人看过哪些档案，指明 --target 时列出谁看过这份档案。
    “看过”指打开、查看历史、查看原文和导出；检索结果中的出现不计。

    -o 写成带图表的 HTML 页面。在管道里每行一项，以制表符分隔：类别、名称、条数、拒绝、失败。""",
    examples=[
        ("archsearch audit report --since 2026-11-01", "这个月"),
        ("archsearch audit report --target A001-GR-2026-000001", "谁看过这份档案"),
        ("archsearch audit report --by-user li.na -o 报告.html", "某人看过什么，写成网页"),
    ],
)
@option("--by-user", type=USER_NAME, explanation="只统计这个人")
@option("--target", metavar="档号", explanation="只统计这份档案")
@option("--since", type=moments.Moment(), explanation="从这天（或时刻）起")
@option("--until", type=moments.Moment(whole_day=True), explanation="到这天（含当天）或时刻止")
@option("-o", "--output", type=LOCATION, explanation="写成网页，以 .html 结尾")
@click.pass_obj
def command(
    session: Session,
    by_user: str | None,
    target: str | None,
    since: datetime | None,
    until: datetime | None,
    output: Path | None,
) -> None:
    """Count the log."""
    user = session.acting
    if output is not None and output.suffix.lower() != ".html":
        raise click.UsageError("报告文件须以 .html 结尾。")
    session.confirm_replacing(output)
    conditions = AuditFilter(user=by_user, target=target, since=since, until=until)
    with session.archive() as archive:
        report = archive.audit.report(conditions, user)
    if output is not None:
        # Loaded only here: most reports are read on the screen.
        from archsearch.entrypoints.cli.audit_page import page  # noqa: PLC0415 - see above
        from archsearch.entrypoints.cli.files import written  # noqa: PLC0415 - see above

        with written(output) as file:
            file.write(page(report, conditions))
        session.out.note(f"报告在 {output}。")
    if session.out.json:
        session.out.document(report)
    elif session.out.people:
        _draw(report, session.out)
    elif output is None:
        session.out.lines(_lines(report))


def period(report: "AuditReport") -> str:
    """Say what time a report is about."""
    since = moments.shown(report.since) if report.since else "最早"
    until = moments.shown(report.until) if report.until else moments.shown(report.made_at)
    return f"{since} 至 {until}"


def when(unusual: "Unusual") -> str:
    """Say when something unusual was."""
    return f"{unusual.day} {unusual.hour:02d} 时" if unusual.hour is not None else f"{unusual.day}"


def _draw(report: "AuditReport", out: Output) -> None:
    out.note(
        f"{period(report)}：{report.entries:,} 条操作，"
        f"拒绝 {report.denied:,} 条，失败 {report.failed:,} 条。"
    )
    if report.entries:
        out.table(_persons(report))
        out.tables(
            (_tallied("部门", report.departments), _tallied("操作", report.actions), _hours(report))
        )
    if report.unusual:
        out.table(_unusual(report))
        out.warn(f"有 {len(report.unusual):,} 处值得复核。")
    else:
        out.note("没有发现异常。")
    if report.seen:
        out.table(_seen(report.seen))
        out.note(f"看过的档案与人共 {report.seen_total:,} 对。")


def _persons(report: "AuditReport") -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            person.user,
            person.display_name,
            person.department,
            f"{person.entries:,}",
            f"{person.searches:,}",
            f"{person.views:,}",
            f"{person.denied:,}",
            moments.shown(person.last),
        )
        for person in report.users[:_SHOWN]
    ]
    columns = [
        Column("用户", "bold"), Column("姓名"), Column("部门"), Column("操作", right=True),
        Column("检索", right=True), Column("查看", right=True), Column("拒绝", right=True),
        Column("最近", whole=True),
    ]  # fmt: skip
    return Table(columns, rows)


def _tallied(title: str, tallies: "tuple[Tally, ...]") -> Table:
    rows: list[tuple[Cell, ...]] = [
        (ACTIONS.get(tally.key, tally.key), f"{tally.entries:,}") for tally in tallies[:_SHOWN]
    ]
    return Table([Column(title), Column("条数", right=True)], rows)


def _hours(report: "AuditReport") -> Table:
    rows: list[tuple[Cell, ...]] = [
        (f"{hour:02d} 时", f"{number:,}") for hour, number in enumerate(report.hours) if number
    ]
    return Table([Column("钟点"), Column("条数", right=True)], rows)


def _unusual(report: "AuditReport") -> Table:
    rows: list[tuple[Cell, ...]] = [
        (each.kind, each.user, when(each), f"{each.count:,}") for each in report.unusual[:_SHOWN]
    ]
    columns = [Column("异常", "yellow"), Column("用户"), Column("何时"), Column("次数", right=True)]
    return Table(columns, rows)


def _seen(seen: "tuple[Seen, ...]") -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            each.user,
            each.record_id,
            f"{each.views:,}",
            moments.shown(each.first),
            moments.shown(each.last),
        )
        for each in seen[:_SHOWN]
    ]
    columns = [
        Column("用户"), Column("档号", "cyan", whole=True), Column("次数", right=True),
        Column("首次", whole=True), Column("最近", whole=True),
    ]  # fmt: skip
    return Table(columns, rows)


def _lines(report: "AuditReport") -> Iterator[list[str]]:
    yield ["total", "", *_numbers(report)]
    for person in report.users:
        yield ["user", person.user, *_numbers(person)]
    for kind, tallies in (("department", report.departments), ("action", report.actions)):
        for tally in tallies:
            yield [kind, tally.key, *_numbers(tally)]
    for hour, number in enumerate(report.hours):
        yield ["hour", f"{hour:02d}", str(number), "", ""]
    for day, number in report.days:
        yield ["day", day.isoformat(), str(number), "", ""]
    for each in report.unusual:
        yield [
            f"unusual:{each.kind.name.lower()}",
            f"{each.user} {when(each)}",
            str(each.count),
            "",
            "",
        ]
    for seen in report.seen:
        yield ["seen", f"{seen.user} {seen.record_id}", str(seen.views), "", ""]


def _numbers(tally: "AuditReport | Tally | PersonTally") -> list[str]:
    return [str(tally.entries), str(tally.denied), str(tally.failed)]
