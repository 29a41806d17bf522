"""Small documents and searches, to say what an engine must do."""

from collections.abc import Iterator

from archsearch.domain.access import Scope, restrict
from archsearch.domain.plan import (
    Node,
    Plan,
    TermNode,
)
from archsearch.domain.record import Record, RecordId
from archsearch.engines.base import (
    DEPARTMENT,
    ID,
    OWNER,
    SECRECY,
    Document,
    EngineResult,
    SearchEngine,
    TextTokens,
)
from tests.generate_plans import with_ancestors

LEVELS = ("公开", "内部", "秘密", "机密")
ALL = Scope(frozenset(LEVELS), everything=True)


def document(
    name: str,
    text: str = "",
    *,
    version: int = 1,
    owner: str = "li.na",
    department: str = "华东/信贷",
    secrecy: str = "公开",
    **keys: tuple[str, ...],
) -> Document:
    """A document with one token a character of ``text``, a space being a gap in positions."""
    tokens = tuple((char, place) for place, char in enumerate(text) if char != " ")
    return Document(
        RecordId(name),
        version,
        {"notes": TextTokens.of(tokens, len(tokens))} if text else {},
        {
            ID: (name,),
            OWNER: (owner,),
            DEPARTMENT: with_ancestors(department),
            SECRECY: (secrecy,),
            **keys,
        },
    )


def term(token: str, weight: float = 1.0) -> TermNode:
    return TermNode("notes", token, weight)


def search(engine: SearchEngine, node: Node, scope: Scope = ALL, limit: int = 20) -> EngineResult:
    return engine.search(restrict(Plan(node, limit=limit), scope))


def ids(result: EngineResult) -> list[str]:
    return [str(hit.record_id) for hit in result.hits]


def found(engine: SearchEngine, node: Node, scope: Scope = ALL) -> set[str]:
    result = search(engine, node, scope, limit=1000)
    assert result.total == len(result.hits)
    return set(ids(result))


def record_of(one: Document) -> Record:
    """The record that a generated document stands for."""
    values = {
        "owner": next(iter(one.keys.get(OWNER, ())), ""),
        "department": max(one.keys.get(DEPARTMENT, ()), key=len, default=""),
        "secrecy": one.keys[SECRECY][0],
    }
    return Record(one.record_id, one.version, dict(values))


def breaking(*documents: Document) -> Iterator[Document]:
    """Documents from a source that fails in the end."""
    yield from documents
    raise RuntimeError("source broke")
