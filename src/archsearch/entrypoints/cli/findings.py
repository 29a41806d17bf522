"""``archsearch inbox read``: what was read on scans, for people to confirm."""

from typing import TYPE_CHECKING, Final

import click

from archsearch.entrypoints.cli.commands import Command, argument, option
from archsearch.entrypoints.cli.grid import Column, Table
from archsearch.entrypoints.cli.kinds import Number
from archsearch.entrypoints.cli.session import Session

if TYPE_CHECKING:
    from archsearch.domain.schema import Schema
    from archsearch.services.findings import Finding

HOW_TO_GET = "没有安装文字识别；要识别扫描件上的文字，请运行 pip install 'archsearch[ocr]'。"


_NOTHING: Final = "没有待核对的识别内容；扫描件归档以后由 archsearch watch 识别，识别出的列在这里。"


@click.command(
    "read",
    cls=Command,
    short_help="扫描件上识别出的内容",
    help="""列出在扫描件上识别出、档案里还没有的内容，等待有权修改的人核对；核对之前都不算数。

    识别要先安装：pip install 'archsearch[ocr]'；之后由 archsearch watch 在归档以后进行。""",
    arguments=[("档号", "只看一份档案的；不写就是全部")],
    examples=[("archsearch inbox read", "全部待核对的")],
)
@argument("record_id", required=False, metavar="档号")
@option("--limit", type=Number(1), default=50, explanation="最多列几份扫描件（默认 50）")
@click.pass_obj
def command(session: Session, record_id: str | None, limit: int) -> None:
    """List what is to be confirmed."""
    user = session.acting
    with session.archive() as archive:
        findings = archive.mail.findings
        found = findings.of(record_id, user) if record_id else findings.list(user, limit)
        installed, schema = archive.mail.reads_scans, archive.settings.schema
    out = session.out
    if out.json:
        out.document({"items": found})
    elif not found:
        out.note(_NOTHING)
    elif out.people:
        columns = [Column("档号", whole=True), Column("件", right=True), Column("文件")]
        columns += [Column("客户名称"), Column("识别出")]
        out.table(Table(columns, [_row(each, schema) for each in found]))
        out.note(
            f"共 {len(found)} 份扫描件待核对；请对照扫描件（archsearch show 档号 --scan 件），"
            "再用 archsearch inbox confirm 采用，或在网页的“收件夹 → 识别待核对”里核对。"
        )
    else:
        out.lines(
            (each.record_id, str(each.number), each.file, key, _said(value))
            for each in found
            for key, value in each.values.items()
        )
    if not installed:
        out.note(HOW_TO_GET)


def _said(value: object) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _row(finding: "Finding", schema: "Schema") -> tuple[str, ...]:
    told = []
    for key, value in finding.values.items():
        held = f"（档案里是 {_said(finding.held[key])}）" if key in finding.differs else ""
        told.append(f"{schema.by_key[key].label} {_said(value)}{held}")
    said = "；".join(told) or "档案里都已有了"
    return (finding.record_id, str(finding.number), finding.file, finding.name, said)
