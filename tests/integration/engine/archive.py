"""Small documents, and an engine over a folder to lose them in."""

from pathlib import Path

from archsearch.domain.access import Scope, restrict
from archsearch.domain.plan import MatchAll, Plan
from archsearch.domain.record import RecordId
from archsearch.engines.base import ID, OWNER, SECRECY, Document, TextTokens
from archsearch.engines.whoosh.disk import Disk
from archsearch.engines.whoosh.engine import WhooshEngine

KEY = b"k" * 32
ALL = Scope(frozenset({"公开"}), everything=True)


def opened(folder: Path, *, disk: Disk | None = None, key: bytes = KEY) -> WhooshEngine:
    """Open an index as a process that has just started would."""
    return WhooshEngine(folder, key=key, fingerprint={"schema": "1"}, lock_timeout=0.0, disk=disk)


def document(name: str, *, version: int = 1, text: str = "甲乙") -> Document:
    """A document with a token a character."""
    tokens = tuple((char, place) for place, char in enumerate(text))
    keys = {ID: (name,), OWNER: ("li.na",), SECRECY: ("公开",), "tags": (text,)}
    return Document(RecordId(name), version, {"notes": TextTokens.of(tokens, len(text))}, keys)


def holding(engine: WhooshEngine) -> dict[str, int]:
    """What an engine holds, by its table of documents, which a search must agree with."""
    held = {str(name): version for name, version in engine.revisions()}
    result = engine.search(restrict(Plan(MatchAll(), limit=1000), ALL))
    assert [str(hit.record_id) for hit in result.hits] == sorted(held)
    return held
