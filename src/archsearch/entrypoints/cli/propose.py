"""``archsearch propose``."""

from pathlib import Path
from typing import Any

import click

from archsearch.entrypoints.cli import proposed
from archsearch.entrypoints.cli.commands import Command, argument, option
from archsearch.entrypoints.cli.fields import Assigned, collected
from archsearch.entrypoints.cli.kinds import LOCATION
from archsearch.entrypoints.cli.session import Session


@click.command(
    "propose",
    cls=Command,
    help="""对自己能查看、但不能修改的档案提出修改申请，由能修改它的人（部门经理、管理员）采纳或退回。
    能直接修改的人请用 archsearch change。申请的内容与档案一样加密保存。

    在管道里每行一个字段，以制表符分隔：申请号、状态、字段、提出时、现在、拟改为、
    标记（conflict 此后又被改过，concealed 有改动而内容隐藏）。""",
    arguments=[("档号", "如 A001-GR-2026-000001"), ("字段=值", "可写多个")],
    examples=[
        (
            "archsearch propose A001-GR-2026-000001 电话=13900001111 --reason 客户来电更正",
            "提出修改",
        ),
    ],
)
@argument("record_id", metavar="档号")
@argument("assigned", nargs=-1, metavar="字段=值", type=Assigned())
@option("--file", type=LOCATION, explanation="JSON 文件，一个对象；- 为标准输入")
@option("--remove", multiple=True, metavar="字段", explanation="删去这个字段的内容")
@option("--reason", required=True, metavar="理由", explanation="为什么要改")
@click.pass_obj
def command(
    session: Session, /, record_id: str, assigned: tuple[tuple[str, str], ...], **given: Any
) -> None:
    """Propose a change."""
    user = session.acting
    file: Path | None = given["file"]
    fields = collected(assigned, file, given["remove"])
    with session.archive() as archive:
        made = archive.proposing.propose(record_id, fields, user, reason=given["reason"])
        schema = archive.settings.schema
    proposed.show(made, schema, session.out)
    session.out.note(f"修改申请 {made.id} 已提交，等待处理。")
