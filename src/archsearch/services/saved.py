"""Saved searches: kept under a name, and what they find that is new.

What is new are the records found now that were not found when it was last looked: told by the ids
of then, kept as keyed digests. Everything is asked inside the scope of the moment; what has left it
is not counted any more, and what comes into it is new.
"""

import hmac
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from threading import Lock
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection

from archsearch.domain.audit import Action
from archsearch.domain.policy import Policy, Right
from archsearch.domain.query import Mode, Page, SearchRequest
from archsearch.domain.record import JsonValue, RecordId
from archsearch.domain.saved import Fresh, Saved
from archsearch.errors import ConflictError, InvalidRequestError, NotFoundError
from archsearch.services.asking import Asker, Asking, Masker
from archsearch.services.identity import principal_of, require
from archsearch.services.safe import Safe
from archsearch.services.search import Listing, SearchService
from archsearch.services.trail import Trail
from archsearch.storage import access, dictionary, records, saved
from archsearch.storage.encoding import json_bytes
from archsearch.storage.saved import Kept

_MOST: Final = 50
_MOST_HITS: Final = 20_000
"""Hits from which on nothing is told of new ones: nobody follows so many."""
_FRESH: Final = 5
_LONGEST_NAME: Final = 60
_DIGEST: Final = 8
_BEGINNING: Final = 13
_REMEMBERED: Final = 256

Counts = Mapping[int, "Counted"]


