"""``archsearch index``: the derived index."""

from typing import TYPE_CHECKING

import click

from archsearch.entrypoints.cli.commands import Command, Group
from archsearch.entrypoints.cli.exits import Exit
from archsearch.entrypoints.cli.grid import Column, Table
from archsearch.entrypoints.cli.output import Output
from archsearch.entrypoints.cli.session import Session

if TYPE_CHECKING:
    from archsearch.engines.base import EngineStats


@click.group(
    "index",
    cls=Group,
    members={},
    help="""管理索引。索引由档案库生成，坏了或删了都可以重建，不会丢失档案；
    平时会自动更新和修复。""",
    examples=[("archsearch index verify", "核对索引文件"), ("archsearch index rebuild", "重建")],
)
def command() -> None:
    """Manage the index."""


@command.command(
    "rebuild",
    cls=Command,
    short_help="由档案库重建索引",
    help="由档案库重建索引；期间仍可检索。改了字段、词表或用户词典之后使用。",
)
@click.pass_obj
def rebuild(session: Session) -> Exit:
    """Build the index anew."""
    user = session.acting
    with session.archive() as archive, session.out.progress("重建索引") as steps:
        stats = archive.index.rebuild(user, (lambda done: steps("", done)) if steps else None)
        lost = archive.index.lost
    _show(stats, session.out)
    if lost:
        session.out.warn(f"{lost} 份档案无法读取，没有入索引；请运行 archsearch doctor。")
        return Exit.FAILED
    return Exit.OK


@command.command(
    "drain",
    cls=Command,
    short_help="把已入库而未入索引的档案补进索引",
    help="把已入库而未入索引的档案补进索引；录入和检索时会自动做，通常不需要。",
)
@click.pass_obj
def drain(session: Session) -> None:
    """Bring what waits into the index."""
    with session.archive() as archive, session.out.progress("更新索引") as steps:
        done = archive.index.drain((lambda number: steps("", number)) if steps else None)
    if session.out.json:
        session.out.document({"drained": done})
    else:
        session.out.lines([["drained", str(done)]])


@command.command(
    "verify",
    cls=Command,
    short_help="逐个核对索引文件的摘要",
    help="逐个核对索引文件的摘要；有损坏时列出文件与原因，退出码为 1。",
)
@click.pass_obj
def verify(session: Session) -> Exit:
    """Check the files of the index."""
    user = session.acting
    with session.archive() as archive:
        damage = archive.index.verify(user)
    out = session.out
    if out.json:
        out.document({"damage": damage})
    elif out.people and damage:
        rows = [(each.file, each.reason) for each in damage]
        out.table(Table([Column("文件"), Column("原因")], rows))
    else:
        out.lines((each.file, each.reason) for each in damage)
    if damage:
        out.warn("索引有损坏，档案本身不受影响；请运行 archsearch index rebuild。")
        return Exit.FAILED
    out.note("索引文件完好。")
    return Exit.OK


@command.command("stats", cls=Command, short_help="索引的大小", help="显示索引的份数、段数和大小。")
@click.pass_obj
def stats(session: Session) -> None:
    """Measure the index."""
    user = session.acting
    with session.archive() as archive:
        found = archive.index.stats(user)
    _show(found, session.out)


@command.command(
    "purge",
    cls=Command,
    short_help="清除已删改档案在索引里的最后痕迹",
    help="""重写索引文件，使已删除和被替换的内容不留一个字节。会先询问，因为要重写整个索引。""",
)
@click.pass_obj
def purge(session: Session) -> None:
    """Take the last traces of removed documents out."""
    user = session.acting
    session.confirm("将重写整个索引文件，")
    with session.archive() as archive:
        found = archive.index.purge(user)
    _show(found, session.out)


def _show(stats: "EngineStats", out: Output) -> None:
    rows = (
        ("generation", "版本", stats.generation),
        ("documents", "档案", stats.documents),
        ("deleted", "待清除", stats.deleted),
        ("segments", "段", stats.segments),
        ("bytes", "字节", stats.bytes),
        ("mark", "标记", stats.mark),
    )
    if out.json:
        out.document(stats)
    elif out.people:
        lines = [
            (label, f"{value:,}" if isinstance(value, int) else value) for _, label, value in rows
        ]
        out.table(Table([Column("", "dim"), Column("", right=True)], lines))
    else:
        out.lines((key, str(value)) for key, _, value in rows)
