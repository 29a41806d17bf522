"""``archsearch show``."""

from pathlib import Path

import click

from archsearch.domain.zone import minute_of
from archsearch.entrypoints.cli import dossier
from archsearch.entrypoints.cli.commands import Command, argument, option
from archsearch.entrypoints.cli.files import copied
from archsearch.entrypoints.cli.kinds import LOCATION, Number
from archsearch.entrypoints.cli.session import Session


@click.command(
    "show",
    cls=Command,
    help="""查看一份档案，敏感字段已脱敏。没有这份档案与不在检索范围内，回答是一样的。

    在管道里每行一个值，以制表符分隔：字段、值；
    带 --history 时每行一个版本：版本、时间、修改人、有变化的字段；
    带 --who 时每行一个用户：用户名、姓名、原因。""",
    arguments=[("档号", "如 A001-GR-2026-000001")],
    examples=[
        ("archsearch show A001-GR-2026-000001", "现在的内容"),
        ("archsearch show A001-GR-2026-000001 --history", "历次版本"),
        ("archsearch show A001-GR-2026-000001 --who", "谁看得到，为什么"),
        ("archsearch show A001-GR-2026-000001 --reveal --reason 核对证件", "敏感字段的原文"),
        ("archsearch show A001-GR-2026-000001 --scan 1 -o 件.pdf --reason 核对", "取出扫描件"),
    ],
)
@argument("record_id", metavar="档号")
@option("--history", is_flag=True, explanation="列出历次版本")
@option("--who", is_flag=True, explanation="列出看得到这份档案的用户和原因；只有管理员可以")
@option("--reveal", is_flag=True, explanation="敏感字段显示原文；须有权限，并用 --reason 写明理由")
@option("--reason", metavar="理由", explanation="为什么要看原文；记入操作日志")
@option("--scan", type=Number(1), metavar="N", explanation="取出第 N 份扫描件；要求同 --reveal")
@option("-o", "--output", type=LOCATION, explanation="扫描件写到这个文件")
@click.pass_obj
def command(  # noqa: PLR0913 - its options
    session: Session,
    record_id: str,
    *,
    history: bool,
    who: bool,
    reveal: bool,
    reason: str | None,
    scan: int | None,
    output: Path | None,
) -> None:
    """Show a record, its versions, or who may see it."""
    if reveal and (history or who):
        raise click.UsageError("--reveal 不能与 --history、--who 同用。")
    if reveal and not (reason or "").strip():
        raise click.UsageError("查看原文要写明理由：--reason 理由。")
    if history and who:
        raise click.UsageError("--history 和 --who 只能选一个。")
    if scan is not None:
        _take_out(session, record_id, scan, reason or "", output)
        return
    if history or who:
        _tell_of(session, record_id, history=history)
    else:
        _show(session, record_id, reason if reveal else None)


def _tell_of(session: Session, record_id: str, *, history: bool) -> None:
    """Show the versions of a record, or else who may see it."""
    user = session.acting
    with session.archive() as archive:
        schema = archive.settings.schema
        if history:
            versions = archive.reading.history(record_id, user)
        else:
            viewers = archive.reading.who(record_id, user)
    if history:
        dossier.show_history(record_id, versions, schema, session.out)
    else:
        dossier.show_viewers(record_id, viewers, session.out)


def _show(session: Session, record_id: str, reason: str | None) -> None:
    """Show a record as it is now; for a reason, as it is unmasked."""
    user, out = session.acting, session.out
    with session.archive() as archive:
        schema, reading = archive.settings.schema, archive.reading
        if reason is None:
            record = reading.get(record_id, user)
        else:
            record = reading.reveal(record_id, reason, user)
        loan = reading.loan(record_id, user)
    dossier.show(record, schema, out)
    if loan:
        back = f"archsearch borrow return {loan.request}"
        out.note(f"调阅期限至 {minute_of(loan.until)}；提前归还：{back}")


def _take_out(
    session: Session, record_id: str, number: int, reason: str, output: Path | None
) -> None:
    """Write a scan into a file."""
    if output is None or not reason.strip():
        raise click.UsageError("取出扫描件要写明文件和理由：-o 文件 --reason 理由。")
    session.confirm_replacing(output)
    with session.archive() as archive:
        scan = archive.mail.attachments.open(record_id, number, reason, session.acting)
        copied(output, scan.chunks)
    if session.out.json:
        session.out.document(
            {
                "record_id": record_id,
                "number": number,
                "name": scan.name,
                "media_type": scan.media_type,
                "size": scan.size,
                "sha256": scan.sha256,
            }
        )
    else:
        session.out.note(f"第 {number} 份扫描件已写入 {output.name}。")
