"""``archsearch match``: screening a list of names."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from archsearch.domain.screening import Entry, Listed
from archsearch.entrypoints.cli import hits
from archsearch.entrypoints.cli.commands import Command, argument, option
from archsearch.entrypoints.cli.grid import Cell, Column, Piece, Table
from archsearch.entrypoints.cli.kinds import LOCATION, Number
from archsearch.entrypoints.cli.output import Output
from archsearch.entrypoints.cli.session import Session

if TYPE_CHECKING:
    from archsearch.bootstrap import Application
    from archsearch.domain.query import Hit
    from archsearch.domain.schema import Schema
    from archsearch.services.lists import Screened

_STANDARD_INPUT: Final = Path("-")
_CHUNK: Final = 1 << 16

_STEP = 500
"""Lines handed over at once, so that progress shows."""

_VERDICTS: Final = {"same": "同一", "likely": "很可能", "possible": "可能", "none": "无"}

Found = list[tuple[Listed, "tuple[Hit, ...]"]]


@click.command(
    "match",
    cls=Command,
    help="""拿一份名单逐个比对：每个名称给出最像的几份档案，最像的在前，并给出结论和依据。

    名单可以写在命令里，也可以是文件：文本文件每行一个名称，或 CSV、Excel 等表格，
    至少有“客户名称”一列（只有一列时不必有列名）；写 - 则从标准输入读。
    表格里的证件号码、电话、出生日期、地区也一并比对：证件号码相同即为同一客户，
    不同则结论降低。

    结果文件的“行号”是该行在名单里的行号：表格从列名那一行数起，和 Excel 左边显示的一样；
    文本文件数每一行，空行也算；名单有几张工作表时写成“表名!行号”。没有名称的行按证件号码、
    电话比对，都没有的也列出，结论是“无”，依据是“没有名称”。

    用 -o 把结果写进 .csv 或 .xlsx 文件，名单多长都可以；全部比对完文件才出现，
    中途断了，再运行一次同样的命令就接着做。

    在管道里每行一个结果，以制表符分隔：名称、名次、档号、客户名称、命中方式、得分、
    结论（same 同一、likely 很可能、possible 可能、none 无）；没有找到的名称名次为 0。
    用 -o 时每行一种结论及其行数。""",
    arguments=[("名称", "要比对的客户名称")],
    examples=[
        ("archsearch match 张伟 中国农业发展银行", "比对两个名称"),
        ("archsearch match --file 名单.xlsx --limit 1", "比对一份名单，各取第一"),
        ("archsearch match --file 名单.xlsx -o 结果.xlsx", "结果写进 Excel 文件"),
        ("cut -f2 名单.tsv | archsearch match --file -", "名单来自管道"),
    ],
)
@argument("names", nargs=-1, metavar="名称")
@option("--file", type=LOCATION, explanation="名单文件；- 为标准输入")
@option("-o", "--output", type=LOCATION, explanation="结果文件，.csv 或 .xlsx")
@option("--limit", type=Number(1), default=3, explanation="每个名称最多几份，默认 3")
@click.pass_obj
def command(
    session: Session,
    names: tuple[str, ...],
    file: Path | None,
    output: Path | None,
    limit: int,
) -> None:
    """Screen the names."""
    user = session.acting
    if not names and file is None:
        raise click.UsageError("请写出要比对的名称，或用 --file 指定名单文件。")
    if output is not None and file is not None and output.exists() and output.samefile(file):
        raise click.UsageError("结果文件不能就是名单文件；请换一个文件名。")
    if output is not None and output.suffix.lower() not in {".csv", ".xlsx"}:
        raise click.UsageError("结果文件须以 .csv 或 .xlsx 结尾。")
    found, note = Found(), ""
    unread: Counter[str] = Counter()
    with session.archive() as archive, session.out.progress("比对") as steps:
        wanted = chain(_given(names, file), _listed(file, archive, session.out) if file else ())
        if output is not None:
            screened = archive.lists.screen(
                wanted, output, user, limit, steps, tell=session.out.note
            )
            _tell(screened, archive.settings.schema, session.out)
            return
        while batch := list(islice(wanted, _STEP)):
            answers = archive.screening.match([line.entry for line in batch], user, limit)
            found += zip(batch, answers, strict=True)
            note = archive.screening.note(user)
            unread.update(key for line in batch for key in archive.screening.doubts(line.entry))
            if steps:
                steps("", len(found))
        schema = archive.settings.schema
    _show(found, note, session.out)
    _doubt(unread, schema, session.out)


def _given(names: tuple[str, ...], file: Path | None) -> Iterator[Listed]:
    """Number the names of the command; not where the numbers are those of a file."""
    for number, name in enumerate(names, 1):
        yield Listed("" if file else str(number), Entry(name))


def _listed(file: Path, archive: "Application", out: Output) -> Iterator[Listed]:
    # Loaded only here: help should not wait for the readers.
    from archsearch.ingest.namelist import entries_in, entries_of  # noqa: PLC0415 - see above

    if file == _STANDARD_INPUT:
        return entries_of(iter(lambda: sys.stdin.buffer.read(_CHUNK), b""))
    return entries_in(file, archive.settings.schema, warn=out.warn)


def _tell(screened: "Screened", schema: "Schema", out: Output) -> None:
    """Tell what came of a list whose answers are in a file."""
    if out.json:
        out.document(screened)
        _doubt(screened.unread, schema, out)
        return
    if out.people:
        rows: list[tuple[Cell, ...]] = [
            (_VERDICTS[verdict], f"{number:,}") for verdict, number in screened.verdicts.items()
        ]
        out.table(Table([Column("结论"), Column("行数", right=True)], rows))
    else:
        out.lines([verdict, str(number)] for verdict, number in screened.verdicts.items())
    told = _unnamed(screened.unnamed)
    out.note(f"比对 {screened.lines:,} 行{told}，结果在 {screened.output}。{screened.note}")
    _doubt(screened.unread, schema, out)


def _doubt(unread: Mapping[str, int], schema: "Schema", out: Output) -> None:
    """Warn of what could not be read; never with the value."""
    if unread:
        told = "，".join(
            f"{schema.by_key[key].label} {number:,} 行" for key, number in unread.items()
        )
        out.warn(f"名单中有无法识别、没有用上的内容：{told}；请检查后重新比对。")


def _unnamed(number: int) -> str:
    return f"（其中没有名称的 {number:,} 行）" if number else ""


def _show(found: Found, note: str, out: Output) -> None:
    if out.json:
        out.document({"matches": [_match(line, each) for line, each in found], "note": note})
        return
    if out.people:
        out.table(_table(found))
    else:
        out.lines(row for line, each in found for row in _lines(line.entry.name, each))
    some = sum(1 for _, each in found if each)
    unnamed = _unnamed(sum(not line.entry.name for line, _ in found))
    out.note(f"比对 {len(found):,} 个名称{unnamed}，{some:,} 个有结果。{note}")


def _match(line: Listed, found: "tuple[Hit, ...]") -> dict[str, Any]:
    return {"query": line.entry.name, "hits": found, "line": line.place}


def _lines(name: str, found: "tuple[Hit, ...]") -> Iterator[list[str]]:
    if not found:
        yield [name, "0", "", "", "", "", ""]
    for rank, hit in enumerate(found, 1):
        record_id, customer, *_, channels = hits.line(hit)
        yield [name, str(rank), record_id, customer, channels, f"{hit.score:g}", hit.verdict]


def _table(found: Found) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for line, each in found:
        name = line.entry.name or f"（第 {line.place} 行没有名称）"
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
