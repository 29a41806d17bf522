"""``archsearch saved``: searches kept under a name, and what they find that is new."""

from typing import Any, Final

import click

from archsearch.domain.query import Mode, SearchRequest
from archsearch.domain.saved import Saved
from archsearch.domain.zone import minute_of
from archsearch.entrypoints.cli import hits, moments
from archsearch.entrypoints.cli.commands import Command, Group, QueryCommand, argument, option
from archsearch.entrypoints.cli.grid import Column, Table
from archsearch.entrypoints.cli.kinds import Number, OneOf
from archsearch.entrypoints.cli.output import Output
from archsearch.entrypoints.cli.request import Written, conditions, filters
from archsearch.entrypoints.cli.session import Session

_MODES: Final = {Mode.AUTO.value: "自动", Mode.EXACT.value: "精确", Mode.FUZZY.value: "模糊"}
_NUMBER: Final = ("编号", "如 3，见 archsearch saved list")


@click.group(
    "saved",
    cls=Group,
    members={},
    help="""保存的检索：把常用的检索起个名字保存，随时再看，并知道上次看过以后有没有新的命中。
    各人有各人的；只在当时的检索范围内计数。""",
    examples=[
        ("archsearch saved save 华东逾期 逾期 --region 华东", "保存"),
        ("archsearch saved list", "各有多少新的命中"),
        ("archsearch saved run 1", "再检索一次"),
    ],
)
def command() -> None:
    """Keep searches."""


@command.command(
    "list",
    cls=Command,
    short_help="列出保存的检索，各有多少命中、多少是新的",
    help="""列出保存的检索，各有多少命中，其中多少是上次看过以后新的。

    在管道里每行一个，以制表符分隔：编号、名称、命中、新命中、上次看的时间、检索式。""",
)
@click.pass_obj
def list_saved(session: Session) -> None:
    """List searches."""
    user = session.acting
    with session.archive() as archive:
        found = archive.desk.saved.list(user)
    _show(found, session.out)


@command.command(
    "save",
    cls=QueryCommand,
    short_help="保存一个检索",
    help="保存一个检索：名称，然后是与 archsearch search 相同的检索式和筛选。",
    arguments=[("名称", "怎么称呼它"), ("检索式", "要找什么；可以不写")],
    examples=[("archsearch saved save 高价值逾期 逾期 --tier 高价值", "检索式和筛选")],
)
@argument("name", metavar="名称")
@argument("query", nargs=-1, metavar="检索式")
@option("--mode", type=OneOf(_MODES), default=Mode.AUTO.value, explanation="自动、精确或模糊")
@option(
    "--filter", type=Written(), multiple=True, explanation="筛选；字段=甲,乙 任一，字段!=值 排除"
)
@option("--region", multiple=True, explanation="地区；上级包含下级")
@option("--tier", multiple=True, explanation="价值等级")
@option("--tag", multiple=True, explanation="关键词标签，有其一即可")
@option("--department", multiple=True, explanation="部门；上级包含下级")
@click.pass_obj
def save(session: Session, /, name: str, query: tuple[str, ...], **given: Any) -> None:
    """Keep a search."""
    user = session.acting
    with session.archive() as archive:
        find = archive.settings.schema.find
        chosen = filters(
            conditions(given), lambda field: spec.key if (spec := find(field)) else field
        )
        request = SearchRequest(" ".join(query), Mode(given["mode"]), chosen)
        made = archive.desk.saved.save(name, request, user)
    _show((made,), session.out)
    session.out.note("已保存。")


@command.command(
    "run",
    cls=Command,
    short_help="再检索一次",
    help="按保存的条件再检索一次；现在的命中从此不再算新的。输出与 archsearch search 相同。",
    arguments=[_NUMBER],
)
@argument("number", metavar="编号")
@option("--limit", type=Number(), default=20, explanation="这一页最多几条，默认 20")
@option("--offset", type=Number(), default=0, explanation="跳过前面几条")
@click.pass_obj
def run(session: Session, number: str, limit: int, offset: int) -> None:
    """Search again."""
    user = session.acting
    with session.archive() as archive:
        page = archive.desk.saved.run(number, user, limit=limit, offset=offset)
        schema = archive.settings.schema
    hits.show(page, schema, session.out)


@command.command(
    "rename", cls=Command, short_help="改名", help="改名。", arguments=[_NUMBER, ("名称", "新名称")]
)
@argument("number", metavar="编号")
@argument("name", metavar="名称")
@click.pass_obj
def rename(session: Session, number: str, name: str) -> None:
    """Call a search otherwise."""
    user = session.acting
    with session.archive() as archive:
        renamed = archive.desk.saved.rename(number, name, user)
    _show((renamed,), session.out)
    session.out.note("已改名。")


@command.command(
    "delete", cls=Command, short_help="删除", help="删除保存的检索。", arguments=[_NUMBER]
)
@argument("number", metavar="编号")
@click.pass_obj
def delete(session: Session, number: str) -> None:
    """Forget a search."""
    user = session.acting
    with session.archive() as archive:
        archive.desk.saved.delete(number, user)
    if session.out.json:
        session.out.document({"deleted": number})
    session.out.note("已删除。")


def _show(found: tuple[Saved, ...], out: Output) -> None:
    if out.json:
        out.document({"saved": found})
        return
    if not found:
        out.note("还没有保存的检索；保存：archsearch saved save 名称 检索式")
        return
    if not out.people:
        out.lines(
            (
                *(each.id, each.name, _number(each.total), _number(each.new)),
                *(moments.written(each.looked_at), each.query),
            )
            for each in found
        )
        return
    rows = [
        (each.id, each.name, _number(each.total), _number(each.new), minute_of(each.looked_at),
         each.wrong or each.query)
        for each in found
    ]  # fmt: skip
    titles = ("编号", "名称", "命中", "新命中", "上次看", "检索式")
    out.table(Table([Column(title) for title in titles], rows))


def _number(number: int | None) -> str:
    return "" if number is None else str(number)
