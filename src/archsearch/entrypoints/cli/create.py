"""``archsearch create``."""

from pathlib import Path

import click

from archsearch.entrypoints.cli.commands import Command, argument, option
from archsearch.entrypoints.cli.fields import Assigned, collected
from archsearch.entrypoints.cli.kinds import LOCATION
from archsearch.entrypoints.cli.session import Session


@click.command(
    "create",
    cls=Command,
    help="""新建一份档案，立即可以检索到。值的写法、检查与录入时相同；档号留空则自动编号。

    在管道里一行：档号。""",
    arguments=[("字段=值", "至少写客户名称")],
    examples=[
        ("archsearch create 姓名=张伟明 电话=13812345678 地区=上海市浦东新区", "新建"),
        ("archsearch create --file 张伟明.json", "字段在 JSON 文件里"),
    ],
)
@argument("assigned", nargs=-1, metavar="字段=值", type=Assigned())
@option("--file", type=LOCATION, explanation="JSON 文件，一个对象；- 为标准输入")
@option("--reason", default="", metavar="理由", explanation="记入历史和操作日志")
@click.pass_obj
def command(
    session: Session, assigned: tuple[tuple[str, str], ...], file: Path | None, reason: str
) -> None:
    """Make a record."""
    user = session.acting
    fields = collected(assigned, file)
    with session.archive() as archive:
        made = archive.revising.create(fields, user, reason=reason)
    out = session.out
    if out.json:
        out.document(made)
    else:
        out.lines([[made.record_id]])
    for problem in made.warnings:
        out.remind(f"提醒：{problem.message}")
    out.note(f"已建档：{made.record_id}。")
