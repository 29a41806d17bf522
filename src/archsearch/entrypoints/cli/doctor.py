"""``archsearch doctor``."""

import click

from archsearch.entrypoints.cli.commands import Command
from archsearch.entrypoints.cli.exits import Exit
from archsearch.entrypoints.cli.grid import Column, Piece, Table
from archsearch.entrypoints.cli.session import Session


@click.command(
    "doctor",
    cls=Command,
    help="""体检：档案库完好、操作日志连贯、索引文件无损、索引与档案库逐份一致；
    不对之处告诉您怎么办。什么也不改动；有问题时退出码为 1。

    在管道里每行一项，以制表符分隔：项目、结果（ok、failed）、发现、建议。""",
)
@click.pass_obj
def command(session: Session) -> Exit:
    """Examine everything."""
    user = session.acting
    with session.archive() as archive:
        checks = archive.doctor.examine(user)
    out = session.out
    well = all(check.passed for check in checks)
    if out.json:
        out.document({"passed": well, "checks": checks})
    elif out.people:
        rows = [
            (
                ((Piece("✓", "green") if each.passed else Piece("✗", "bold red"),),),
                each.name,
                each.finding,
                each.advice,
            )
            for each in checks
        ]
        columns = [Column(""), Column("项目", whole=True), Column("发现"), Column("建议", "yellow")]
        out.table(Table(columns, rows))
    else:
        out.lines(
            (each.name, "ok" if each.passed else "failed", each.finding, each.advice)
            for each in checks
        )
    if well:
        out.note("一切正常。")
        return Exit.OK
    out.warn("发现问题；请按建议处理后再体检一次。")
    return Exit.FAILED
