"""The dictionary, as administrators manage it; what they add reaches the records there are."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from archsearch.analysis.folding import fold_key
from archsearch.analysis.units import positioned
from archsearch.domain.access import Scope, ScopedQuery, restrict
from archsearch.domain.audit import Action
from archsearch.domain.dictionary import Dictionary, Entry, EntryKind
from archsearch.domain.plan import AnyOf, PhraseNode, Plan
from archsearch.domain.policy import Policy, Right
from archsearch.domain.schema import Matching, Schema
from archsearch.engines.fields import phrase_tokens
from archsearch.errors import ConflictError, InvalidRequestError, NotFoundError
from archsearch.services.asking import Masker
from archsearch.services.identity import principal_of, require
from archsearch.services.index import IndexService
from archsearch.services.trail import Trail
from archsearch.storage import dictionary

_SHORTEST: Final = 2
_LONGEST: Final = 60
_LONGEST_WORD: Final = 20
_MOST: Final = 10_000
_MOST_MEANINGS: Final = 20
"""Of one term: each is looked for whenever somebody types it."""
_EVERY: Final = 1 << 31
_WAYS: Final = {
    EntryKind.WORD: "词语",
    EntryKind.SHORT_NAME: "简称（--for 全称）",
    EntryKind.SYNONYM: "同义词（--same-as 另一个词）",
}
_JOINED: Final = re.compile(r"[^\W_]{2,}")
"""What segmentation takes for one word, if it is told so."""


@dataclass(frozen=True, slots=True)
class Addition:
    """What became of an entry: the entry as it is kept, and how many records it concerns."""

    entry: Entry
    records: int


class DictionaryService:
    """Lists, adds and removes entries; for those who may."""

    def __init__(
        self,
        trail: Trail,
        index: IndexService,
        schema: Schema,
        policy: Policy,
        masker: Masker,
    ) -> None:
        self._trail = trail
        self._index = index
        self._policy = policy
        self._masker = masker
        self._texts = [
            spec.key for spec in schema.leaves if spec.matching in {Matching.TEXT, Matching.NAME}
        ]

    def all(self, by: str) -> tuple[Entry, ...]:
        """List every entry, by kind and term."""
        with self._trail.failures(by, Action.DICTIONARY_LIST):
            self._authorise(by)
            with self._trail.database.read() as connection:
                found = tuple(sorted(dictionary.load(connection).entries))
        self._trail.note(by, Action.DICTIONARY_LIST, detail={"entries": len(found)})
        return found

    def add(self, kind: EntryKind, term: str, meaning: str, by: str) -> Addition:
        """Add an entry; on return, searches and the records it concerns know of it.

        Raises:
            AccessDeniedError: Who asks may not.
            BusyError: Another process is bringing records into the index.
            ConflictError: It is there already.
            InvalidRequestError: Term or meaning is not possible.
        """
        entry = self._entry(kind, term, meaning)

        def change(connection: Connection) -> None:
            known = dictionary.load(connection).entries
            if not _forms(entry).isdisjoint(known):
                raise ConflictError("词典里已有这一条。")
            kept = Dictionary((*known, entry))
            if (
                max(len(kept.meanings(word)) for word in (entry.term, entry.meaning))
                > _MOST_MEANINGS
            ):
                raise ConflictError(f"一个词条最多 {_MOST_MEANINGS} 个释义。")
            if len(known) >= _MOST:
                raise ConflictError(f"词典最多 {_MOST} 条；请先移除不用的。")
            dictionary.add(connection, entry, by=by, at=self._trail.clock())

        return self._change(Action.DICTIONARY_ADD, entry, by, change)

    def remove(self, kind: EntryKind, term: str, meaning: str, by: str) -> Addition:
        """Take an entry away.

        Raises:
            AccessDeniedError: Who asks may not.
            BusyError: Another process is bringing records into the index.
            NotFoundError: There is no such entry.
        """
        entry = self._entry(kind, term, meaning)

        def change(connection: Connection) -> None:
            known = dictionary.load(connection).entries
            found = _forms(entry).intersection(known)
            if not found:
                others = {one.kind for one in known if one.term == entry.term}
                ways = [_WAYS[one] for one in EntryKind if one in others]
                hint = f"这个词条有：{'、'.join(ways)}，请写明。" if ways else ""
                raise NotFoundError(f"词典里没有这一条。{hint}")
            for each in found:
                dictionary.remove(connection, each)

        return self._change(Action.DICTIONARY_REMOVE, entry, by, change)

    def _change(
        self, action: Action, entry: Entry, by: str, change: Callable[[Connection], None]
    ) -> Addition:
        trail, target = self._trail, self._masker.text(entry.term)
        detail = {"kind": str(entry.kind), "meaning": self._masker.text(entry.meaning)}
        with trail.failures(by, action, target=target):
            self._authorise(by)

            def logged(connection: Connection) -> None:
                change(connection)
                done = trail.entry(by, action, target=target, detail=detail)
                trail.log.append(connection, done)

            return Addition(entry, self._index.relearn(self._concerned(entry), logged))

    def _concerned(self, entry: Entry) -> ScopedQuery | None:
        """Ask for the records that become other documents, whoever may see them."""
        if entry.kind is not EntryKind.WORD:
            # Queries know of it, documents need not.
            return None
        phrase = phrase_tokens(positioned([entry.term]))
        node = AnyOf(tuple(PhraseNode(field, phrase) for field in self._texts))
        everybody = Scope(frozenset(self._policy.levels), everything=True)
        return restrict(Plan(node, limit=_EVERY), everybody, frozenset())

    def _entry(self, kind: EntryKind, term: str, meaning: str) -> Entry:
        entry = Entry(kind, self._kept(term, "词条"), meaning and self._kept(meaning, "释义"))
        if kind is EntryKind.WORD:
            if not _JOINED.fullmatch(entry.term) or len(entry.term) > _LONGEST_WORD:
                raise InvalidRequestError(
                    f"词条只能是 {_SHORTEST} 到 {_LONGEST_WORD} 个汉字、字母或数字，中间没有符号。"
                )
        elif entry.meaning in {"", entry.term}:
            raise InvalidRequestError("释义不能是空的，也不能与词条相同。")
        return entry

    def _kept(self, text: str, name: str) -> str:
        folded = fold_key(text)
        if not _SHORTEST <= len(folded) <= _LONGEST or not positioned([folded]):
            raise InvalidRequestError(f"{name}须有 {_SHORTEST} 到 {_LONGEST} 个字。")
        if self._masker.text(folded) != folded:
            raise InvalidRequestError(f"{name}里不能有证件号码、电话或卡号：词典对所有人公开。")
        return folded

    def _authorise(self, by: str) -> None:
        with self._trail.database.read() as connection:
            principal = principal_of(connection, by, self._trail.clock())
        require(self._policy, principal, Right.DICTIONARY)


def _forms(entry: Entry) -> set[Entry]:
    """Give the entries that say the same: synonyms hold both ways."""
    if entry.kind is EntryKind.SYNONYM:
        return {entry, Entry(entry.kind, entry.meaning, entry.term)}
    return {entry}
