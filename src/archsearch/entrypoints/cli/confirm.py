"""``archsearch inbox confirm``: takes what was read on a scan into its record."""

from collections.abc import Sequence

import click

from archsearch.entrypoints.cli.commands import Command, argument, option
from archsearch.entrypoints.cli.kinds import Number
from archsearch.entrypoints.cli.session import Session


@click.command(
    "confirm",
    cls=Command,
    short_help="核对识别出的内容",
    help="""把扫描件上识别出的内容写进档案，记下是谁核对的。不写 --field 时，
    采用档案里还没有的各项；与档案不同的，要用 --field 写明才会改。都不对就用 --none。""",
    arguments=[("档号", "哪份档案"), ("件", "第几份扫描件，见 archsearch inbox read")],
    examples=[
        ("archsearch inbox confirm A001-GR-2026-000007 1", "采用第 1 份扫描件上的"),
        ("archsearch inbox confirm A001-GR-2026-000007 1 --field 证件号码", "只采用证件号码"),
    ],
)
@argument("record_id", required=True, metavar="档号")
@argument("number", type=Number(1), required=True, metavar="件")
@option("--field", "fields", multiple=True, explanation="只采用这一项；可以写多个")
@option("--none", is_flag=True, explanation="识别出的都不对")
@click.pass_obj
def command(
    session: Session, record_id: str, number: int, fields: Sequence[str], *, none: bool
) -> None:
    """Confirm what was read on a scan."""
    if none and fields:
        raise click.UsageError("--none 和 --field 只能选一个。")
    user = session.acting
    with session.archive() as archive:
        schema = archive.settings.schema
        keys = [spec.key if (spec := schema.find(each)) else each for each in fields]
        chosen = keys if fields or none else None
        revised = archive.mail.findings.confirm(record_id, number, user, chosen)
    if session.out.json:
        session.out.document(revised)
    else:
        taken = [c for c in revised.changes if not c.field.startswith("attachments")]
        session.out.note(
            f"已核对；{len(taken)} 项写进了档案 {record_id}（第 {revised.version} 版）。"
            if taken
            else "已核对，没有写进档案的内容。"
        )
