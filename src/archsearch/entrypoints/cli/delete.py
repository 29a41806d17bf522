"""``archsearch delete``."""

import click

from archsearch.entrypoints.cli import differences
from archsearch.entrypoints.cli.commands import Command, argument, option
from archsearch.entrypoints.cli.session import Session


@click.command(
    "delete",
    cls=Command,
    help="""删除一份档案：任何检索都不再找到它，借出的随即收回。历次版本保留，可以恢复
    （archsearch restore）。恢复之前，只有能删除它的人还能查看，对其他人就是没有这份档案。

    冻结的档案不能删除。删除不是销毁：内容仍在档案库里。""",
    arguments=[("档号", "如 A001-GR-2026-000001")],
    examples=[("archsearch delete A001-GR-2026-000001 --reason 重复建档", "删除")],
)
@argument("record_id", metavar="档号")
@option("--reason", required=True, metavar="理由", explanation="为什么删除；记入历史和操作日志")
@click.pass_obj
def command(session: Session, record_id: str, reason: str) -> None:
    """Delete a record."""
    user = session.acting
    session.confirm(f"将删除档案 {record_id}，")
    with session.archive() as archive:
        revised = archive.revising.delete(record_id, user, reason=reason)
        schema = archive.settings.schema
    differences.show(revised, schema, session.out)
    session.out.note("已删除；可用 archsearch restore 恢复。")
