"""``archsearch match``: screening a list of names."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from archsearch.domain.screening import Entry
from archsearch.entrypoints.cli import hits
from archsearch.entrypoints.cli.commands import Command, argument, option
from archsearch.entrypoints.cli.grid import Cell, Column, Piece, Table
from archsearch.entrypoints.cli.kinds import LOCATION, Number
from archsearch.entrypoints.cli.output import Output
from archsearch.entrypoints.cli.session import Session

if TYPE_CHECKING:
    from archsearch.domain.query import Hit

_STEP = 500
"""Names handed over at once, so that progress shows."""

_VERDICTS: Final = {"same": "一致", "likely": "很可能", "possible": "可能", "none": "不像"}

Found = list[tuple[str, "tuple[Hit, ...]"]]


@click.command(
    "match",
    cls=Command,
    help="""拿一份名单逐个比对：每个名称给出最像的几份档案，完全一致的在前。

    名单可以写在命令里，也可以是文件：文本文件每行一个名称，或有“客户名称”一列的
    CSV、Excel 等；写 - 则从标准输入读。

    在管道里每行一个结果，以制表符分隔：名称、名次、档号、客户名称、命中方式、得分、
    结论（same 一致、likely 很可能、possible 可能、none 不像）；没有找到的名称名次为 0。""",
    arguments=[("名称", "要比对的客户名称")],
    examples=[
        ("archsearch match 张伟 中国农业发展银行", "比对两个名称"),
        ("archsearch match --file 名单.xlsx --limit 1", "比对一份名单，各取第一"),
        ("cut -f2 名单.tsv | archsearch match --file -", "名单来自管道"),
    ],
)
@argument("names", nargs=-1, metavar="名称")
@option("--file", type=LOCATION, explanation="名单文件；- 为标准输入")
@option("--limit", type=Number(1), default=3, explanation="每个名称最多几份，默认 3")
@click.pass_obj
def command(session: Session, names: tuple[str, ...], file: Path | None, limit: int) -> None:
    """Screen the names."""
    user = session.acting
    if not names and file is None:
        raise click.UsageError("请写出要比对的名称，或用 --file 指定名单文件。")
    found: Found = []
    with session.archive() as archive, session.out.progress("比对") as steps:
        schema = archive.settings.schema
        # Loaded only here: help should not wait for the readers.
        from archsearch.entrypoints.cli.namelist import names_in  # noqa: PLC0415 - see above

        wanted = _chained(names, names_in(file, schema) if file else iter(()))
        while batch := list(islice(wanted, _STEP)):
            found += zip(
                batch, archive.screening.match(list(map(Entry, batch)), user, limit), strict=True
            )
            if steps:
                steps("", len(found))
    _show(found, session.out)


def _chained(names: Sequence[str], more: Iterator[str]) -> Iterator[str]:
    yield from names
    yield from more


def _show(found: Found, out: Output) -> None:
    if out.json:
        out.document({"matches": [{"query": name, "hits": each} for name, each in found]})
        return
    if out.people:
        out.table(_table(found))
    else:
        out.lines(line for name, each in found for line in _lines(name, each))
    some = sum(1 for _, each in found if each)
    out.note(f"比对 {len(found):,} 个名称，{some:,} 个有结果。")


def _lines(name: str, found: "tuple[Hit, ...]") -> Iterator[list[str]]:
    if not found:
        yield [name, "0", "", "", "", "", ""]
    for rank, hit in enumerate(found, 1):
        record_id, customer, *_, channels = hits.line(hit)
        yield [name, str(rank), record_id, customer, channels, f"{hit.score:g}", hit.verdict]


def _table(found: Found) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for name, each in found:
        if not each:
            rows.append((name, ((Piece("没有找到", "dim"),),), "", "", ""))
        for rank, hit in enumerate(each):
            shown = "" if rank else name
            verdict = _VERDICTS.get(hit.verdict, hit.verdict)
            rows.append((shown, (hits.name_line(hit),), hit.record_id, verdict, hits.why(hit)))
    columns = [
        Column("名称"),
        Column("最像的档案"),
        Column("档号", "cyan", whole=True),
        Column("结论", whole=True),
        Column("命中方式"),
    ]
    return Table(columns, rows)
