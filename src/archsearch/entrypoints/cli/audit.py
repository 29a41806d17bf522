"""``archsearch audit``: the operation log."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import click

from archsearch.domain.audit import Action, AuditFilter, LoggedEntry, Outcome
from archsearch.domain.labels import ACTIONS, OUTCOMES
from archsearch.domain.record import JsonValue
from archsearch.entrypoints.cli import moments
from archsearch.entrypoints.cli.commands import Command, Group, Member, option
from archsearch.entrypoints.cli.exits import Exit
from archsearch.entrypoints.cli.grid import Column, Table
from archsearch.entrypoints.cli.kinds import LOCATION, USER_NAME, Number, OneOf
from archsearch.entrypoints.cli.output import Output
from archsearch.entrypoints.cli.session import Session
from archsearch.entrypoints.details import Detail, detail_of

_FOR_MACHINES: Final = {"digest", "sealed", "with"}
"""What entries carry that tells people nothing."""

_TITLES: Final = ("序号", "时间", "用户", "操作", "对象", "结果", "详情")


@click.group(
    "audit",
    cls=Group,
    members={"report": Member("audit_report", "统计：谁、哪个部门、什么操作、何时，有何异常")},
    help="操作日志：谁在什么时候对什么做了什么，结果如何。管理员和审计员可以查看；查看本身也有记录。",
    examples=[
        ("archsearch audit list --by-user li.na --since 2026-11-01", "某人做过什么"),
        ("archsearch audit list --target A001-GR-2026-000001", "谁看过这份档案"),
        ("archsearch audit report --since 2026-11-01 -o 报告.html", "一个月的统计和图表"),
        ("archsearch audit verify", "验证日志没有被改动"),
    ],
)
def command() -> None:
    """Read the operation log."""


@command.command(
    "list",
    cls=Command,
    short_help="查看操作日志，新的在前",
    help="""查看操作日志，新的在前。

    在管道里每行一条，以制表符分隔：序号、时间、用户、操作、对象、结果、详情。""",
    examples=[
        ("archsearch audit list --outcome denied", "被拒绝的操作"),
        ("archsearch audit list --target A001-GR-2026-000001 --action show", "谁看过这份档案"),
    ],
)
@option("--by-user", type=USER_NAME, explanation="谁做的")
@option("--action", type=OneOf(ACTIONS), metavar="操作", explanation="做了什么，如 search、show")
@option("--target", metavar="对象", explanation="对什么：档号、用户名、文件名")
@option("--outcome", type=OneOf(OUTCOMES), explanation="完成、拒绝或失败")
@option("--since", type=moments.Moment(), explanation="从这天（或时刻）起")
@option("--until", type=moments.Moment(whole_day=True), explanation="到这天（含当天）或时刻止")
@option("-o", "--output", type=LOCATION, explanation="把全部符合的写成 .csv 文件，旧的在前")
@option("--limit", type=Number(1), default=50, explanation="最多几条，默认 50")
@option("--before", type=Number(1), metavar="序号", explanation="只看此序号以前的，用于翻页")
@click.pass_obj
def list_entries(session: Session, /, **given: Any) -> None:
    """Show entries."""
    user = session.acting
    since: datetime | None = given["since"]
    conditions = AuditFilter(
        user=given["by_user"],
        action=Action(given["action"]) if given["action"] else None,
        target=given["target"],
        outcome=Outcome(given["outcome"]) if given["outcome"] else None,
        since=since,
        until=given["until"],
    )
    output: Path | None = given["output"]
    if output is not None:
        if output.suffix.lower() != ".csv":
            raise click.UsageError("日志文件须以 .csv 结尾。")
        session.confirm_replacing(output)
        with session.archive() as archive:
            detail = partial(detail_of, schema=archive.settings.schema)
            number = _export(archive.audit.export(conditions, user), output, detail)
        if session.out.json:
            session.out.document({"entries": number, "output": output})
        session.out.note(f"{number:,} 条日志，在 {output}。")
        return
    with session.archive() as archive:
        found = archive.audit.search(conditions, user, limit=given["limit"], before=given["before"])
        detail = partial(detail_of, schema=archive.settings.schema)
    _show(found, session.out, detail)
    if len(found) == given["limit"]:
        session.out.note(f"可能还有更早的；下一页：--before {found[-1].seq}")


@command.command(
    "verify",
    cls=Command,
    short_help="验证操作日志没有被改动",
    help="从第一条到最后一条验证操作日志的链条；有改动、删除、插入或调换时列出位置，退出码为 1。",
)
@click.pass_obj
def verify(session: Session) -> Exit:
    """Check the chain."""
    user = session.acting
    with session.archive() as archive:
        report = archive.audit.verify(user)
    out = session.out
    if out.json:
        out.document(report)
    else:
        out.lines((str(each.seq), each.reason) for each in report.breaks)
    if report.intact:
        out.note(f"操作日志 {report.entries:,} 条，链条完整。")
        return Exit.OK
    out.warn("操作日志不连贯，可能被改动；请保全现场并联系审计员。")
    return Exit.FAILED


@command.command(
    "key",
    cls=Command,
    short_help="取出日志的密钥，供独立验证",
    help="""取出日志链条的密钥，供 tools/verify_audit.py 独立验证；只有管理员可以，并记入日志。

    拿到密钥又能改数据库的人可以伪造日志：请只交给审计员，不要与数据库放在一起。""",
    examples=[
        ("archsearch audit key > audit.key", "存成文件"),
        (
            "python verify_audit.py archive.db --key audit.key --anchors audit.anchors",
            "审计员独立验证；后两个文件在工作区的 var/ 里",
        ),
    ],
)
@click.pass_obj
def key(session: Session) -> None:
    """Give out the key of the chain."""
    user = session.acting
    with session.archive() as archive:
        found = archive.audit.key(user)
    if session.out.json:
        session.out.document({"key": found})
    else:
        session.out.lines([[found]])


def _show(found: tuple[LoggedEntry, ...], out: Output, detail: Detail) -> None:
    if out.json:
        out.document({"entries": found})
    elif not found:
        out.note("没有符合条件的日志；可以放宽 --since、--until 等条件。")
    elif out.people:
        out.table(
            Table([Column(title) for title in _TITLES], [_row(each, detail) for each in found])
        )
    else:
        out.lines(
            (
                str(each.seq),
                moments.written(each.entry.at),
                each.entry.user,
                each.entry.action,
                each.entry.target,
                each.entry.outcome,
                _plain(each),
            )
            for each in found
        )


def _export(entries: Iterable[LoggedEntry], output: Path, detail: Detail) -> int:
    """Write entries as a table for spreadsheets; give how many."""
    from archsearch.entrypoints.cli.files import Counted, replaced  # noqa: PLC0415 - few want files
    from archsearch.services.spreadsheets import write_csv  # noqa: PLC0415 - see above

    rows = Counted((*_row(each, detail), each.digest) for each in entries)
    with replaced(output) as file:
        write_csv(file, (*_TITLES, "校验值"), rows)
    return rows.number


def _row(each: LoggedEntry, detail: Detail) -> tuple[str, ...]:
    entry = each.entry
    return (
        str(each.seq),
        moments.shown(entry.at),
        entry.user,
        ACTIONS[entry.action],
        entry.target,
        OUTCOMES[entry.outcome],
        detail(each),
    )


def _plain(entry: LoggedEntry) -> str:
    """Write what an entry tells besides, for pipes."""
    return " ".join(
        f"{key}={_told(value)}"
        for key, value in entry.entry.detail.items()
        if key not in _FOR_MACHINES
    )


def _told(value: JsonValue) -> str:
    """Write a detail; of changed fields, from what to what."""
    if not isinstance(value, dict):
        return str(value)
    pairs = (each if isinstance(each, list) else [each] for each in value.values())
    changes = ("→".join(map(str, pair)) for pair in pairs)
    return (
        "{"
        + ", ".join(f"{key}: {change}" for key, change in zip(value, changes, strict=True))
        + "}"
    )
