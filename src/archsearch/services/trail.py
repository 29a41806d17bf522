"""The trail: every operation is entered in the audit log, or refused if it cannot be."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from archsearch.domain.audit import Action, AuditEntry, Outcome
from archsearch.domain.callers import limits_of, via_of
from archsearch.domain.record import JsonValue
from archsearch.errors import AccessDeniedError, ArchsearchError
from archsearch.services.identity import Clock
from archsearch.storage.audit_log import AuditLog
from archsearch.storage.database import Database

_LONGEST: Final = 200


def _writable(text: str) -> str:
    """Make what anybody may have typed fit for the log: no half characters, no floods."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode()
    return str(text) if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _with_door(detail: Mapping[str, JsonValue], user: str) -> Mapping[str, JsonValue]:
    """Say by which session or token a user came in, and what limits a session had, if any.

    The limits of a token are in the entry of its making.
    """
    via, limits = via_of(user), limits_of(user)
    if not via:
        return detail
    if limits is None or not via.startswith("session:"):
        return {**detail, "via": via}
    within: list[JsonValue] = [*sorted(limits)]
    return {**detail, "via": via, "within": within}


@dataclass(frozen=True, slots=True)
class Trail:
    """Writes entries with the time of the injected clock."""

    database: Database
    clock: Clock
    log: AuditLog

    def entry(
        self,
        user: str,
        action: Action,
        *,
        target: str = "",
        outcome: Outcome = Outcome.DONE,
        detail: Mapping[str, JsonValue] | None = None,
        at: datetime | None = None,
    ) -> AuditEntry:
        """Make an entry, to be appended in a transaction of the caller's."""
        said = _with_door(detail or {}, user)
        moment = at or self.clock()
        return AuditEntry(moment, _writable(user), action, _writable(target), outcome, said)

    def deeds(
        self, user: str, at: datetime, done: Iterable[tuple[Action, str, Mapping[str, JsonValue]]]
    ) -> list[AuditEntry]:
        """Make entries of what was done at one moment: action, target and detail of each."""
        name = _writable(user)
        return [
            AuditEntry(at, name, action, _writable(target), Outcome.DONE, _with_door(detail, user))
            for action, target, detail in done
        ]

    def note(
        self,
        user: str,
        action: Action,
        *,
        target: str = "",
        outcome: Outcome = Outcome.DONE,
        detail: Mapping[str, JsonValue] | None = None,
        at: datetime | None = None,
    ) -> None:
        """Write an entry at once. A failure is the caller's failure: no entry, no answer."""
        entry = self.entry(user, action, target=target, outcome=outcome, detail=detail, at=at)
        with self.database.write() as connection:
            self.log.append(connection, entry)

    @contextmanager
    def failures(self, user: str, action: Action, *, target: str = "") -> Iterator[None]:
        """Write an entry when what is inside is refused or fails; the error goes on."""
        try:
            yield
        except ArchsearchError as error:
            denied = isinstance(error, AccessDeniedError)
            outcome = Outcome.DENIED if denied else Outcome.FAILED
            self.note(user, action, target=target, outcome=outcome, detail={"code": error.code})
            raise
