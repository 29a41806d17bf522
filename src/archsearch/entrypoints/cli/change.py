"""``archsearch change``."""

from typing import Any

import click

from archsearch.entrypoints.cli import differences
from archsearch.entrypoints.cli.commands import Command, argument, option
from archsearch.entrypoints.cli.fields import Assigned, collected
from archsearch.entrypoints.cli.kinds import LOCATION, Number
from archsearch.entrypoints.cli.session import Session


@click.command(
    "change",
    cls=Command,
    help="""修改一份档案的若干字段，存成新的一版，立即可以检索到。没有写到的字段保持不变；
    值的写法、检查与录入时相同。联系人等可以有多项的内容，用 --file 给出完整的列表。

    员工不能直接修改，可以提出修改申请（archsearch propose）。从屏幕上抄来的脱敏值（如
    138****5678）不会被当作新值。

    在管道里每行一个字段，以制表符分隔：档号、版本、字段、原值、现值；敏感的值以 *** 代替。""",
    arguments=[("档号", "如 A001-GR-2026-000001"), ("字段=值", "可写多个；字段用任何一种叫法")],
    examples=[
        ("archsearch change A001-GR-2026-000001 价值等级=高价值 备注=已结清", "改两个字段"),
        ("archsearch change A001-GR-2026-000001 --remove 电子邮箱", "删去一个字段的内容"),
        ("archsearch change A001-GR-2026-000001 --file 修改.json --if-version 3", "只改第 3 版"),
        ("archsearch change A001-GR-2026-000001 --file -", "从标准输入读，不留在命令历史里"),
    ],
)
@argument("record_id", metavar="档号")
@argument("assigned", nargs=-1, metavar="字段=值", type=Assigned())
@option("--file", type=LOCATION, explanation="JSON 文件，一个对象；- 为标准输入")
@option("--remove", multiple=True, metavar="字段", explanation="删去这个字段的内容")
@option("--if-version", type=Number(1), metavar="版本", explanation="现在须是这一版，否则不改")
@option("--reason", default="", metavar="理由", explanation="为什么改；记入历史和操作日志")
@click.pass_obj
def command(
    session: Session, /, record_id: str, assigned: tuple[tuple[str, str], ...], **given: Any
) -> None:
    """Change a record."""
    user = session.acting
    fields = collected(assigned, given["file"], given["remove"])
    with session.archive() as archive:
        revised = archive.revising.change(
            record_id, fields, user, expected=given["if_version"], reason=given["reason"]
        )
        schema = archive.settings.schema
    differences.show(revised, schema, session.out)