class Counted(NamedTuple):
    """What a saved search finds now."""

    total: int | None = None
    new: tuple[RecordId, ...] | None = None
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Seals what is kept, and makes digests of ids."""

    safe: Safe
    key: bytes = field(repr=False)

    def digests(self, record_ids: Iterable[RecordId]) -> bytes:
        """Give the digests of some ids, one behind the other."""
        return b"".join(self.digest(each) for each in record_ids)

    def digest(self, record_id: RecordId) -> bytes:
        """Give what stands for an id."""
        return hmac.digest(self.key, record_id.encode(), sha256)[:_DIGEST]


class SavedSearches:
    """Keeps the searches of one archive's users.

    ``asking`` and ``search`` are to load no more than the first hit of an answer.
    """

    def __init__(
        self,
        trail: Trail,
        policy: Policy,
        tools: tuple[Asking, SearchService, Masker],
        secrets: Secrets,
        answer: Callable[[SearchRequest, str], Page],
    ) -> None:
        self._trail = trail
        self._policy = policy
        self._asking, self._search, self._masker = tools
        self._secrets = secrets
        self._answer = answer
        self._known: OrderedDict[Hashable, Counts] = OrderedDict()
        self._lock = Lock()

    def save(self, name: str, request: SearchRequest, user: str) -> Saved:
        """Keep a search; what it finds now is not new.

        Raises:
            AccessDeniedError: The user may read nothing.
            ConflictError: One of that name is there, or too many are.
            InvalidRequestError: The name or the search is not possible.
        """
        with self._trail.failures(user, Action.SAVED_ADD):
            called, asker = _name(name), self._asker(user)
            found = self._search.listed(request, asker, _MOST_HITS)
            now, conditions = self._trail.clock(), _conditions(request)
            with self._trail.database.write() as connection:
                others = [
                    self._opened(user, each)["name"] for each in saved.all_of(connection, user)
                ]
                if called in others:
                    raise ConflictError("已有同名的检索；请换一个名称。")
                if len(others) >= _MOST:
                    raise ConflictError(f"一人最多保存 {_MOST} 个检索；请先删除不再需要的。")
                number = saved.next_number(connection, user)
                content = self._content(user, number, {"name": called, **conditions})
                kept = Kept(number, now, now, content, self._seen(user, number, found.record_ids))
                saved.add(connection, user, kept)
                self._enter(
                    connection, user, Action.SAVED_ADD, number, self._search.logged(request)
                )
        return self._shown(user, kept, Counted(found.total, ()), asker)

    def list(self, user: str) -> tuple[Saved, ...]:
        """List a user's searches, with what they find now and what of it is new.

        Raises:
            AccessDeniedError: The user may read nothing.
        """
        with self._trail.failures(user, Action.SAVED_READ):
            asker = self._asker(user)
            kept, counts = self._counts(user, asker)
        return tuple(self._shown(user, each, counts[each.number], asker) for each in kept)

    def news(self, user: str) -> int:
        """Count what is new in all of a user's searches."""
        with self._trail.failures(user, Action.SAVED_READ):
            _, counts = self._counts(user, self._asker(user))
        return len({each for one in counts.values() for each in one.new or ()})

    def look(self, number: str, user: str) -> Saved:
        """Give a search with what is new, which from now on is not.

        Raises:
            NotFoundError: The user has no such search.
        """
        with self._trail.failures(user, Action.SAVED_LOOK, target=self._target(number)):
            asker = self._asker(user)
            kept = self._found(number, user)
            found = self._listed(self._request(user, kept), asker)
            counted = self._counted(user, kept, found, asker)
            with self._trail.database.write() as connection:
                seen = self._seen(user, kept.number, found.record_ids)
                looked = kept._replace(looked_at=self._trail.clock(), seen=seen)
                saved.change(connection, user, looked)
                detail: dict[str, JsonValue] = {"new": len(counted.new or ())}
                self._enter(connection, user, Action.SAVED_LOOK, kept.number, detail)
        return self._shown(user, kept, counted, asker)

    def run(self, number: str, user: str, *, limit: int, offset: int) -> Page:
        """Look at a search: answer it, inside the scope of the moment."""
        self.look(number, user)
        request = self._request(user, self._found(number, user))
        return self._answer(replace(request, limit=limit, offset=offset), user)

    def rename(self, number: str, name: str, user: str) -> Saved:
        """Call a search otherwise; raises as :meth:`save`, and as :meth:`look`."""
        with self._trail.failures(user, Action.SAVED_CHANGE, target=self._target(number)):
            called, asker = _name(name), self._asker(user)
            kept = self._found(number, user)
            with self._trail.database.write() as connection:
                for each in saved.all_of(connection, user):
                    if each.number != kept.number and self._opened(user, each)["name"] == called:
                        raise ConflictError("已有同名的检索；请换一个名称。")
                told = {**self._opened(user, kept), "name": called}
                renamed = kept._replace(content=self._content(user, kept.number, told))
                saved.change(connection, user, renamed)
                self._enter(connection, user, Action.SAVED_CHANGE, kept.number, {})
            _, counts = self._counts(user, asker)
        return self._shown(user, renamed, counts[kept.number], asker)

    def delete(self, number: str, user: str) -> None:
        """Forget a search; raises as :meth:`look`."""
        with self._trail.failures(user, Action.SAVED_REMOVE, target=self._target(number)):
            self._asker(user)
            kept = self._found(number, user)
            with self._trail.database.write() as connection:
                saved.remove(connection, user, kept.number)
                self._enter(connection, user, Action.SAVED_REMOVE, kept.number, {})

    # Counting ------------------------------------------------------------------------------------

    def _counts(self, user: str, asker: Asker) -> tuple[Sequence[Kept], Counts]:
        """Count all of a user's searches; the same is known while nothing has changed."""
        with self._trail.database.read() as connection:
            kept = saved.all_of(connection, user)
            state = records.last_version(connection), dictionary.state(connection)
        # What is sealed begins with a number that never comes twice.
        known = tuple((each.content, each.seen[:_BEGINNING]) for each in kept)
        key = (str(user), asker.scope, asker.excluded, state, known)
        with self._lock:
            counts = self._known.get(key)
        if counts is None:
            counts = {each.number: self._count(user, each, asker) for each in kept}
            total = sum(len(one.new or ()) for one in counts.values())
            self._trail.note(user, Action.SAVED_READ, detail={"searches": len(kept), "new": total})
            with self._lock:
                self._known[key] = counts
                while len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
        return kept, counts

    def _count(self, user: str, kept: Kept, asker: Asker) -> Counted:
        try:
            found = self._listed(self._request(user, kept), asker)
        except InvalidRequestError as error:
            # Fields come and go with the schema.
            return Counted(wrong=error.message)
        return self._counted(user, kept, found, asker)

    def _listed(self, request: SearchRequest, asker: Asker) -> Listing:
        return self._search.listed(request, asker, _MOST_HITS)

    def _counted(self, user: str, kept: Kept, found: Listing, asker: Asker) -> Counted:
        if found.total > _MOST_HITS:
            return Counted(found.total)
        seen = self._digests(user, kept)
        new = [each for each in found.record_ids if self._secrets.digest(each) not in seen]
        with self._trail.database.read() as connection:
            facts = access.facts_among(connection, new)
            there = {each.record_id for each in facts if asker.scope.allows(*each)}
        return Counted(found.total, tuple(each for each in new if each in there))

    # Parts ---------------------------------------------------------------------------------------

    def _asker(self, user: str) -> Asker:
        with self._trail.database.read() as connection:
            principal = principal_of(connection, user, self._trail.clock())
        require(self._policy, principal, Right.READ)
        return self._asking.asker(user)

    def _target(self, number: str) -> str:
        """Give what the log is to call a search by, whatever somebody typed."""
        return self._masker.text(number[:_LONGEST_NAME])

    def _found(self, number: str, user: str) -> Kept:
        with self._trail.database.read() as connection:
            for each in saved.all_of(connection, user):
                if str(each.number) == number:
                    return each
        raise NotFoundError("没有保存过这个检索。")

    def _shown(self, user: str, kept: Kept, counted: Counted, asker: Asker) -> Saved:
        told = self._opened(user, kept)
        some = (counted.new or ())[:_FRESH]
        names = {
            record_id: str(self._masker.values(record.values).get("name", ""))
            for record_id, record in self._asking.visible(set(some), asker).items()
        }
        return Saved(
            id=str(kept.number),
            saved_at=kept.saved_at,
            looked_at=kept.looked_at,
            total=counted.total,
            new=None if counted.new is None else len(counted.new),
            fresh=tuple(Fresh(each, names[each]) for each in some if each in names),
            wrong=counted.wrong,
            **told,
        )

    def _request(self, user: str, kept: Kept) -> SearchRequest:
        told = self._opened(user, kept)
        return SearchRequest(
            text=told["query"],
            mode=Mode(told["mode"]),
            filters=told["filters"],
            sort=told["sort"],
        )

    def _enter(
        self,
        connection: Connection,
        user: str,
        action: Action,
        number: int,
        detail: dict[str, JsonValue],
    ) -> None:
        entry = self._trail.entry(user, action, target=str(number), detail=detail)
        self._trail.log.append(connection, entry)

    def _content(self, user: str, number: int, told: dict[str, Any]) -> bytes:
        return self._secrets.safe.sealed(json_bytes(told), f"saved/{user}/{number}")

    def _opened(self, user: str, kept: Kept) -> dict[str, Any]:
        opened = self._secrets.safe.opened(kept.content, f"saved/{user}/{kept.number}")
        found: dict[str, Any] = orjson.loads(opened)
        return found

    def _seen(self, user: str, number: int, ids: Sequence[RecordId]) -> bytes:
        return self._secrets.safe.sealed(self._secrets.digests(ids), f"saved/{user}/{number}/seen")

    def _digests(self, user: str, kept: Kept) -> set[bytes]:
        opened = self._secrets.safe.opened(kept.seen, f"saved/{user}/{kept.number}/seen")
        return {opened[at : at + _DIGEST] for at in range(0, len(opened), _DIGEST)}


def _name(name: str) -> str:
    called = " ".join(name.split())
    if not 0 < len(called) <= _LONGEST_NAME:
        raise InvalidRequestError(f"名称须有 1 到 {_LONGEST_NAME} 个字。")
    return called


def _conditions(request: SearchRequest) -> dict[str, Any]:
    return {
        "query": request.text,
        "mode": str(request.mode),
        "filters": dict(request.filters),
        "sort": request.sort,
    }
