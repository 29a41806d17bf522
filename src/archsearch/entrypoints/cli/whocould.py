"""``archsearch whocould``."""

import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import click

from archsearch.domain.labels import GROUNDS, PLACES, RIGHTS, ROLES
from archsearch.domain.policy import Right
from archsearch.entrypoints.cli import moments
from archsearch.entrypoints.cli.commands import Command, option
from archsearch.entrypoints.cli.grid import Column, Table
from archsearch.entrypoints.cli.kinds import TEXT, Kind, Number, OneOf
from archsearch.entrypoints.cli.output import Output
from archsearch.entrypoints.cli.session import Session

if TYPE_CHECKING:
    from archsearch.services.past import Could, WhoCould

_OTHERWISE: Final = {Right.CREATE}
_ASKED: Final = {
    right.value: RIGHTS[right] for right in Right if right.of_records and right not in _OTHERWISE
}
_DAY: Final = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?")


class _Time(Kind):
    """A moment, or a day that stands for its end."""

    name = "时刻"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read it; a day stays one."""
        moment = moments.Moment().convert(value, param, ctx)
        text = TEXT.convert(value, param, ctx).strip() if isinstance(value, str) else ""
        return moment.date() if _DAY.fullmatch(text) else moment


@click.command(
    "whocould",
    cls=Command,
    help="""某个时刻谁能查看（或修改、导出……）一份档案，依据哪条规则、哪项授权。

    按当时的用户、部门、密级、授权、权限规则和当时的档案计算；只有管理员可以。
    在管道里每行一个用户，以制表符分隔：用户名、姓名、角色、密级、原因、规则、授权；
    带 --seen 时另起一段，每行：用户名、次数、首次、末次。""",
    examples=[
        ("archsearch whocould --record A001-GR-2026-000001", "现在"),
        ("archsearch whocould --record A001-GR-2026-000001 --at 2026-11-20", "那天结束时"),
        (
            "archsearch whocould --record A001-GR-2026-000001 --at 2026-11-20T09:30 --right reveal",
            "谁能看敏感字段的原文",
        ),
        (
            "archsearch whocould --record A001-GR-2026-000001 --entry 1234 --seen",
            "日志第 1234 条之后；并列出到那时为止谁看过",
        ),
    ],
)
@option("--record", "record_id", required=True, metavar="档号", explanation="哪份档案")
@option("--at", type=_Time(), explanation="什么时候，默认现在；只写日期即当天结束时")
@option("--entry", type=Number(1), metavar="序号", explanation="或者：操作日志的这一条之后")
@option(
    "--right", type=OneOf(_ASKED), default="read", metavar="权限", explanation="默认 read（读）"
)
@option("--seen", is_flag=True, explanation="并列出到那时为止谁实际看过；须能查看日志")
@click.pass_obj
def command(session: Session, /, **given: Any) -> None:
    """Tell who could; now, unless something else is said."""
    user = session.acting
    if given["at"] is not None and given["entry"] is not None:
        raise click.UsageError("--at 和 --entry 只能用一个。")
    with session.archive() as archive:
        at = next((given[each] for each in ("entry", "at") if given[each]), archive.clock())
        # Loaded only here: help should not wait for it.
        from archsearch.services.past import PastQuestion  # noqa: PLC0415 - see above

        question = PastQuestion(given["record_id"], at, Right(given["right"]), given["seen"])
        found = archive.past.who_could(question, user)
    if session.out.json:
        session.out.document(found)
    else:
        _tell(given["record_id"], found, session.out)


def _tell(record_id: str, found: "WhoCould", out: Output) -> None:
    when = moments.shown(found.at)
    if found.record is None:
        out.note(f"{when} 时还没有这份档案。")
        return
    rows = [_row(each) for each in found.users]
    if out.people:
        titles = ("用户", "姓名", "角色", "密级", "原因", "规则", "授权")
        out.table(Table([Column(title) for title in titles], rows))
    else:
        out.lines(rows)
    facts = found.record
    out.note(
        f"{when}（日志第 {found.seq} 条之后）{len(found.users)} 人能对 {record_id} "
        f"{RIGHTS[found.right]}；它当时是第 {found.version} 版，建档人 {facts.owner}，"
        f"部门 {facts.department or '无'}，密级 {facts.secrecy}。"
    )
    if found.seen is not None:
        _tell_seen(found, out)


def _tell_seen(found: "WhoCould", out: Output) -> None:
    rows = [
        (each.user, str(each.views), moments.shown(each.first), moments.shown(each.last))
        for each in found.seen or ()
    ]
    if out.people and rows:
        columns = [Column("用户"), Column("次数", right=True), Column("首次"), Column("末次")]
        out.table(Table(columns, rows, "到那时为止看过的人"))
    elif rows:
        out.lines([("",), *rows])
    else:
        out.note("到那时为止没有人查看过。")


def _row(each: "Could") -> tuple[str, ...]:
    rule = each.rule
    places = "" if rule is None else "、".join(PLACES[place] for place in sorted(rule.places))
    loans = (
        f"{loan.request or '直接授权'}，{loan.granted_by} 批，至 {moments.shown(loan.until)}"
        for loan in each.loans
    )
    return (
        each.user,
        each.display_name,
        ROLES.get(each.role, each.role),
        each.clearance,
        GROUNDS[each.ground],
        "" if rule is None else f"{RIGHTS[rule.right]}：{places}",
        "；".join(loans),
    )
