"""``archsearch ingest``: sources in, a receipt out."""

from pathlib import Path

import click

from archsearch.entrypoints.cli import receipt
from archsearch.entrypoints.cli.commands import Command, argument, option
from archsearch.entrypoints.cli.exits import Exit
from archsearch.entrypoints.cli.kinds import LOCATION
from archsearch.entrypoints.cli.session import Session


@click.command(
    "ingest",
    cls=Command,
    help="""录入文件或整个文件夹：Excel（.xlsx）、CSV、TSV、JSON、JSON Lines、YAML、XML，
    以及它们的 .gz 压缩。列名可以是“客户名称”“姓名”等常见写法。

    好的行立即入档并可检索；有问题的行不入档，连同原因写进一个 Excel 文件，
    改好后可以再次录入。同一份输入再录一次不会重复。有内容被拒收时退出码为 6。

    在管道里每行一项，以制表符分隔：accepted、updated、unchanged、rejected_rows 后为数量，
    rejects 后为拒收文件，problem（拒收）和 warning（提醒）后为代码、字段、数量、说明。""",
    arguments=[("路径", "要录入的文件或文件夹")],
    examples=[
        ("archsearch ingest 客户.xlsx", "录入一个文件"),
        ("archsearch ingest 导出/ 补充.csv", "录入一个文件夹和一个文件"),
        ("archsearch ingest 客户.xlsx --dry-run", "只检查，不写入"),
    ],
)
@argument("paths", type=LOCATION, nargs=-1, required=True, metavar="路径")
@option("--dry-run", is_flag=True, explanation="只检查并报告，什么也不写入")
@click.pass_obj
def command(session: Session, paths: tuple[Path, ...], *, dry_run: bool) -> Exit:
    """Ingest and print the receipt."""
    user = session.acting
    with session.archive() as archive, session.out.progress("录入") as steps:
        labels = {spec.key: spec.label for spec in archive.settings.schema.walk()}
        report = archive.ingest.ingest(paths, user, dry_run=dry_run, progress=steps)
    receipt.show(report, labels, session.out)
    return Exit.REJECTED if report.rejected or report.rejected_rows else Exit.OK
