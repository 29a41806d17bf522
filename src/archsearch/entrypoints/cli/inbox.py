"""``archsearch inbox``: what arrived in the watch folder, what waits, what was returned."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from archsearch.domain.inbox import State
from archsearch.entrypoints.cli import moments
from archsearch.entrypoints.cli.commands import Command, Group, Member, argument, option
from archsearch.entrypoints.cli.fields import Assigned, collected
from archsearch.entrypoints.cli.grid import Column, Table
from archsearch.entrypoints.cli.kinds import LOCATION, Number, OneOf
from archsearch.entrypoints.cli.output import Output
from archsearch.entrypoints.cli.session import Session
from archsearch.errors import ArchsearchError

if TYPE_CHECKING:
    from archsearch.services.inbox import InboxItem

_STATES: Final = {
    State.RECEIVED.value: "已收到",
    State.SETTLED.value: "待检查",
    State.CHECKED.value: "正在归档",
    State.ARCHIVED.value: "已归档",
    State.WAITING.value: "待补录",
    State.QUARANTINED.value: "已退回",
    State.REMOVED.value: "已取走",
    "all": "全部",
}

_NOTHING: Final = {
    "": "没有等着处理的文件。",
    State.WAITING.value: "没有待补录的扫描件。",
    State.QUARANTINED.value: "没有被退回的文件。",
    "all": "没有文件。",
}


@click.group(
    "inbox",
    cls=Group,
    members={
        "read": Member("findings", "扫描件上识别出的内容"),
        "confirm": Member("confirm", "核对识别出的内容，写进档案"),
    },
    help="收件夹：到了什么，什么在等资料，什么被退回、为什么；改好后重新处理。",
    examples=[
        ("archsearch inbox list", "还没有归档的"),
        ("archsearch inbox list --state archived", "最近归档的"),
        ("archsearch inbox mend 12 客户名称=张伟", "给第 12 号补上资料"),
        ("archsearch inbox retry 12", "把第 12 号放回去重新处理"),
    ],
)
def command() -> None:
    """Look into the watch folder."""


@command.command(
    "list",
    cls=Command,
    short_help="列出文件",
    help="""列出收件夹登记的文件，新的在前；不写状态时列出还没有归档的。

    在管道里每行一个文件，以制表符分隔：编号、状态、时间、文件、档号、代码、说明。""",
    examples=[("archsearch inbox list --state all --limit 200", "最近 200 个")],
)
@option("--state", type=OneOf(_STATES), explanation="只列这种状态的")
@option("--limit", type=Number(1), default=50, explanation="最多列几个（默认 50）")
@click.pass_obj
def list_files(session: Session, state: str | None, limit: int) -> None:
    """List files."""
    user = session.acting
    with session.archive() as archive:
        page = archive.mail.inbox.list(user, state or "", limit)
    out = session.out
    if out.json:
        out.document(page)
        return
    if page.items:
        _show(page.items, out)
    else:
        out.note(_NOTHING.get(state or "", f"没有{_STATES[state or 'all']}的文件。"))
    if page.counts:
        out.note("，".join(f"{_STATES[each]} {n}" for each, n in page.counts.items()))
    else:
        folder = archive.settings.workspace.inbox
        out.note(
            f"收件夹里还没有您能处理的文件；把扫描件或数据文件放进 {folder}，"
            "由 archsearch watch 自动归档。"
        )


@command.command(
    "show",
    cls=Command,
    short_help="查看一个文件",
    help="查看一个文件的状态、原因和档号。",
    arguments=[("编号", "见 archsearch inbox list")],
)
@argument("number", type=Number(1), metavar="编号")
@click.pass_obj
def show(session: Session, number: int) -> None:
    """Show a file."""
    user = session.acting
    with session.archive() as archive:
        item = archive.mail.inbox.show(number, user)
    if session.out.json:
        session.out.document(item)
    else:
        _show((item,), session.out)


@command.command(
    "retry",
    cls=Command,
    short_help="重新处理",
    help="把待补录或已退回的文件放回原来的位置；照看收件夹的程序会重新处理它们。",
    arguments=[("编号", "见 archsearch inbox list")],
    examples=[("archsearch inbox retry 12 13", "两个文件")],
)
@argument("numbers", type=Number(1), nargs=-1, required=True, metavar="编号")
@click.pass_obj
def retry(session: Session, numbers: tuple[int, ...]) -> None:
    """Put files back."""
    user = session.acting
    done: list[InboxItem] = []
    failure: ArchsearchError | None = None
    with session.archive() as archive:
        for number in numbers:
            try:
                done.append(archive.mail.inbox.retry(number, user))
            except ArchsearchError as error:
                failure = failure or error
    if session.out.json:
        session.out.document({"items": done})
    elif done:
        session.out.note(f"{len(done)} 个文件已放回收件夹，等待 archsearch watch 重新处理。")
    if failure is not None:
        raise failure


@command.command(
    "mend",
    cls=Command,
    short_help="补录资料",
    help="""给待补录或已退回的扫描件补上资料：写成旁边的说明文件，照看收件夹的程序随即归档。
    已经写在旁边的，没有提到的保留；值写成空的，就去掉这一项。""",
    arguments=[("编号", "见 archsearch inbox list"), ("字段=值", "可写多个；字段用任何一种叫法")],
    examples=[
        ("archsearch inbox mend 12 客户名称=张伟 材料类型=合同", "是谁的、是什么"),
        ("archsearch inbox mend 12 --file 资料.json", "一个 JSON 对象；- 为标准输入"),
    ],
)
@argument("number", type=Number(1), metavar="编号")
@argument("assigned", nargs=-1, metavar="字段=值", type=Assigned())
@option("--file", type=LOCATION, explanation="JSON 文件，一个对象；- 为标准输入")
@click.pass_obj
def mend(
    session: Session, number: int, assigned: tuple[tuple[str, str], ...], file: Path | None
) -> None:
    """Give a scan what it lacks."""
    user = session.acting
    fields = collected(assigned, file)
    with session.archive() as archive:
        mended = archive.mail.mending.mend(number, fields, user)
    if session.out.json:
        session.out.document(mended)
    else:
        session.out.note("资料已写到扫描件旁边，等待归档。")


def _show(items: "tuple[InboxItem, ...]", out: Output) -> None:
    if not out.people:
        out.lines(
            (
                str(each.id),
                each.state,
                moments.written(each.at),
                each.file,
                ",".join(each.record_ids),
                each.reason,
                each.message,
            )
            for each in items
        )
        return
    rows = [
        (
            str(each.id),
            each.label,
            moments.shown(each.at),
            each.file,
            "、".join(each.record_ids),
            f"第 {each.scan} 号扫描件的说明文件，随它一起补录" if each.scan else each.message,
        )
        for each in items
    ]
    columns = [
        Column("编号", right=True),
        Column("状态", whole=True),
        Column("时间", whole=True),
        Column("文件"),
        Column("档号"),
        Column("说明"),
    ]
    out.table(Table(columns, rows))
