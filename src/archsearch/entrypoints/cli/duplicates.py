"""``archsearch duplicates``: records that may be one customer's."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import click

from archsearch.entrypoints.cli.commands import Command, option
from archsearch.entrypoints.cli.grid import Cell, Column, Piece, Table
from archsearch.entrypoints.cli.kinds import Number, OneOf
from archsearch.entrypoints.cli.output import Output
from archsearch.entrypoints.cli.session import Session

if TYPE_CHECKING:
    from archsearch.domain.duplicates import DuplicateGroup, DuplicatePage, Member

_VERDICTS: Final = {"same": "同一", "likely": "很可能", "possible": "可能"}


@click.command(
    "duplicates",
    cls=Command,
    help="""找出可能是同一客户的档案，一组一组列出，最有把握的在前，并给出依据。

    证件号码相同即为同一客户；名称相同或相近，且电话、出生日期等相同的，很可能是；
    单位名称相同的也是。证件号码不同的，名称再像也不列出。只比对您检索范围内的档案，
    什么也不改动。

    在管道里每行一份档案，以制表符分隔：组号、结论（same 同一、likely 很可能、
    possible 可能）、得分、档号、客户名称、依据。""",
    examples=[
        ("archsearch duplicates", "最有把握的 20 组"),
        ("archsearch duplicates --least possible", "把握小一些的也列出"),
        ("archsearch duplicates --limit 1000 --json", "给程序用"),
    ],
)
@option("--least", type=OneOf(_VERDICTS), default="likely", explanation="至少多大把握，默认很可能")
@option("--limit", type=Number(), default=20, explanation="最多几组，默认 20")
@option("--offset", type=Number(), default=0, explanation="跳过前面几组")
@click.pass_obj
def command(session: Session, least: str, limit: int, offset: int) -> None:
    """Propose duplicates."""
    user = session.acting
    with session.archive() as archive, session.out.progress("查重") as steps:
        page = archive.duplicates.duplicates(
            user, least=least, limit=limit, offset=offset, progress=steps
        )
    _show(page, session.out)


def _show(page: "DuplicatePage", out: Output) -> None:
    if out.json:
        out.document(page)
        return
    if not out.people:
        out.lines(_lines(page))
    elif page.groups:
        out.table(_table(page))
    told = f"共 {page.total:,} 组，{page.records:,} 份档案"
    if page.groups and len(page.groups) < page.total:
        last = page.offset + len(page.groups)
        told += f"，这里是第 {page.offset + 1:,}–{last:,} 组"
    out.note(
        f"{told}（{page.took_ms / 1000:,.1f} 秒）。"
        if page.total
        else f"没有找到疑似重复的档案。{page.note}"
    )


def _lines(page: "DuplicatePage") -> Iterator[list[str]]:
    for number, group in enumerate(page.groups, page.offset + 1):
        for member in group.members:
            yield [
                str(number), group.verdict, f"{group.score:g}", member.record_id,
                _name(member), _why(group, member),
            ]  # fmt: skip


def _table(page: "DuplicatePage") -> Table:
    rows: list[tuple[Cell, ...]] = []
    for number, group in enumerate(page.groups, page.offset + 1):
        for place, member in enumerate(group.members):
            first = (str(number), _VERDICTS.get(group.verdict, group.verdict))
            name = (Piece(_name(member), "bold"),)
            rows.append(
                (*(("", "") if place else first), (name,), member.record_id, _why(group, member))
            )
    columns = [
        Column("组", right=True),
        Column("结论", whole=True),
        Column("客户名称", least=12),
        Column("档号", "cyan", whole=True),
        Column("依据"),
    ]
    return Table(columns, rows)


def _name(member: "Member") -> str:
    return str(member.record.get("name", ""))


def _why(group: "DuplicateGroup", member: "Member") -> str:
    """Say what ties a record to others of its group."""
    links = [link for link in group.links if member.record_id in (link.one, link.other)]
    said = [reason.text for link in links for reason in link.reasons]
    slips = [reason.text for link in links for reason in link.reasons if reason.telling]
    return "、".join(dict.fromkeys(slips or said))
