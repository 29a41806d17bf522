"""``archsearch history``."""

import click

from archsearch.entrypoints.cli import differences
from archsearch.entrypoints.cli.commands import Command, argument, option
from archsearch.entrypoints.cli.session import Session


@click.command(
    "history",
    cls=Command,
    help="""一份档案的历次版本：谁在什么时候改了什么，由来（哪个文件第几行、什么理由）。
    敏感字段只说明改过；没有这份档案与不在检索范围内，回答是一样的。

    在管道里每行一个字段的变化，以制表符分隔：版本、时间、修改人、由来、字段、原值、现值。""",
    arguments=[("档号", "如 A001-GR-2026-000001")],
    examples=[
        ("archsearch history A001-GR-2026-000001", "历次版本"),
        ("archsearch history A001-GR-2026-000001 --reveal --reason 核对证件", "连同敏感字段的原文"),
    ],
)
@argument("record_id", metavar="档号")
@option("--reveal", is_flag=True, explanation="敏感字段显示原文；须有权限，并用 --reason 写明理由")
@option("--reason", metavar="理由", explanation="为什么要看原文；记入操作日志")
@click.pass_obj
def command(session: Session, record_id: str, *, reveal: bool, reason: str | None) -> None:
    """Show the versions of a record."""
    user = session.acting
    if reveal != bool((reason or "").strip()):
        raise click.UsageError("查看原文要写 --reveal，并写明理由：--reason 理由。")
    with session.archive() as archive:
        versions = archive.reading.history(record_id, user, reason if reveal else None)
        schema = archive.settings.schema
    differences.show_history(record_id, versions, schema, session.out)
