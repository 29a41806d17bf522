"""``archsearch dictionary``: words, short names and synonyms."""

import click

from archsearch.domain.dictionary import Entry, EntryKind
from archsearch.entrypoints.cli.commands import Command, Group, argument, option
from archsearch.entrypoints.cli.session import Session
from archsearch.errors import InvalidRequestError

_KINDS = {
    EntryKind.WORD: "词语",
    EntryKind.SHORT_NAME: "简称",
    EntryKind.SYNONYM: "同义词",
}


@click.group(
    "dictionary",
    cls=Group,
    members={},
    help="管理词典：分词用的词语、机构的简称、同义词。加入后对已有档案立即生效；只有管理员可以改。",
    examples=[
        ("archsearch dictionary add 授信通", "词语：分词时不切开"),
        ("archsearch dictionary add 省农信 --for 浙江省农村信用社联合社", "简称"),
        ("archsearch dictionary add 逾期 --same-as 拖欠", "同义词：查一个，两个都找"),
    ],
)
def command() -> None:
    """Manage the dictionary."""


@command.command(
    "list", cls=Command, short_help="列出词典", help="列出词典里的各条：种类、词条、释义。"
)
@click.pass_obj
def list_entries(session: Session) -> None:
    """List the entries."""
    user = session.acting
    with session.archive() as archive:
        entries = archive.dictionary.all(user)
    if session.out.json:
        session.out.document({"entries": list(map(_told, entries))})
    else:
        rows = [[_KINDS[each.kind], each.term, each.meaning] for each in entries]
        nothing = "词典里还没有词条；加入：archsearch dictionary add 词语"
        session.out.listing(("种类", "词条", "释义"), rows, nothing)


_FOR = option("--for", "full_name", explanation="词条是这个全称的简称", default="")
_SAME = option("--same-as", "synonym", explanation="词条与这个词同义", default="")


@command.command(
    "add",
    cls=Command,
    short_help="加入一条",
    help="加入一条词语、简称或同义词。含有该词语的档案随即重新索引，其余不动。",
    arguments=[("词条", "如 授信通")],
)
@argument("term", metavar="词条")
@_FOR
@_SAME
@click.pass_obj
def add(session: Session, term: str, full_name: str, synonym: str) -> None:
    """Add an entry."""
    user = session.acting
    kind, meaning = _meant(full_name, synonym)
    with session.archive() as archive:
        added = archive.dictionary.add(kind, term, meaning, user)
    if session.out.json:
        session.out.document({**_told(added.entry), "records": added.records})
    else:
        again = f"；{added.records} 份档案已重新索引" if kind is EntryKind.WORD else ""
        session.out.note(f"{_KINDS[kind]}已加入词典{again}。")


@command.command(
    "remove",
    cls=Command,
    short_help="移除一条",
    help="移除一条；简称和同义词要同时写明释义。",
    arguments=[("词条", "如 授信通")],
)
@argument("term", metavar="词条")
@_FOR
@_SAME
@click.pass_obj
def remove(session: Session, term: str, full_name: str, synonym: str) -> None:
    """Remove an entry."""
    user = session.acting
    kind, meaning = _meant(full_name, synonym)
    with session.archive() as archive:
        removed = archive.dictionary.remove(kind, term, meaning, user)
    if session.out.json:
        session.out.document({**_told(removed.entry), "records": removed.records})
    else:
        session.out.note(f"{_KINDS[kind]}已从词典移除。")


def _meant(full_name: str, synonym: str) -> tuple[EntryKind, str]:
    if full_name and synonym:
        raise InvalidRequestError("--for 和 --same-as 只能用一个。")
    if full_name:
        return EntryKind.SHORT_NAME, full_name
    return (EntryKind.SYNONYM, synonym) if synonym else (EntryKind.WORD, "")


def _told(entry: Entry) -> dict[str, str]:
    return {"kind": str(entry.kind), "term": entry.term, "meaning": entry.meaning}
