"""``archsearch suggest``."""

import click

from archsearch.entrypoints.cli.commands import Command, argument, option
from archsearch.entrypoints.cli.grid import Column, Table
from archsearch.entrypoints.cli.kinds import Number
from archsearch.entrypoints.cli.session import Session


@click.command(
    "suggest",
    cls=Command,
    help="""补全正在输入的客户名称：汉字、拼音、首字母都行。

    在管道里每行一个，以制表符分隔：名称、命中方式、档号。""",
    arguments=[("文字", "已经输入的部分")],
    examples=[("archsearch suggest zhangw", "张伟、张文……")],
)
@argument("text", metavar="文字")
@option("--limit", type=Number(1), default=8, explanation="最多几个，默认 8")
@click.pass_obj
def command(session: Session, text: str, limit: int) -> None:
    """Suggest names."""
    user = session.acting
    with session.archive() as archive:
        found = archive.names.suggest(text, user, limit)
    out = session.out
    rows = [(each.text, each.channel, each.record_id) for each in found]
    if out.json:
        out.document({"suggestions": found})
    elif out.people and rows:
        out.table(Table([Column("名称"), Column("命中方式"), Column("档号", "cyan")], rows))
    else:
        out.lines(rows)
    if not rows:
        out.note("没有以此开头的客户名称。")
