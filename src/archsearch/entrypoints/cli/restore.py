"""``archsearch restore``."""

import click

from archsearch.entrypoints.cli import differences
from archsearch.entrypoints.cli.commands import Command, argument, option
from archsearch.entrypoints.cli.session import Session


@click.command(
    "restore",
    cls=Command,
    help="恢复一份删除了的档案，内容和状态与删除以前相同；以前借出的不会恢复。",
    arguments=[("档号", "如 A001-GR-2026-000001")],
    examples=[("archsearch restore A001-GR-2026-000001 --reason 误删", "恢复")],
)
@argument("record_id", metavar="档号")
@option("--reason", required=True, metavar="理由", explanation="为什么恢复；记入历史和操作日志")
@click.pass_obj
def command(session: Session, record_id: str, reason: str) -> None:
    """Restore a record."""
    user = session.acting
    with session.archive() as archive:
        revised = archive.revising.restore(record_id, user, reason=reason)
        schema = archive.settings.schema
    differences.show(revised, schema, session.out)
    session.out.note("已恢复。")
