"""Exporting all that a search finds: for a reason, into the log, masked, as far as one may.

What is found is what the same search finds; of these the records go out that the user may export.
Those that one may only read are left out and counted: they are in the user's own answers anyway.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection

from archsearch.domain.access import Principal
from archsearch.domain.audit import Action
from archsearch.domain.policy import Policy, Right
from archsearch.domain.query import SearchRequest
from archsearch.domain.record import JsonValue, Record, RecordId
from archsearch.errors import AccessDeniedError, InvalidRequestError
from archsearch.services.asking import Asking, Masker
from archsearch.services.identity import principal_of, require, require_open
from archsearch.services.search import SearchService
from archsearch.services.trail import Trail
from archsearch.services.words import reason as reason_of
from archsearch.storage import records
from archsearch.storage.bulk import chunks
from archsearch.storage.identities import find_identities

_STEP: Final = 500


@dataclass(frozen=True, slots=True)
class Export:
    """Records on their way out, to be taken one after another.

    ``total`` is what the search finds, ``number`` what of it goes out, ``left_out`` what the user
    may read but not export. Whatever is taken from the user meanwhile does not come any more; when
    the session or token they came by ends, taking ends in a ``NotAuthenticatedError``.
    """

    total: int
    number: int
    records: Iterator[Record]

    @property
    def left_out(self) -> int:
        """How many records the user may read but not export."""
        return self.total - self.number

    def __iter__(self) -> Iterator[Record]:
        return self.records


@dataclass(frozen=True, slots=True)
class ExportService:
    """Hands records out.

    ``search`` and ``asking`` are to load no more than the first hit of an answer: the others are
    loaded and checked here, a few at a time.
    """

    search: SearchService
    asking: Asking
    trail: Trail
    policy: Policy
    masker: Masker
    most: int

    def export(
        self, request: SearchRequest, user: str, *, reason: str, revealed: bool = False
    ) -> Export:
        """Find what a search finds, enter it in the log, and give it out.

        Args:
            request: The search; where its page would begin and end does not matter.
            user: Who exports.
            reason: Why; for the log.
            revealed: Whether sensitive fields go out as they are.

        Raises:
            AccessDeniedError: The user may not export, or not reveal all of it.
            InvalidRequestError: The query or a parameter is wrong, there is no reason, or it is
                too much at once.
        """
        with self.trail.failures(user, Action.EXPORT):
            words = reason_of(reason, "导出理由", self.masker)
            asker = self.asking.asker(user)
            with self.trail.database.read() as connection:
                require(self.policy, self._principal(connection, user), Right.EXPORT)
            found = self.search.listed(request, asker, self.most)
            if found.total > self.most:
                raise InvalidRequestError(
                    f"共 {found.total:,} 条，一次最多导出 {self.most:,} 条；请加条件缩小范围。"
                )
            with self.trail.database.write() as connection:
                chosen = self._chosen(connection, user, found.record_ids, revealed=revealed)
                detail: dict[str, JsonValue] = {
                    **self.search.logged(request),
                    "mode": found.mode,
                    "total": found.total,
                    "exported": len(chosen),
                    "digest": hashlib.sha256("\n".join(chosen).encode()).hexdigest(),
                    "revealed": revealed,
                    "reason": words,
                }
                self._enter(connection, user, chosen, detail)
        return Export(found.total, len(chosen), self._records(user, chosen, revealed=revealed))

    def _chosen(
        self, connection: Connection, user: str, ids: Sequence[RecordId], *, revealed: bool
    ) -> list[RecordId]:
        principal = self._principal(connection, user)
        scope = self.policy.scope(principal, Right.EXPORT)
        bare = self.policy.scope(principal, Right.REVEAL)
        found = find_identities(connection, record_ids=ids).by_record_id
        there = [found[one] for one in ids if one in found and not found[one].deleted]
        chosen = [each for each in there if scope.allows(*each.facts)]
        beyond = sum(not bare.allows(*each.facts) for each in chosen) if revealed else 0
        if beyond:
            raise AccessDeniedError(
                f"其中 {beyond:,} 条您不能查看敏感字段的原文；请去掉 --reveal 或缩小范围。"
            )
        return [each.record_id for each in chosen]

    def _enter(
        self,
        connection: Connection,
        user: str,
        chosen: Sequence[RecordId],
        detail: dict[str, JsonValue],
    ) -> None:
        """Enter the export, and of every record that it went out: who saw it must be told."""
        summary = self.trail.entry(user, Action.EXPORT, detail=detail)
        each: dict[str, JsonValue] = {"revealed": detail["revealed"]}
        entries = self.trail.deeds(
            user, summary.at, ((Action.EXPORT, record_id, each) for record_id in chosen)
        )
        self.trail.log.append(connection, summary, *entries)

    def _records(
        self, user: str, chosen: Sequence[RecordId], *, revealed: bool
    ) -> Iterator[Record]:
        for some in chunks(chosen, _STEP):
            with self.trail.database.read() as connection:
                require_open(connection, user, self.trail.clock())
                principal = self._principal(connection, user)
                found = records.get(connection, some)
            scope = self.policy.scope(principal, Right.EXPORT)
            bare = self.policy.scope(principal, Right.REVEAL)
            for record in found.values():
                if not record.searchable or not scope.permits(record):
                    continue
                if revealed and bare.permits(record):
                    yield replace(record, original={})
                else:
                    yield replace(record, values=self.masker.values(record.values), original={})

    def _principal(self, connection: Connection, user: str) -> Principal:
        return principal_of(connection, user, self.trail.clock())
