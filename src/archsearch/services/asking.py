"""Asking the index for a user: rights as they are now, answers checked against the store."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from archsearch.domain.access import Scope, confine, restrict
from archsearch.domain.plan import Gather, Plan
from archsearch.domain.policy import Policy, Right
from archsearch.domain.record import Record, RecordId, Values
from archsearch.engines.base import EngineResult, Gathered
from archsearch.errors import BusyError, InvalidRequestError
from archsearch.services.glossary import Keeper
from archsearch.services.identity import principal_of, require
from archsearch.services.index import IndexService
from archsearch.services.trail import Trail
from archsearch.storage import audit_log, outbox, records

_RIGHTS_CHECKED = 10_000
_RETRIES = 3
_NO_SCOPE = "您的角色或部门没有可检索的档案，请联系管理员。"


class Masker(Protocol):
    """Hides sensitive values on every way out."""

    def values(self, values: Values) -> Values:
        """Mask a record's values."""
        ...

    def text(self, text: str) -> str:
        """Mask identifiers inside free text, such as a query on its way into the log."""
        ...


@dataclass(frozen=True, slots=True)
class SearchRules:
    """What configuration decides about searching.

    ``enough_exact`` is the number of exact hits from which automatic mode looks no further.
    """

    policy: Policy
    enough_exact: int
    most_hits: int
    deepest_offset: int
    most_suggestions: int = 50
    most_lines: int = 10_000


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose question it is: their scope, and the records that the index still counts wrongly.

    ``marks`` are those of states of the index that were found to be this store's meanwhile.
    ``asked`` is when and of what state of the archive, for the log.
    """

    scope: Scope
    excluded: frozenset[RecordId]
    marks: set[str] = field(default_factory=set)
    asked: "Asked | None" = None

    @property
    def note(self) -> str:
        """What to tell whoever may see nothing at all; by their rights alone."""
        return _NO_SCOPE if self.scope.empty else ""


@dataclass(frozen=True, slots=True)
class Asked:
    """When a question was put, and how far the log had come when the rights were loaded.

    ``behind`` tells that the index had not heard of everything that was stored.
    """

    at: datetime
    as_of: int
    behind: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The engine's answer, and the records of its hits as the store has them."""

    result: EngineResult
    records: Mapping[RecordId, Record]
    lost: int = 0
    """How many others were found that cannot be opened."""


class Oracle(Protocol):
    """Answers questions: about the archive as it is, or as it was."""

    def asker(self, user: str, right: Right = Right.READ) -> Asker:
        """Load a user's rights; see :meth:`Asking.asker`."""
        ...

    def ask(self, plan: Plan, asker: Asker) -> Found:
        """Answer a plan; see :meth:`Asking.ask`."""
        ...

    def gather(self, gathers: tuple[Gather, ...], asker: Asker) -> Gathered:
        """Find records that share telling tokens."""
        ...


class Asking:
    """The one way from services to the engine.

    ``loaded`` is how many hits of an answer are loaded and checked; whoever asks so sees to the
    others. All of them by default.
    """

    def __init__(
        self,
        index: IndexService,
        trail: Trail,
        rules: SearchRules,
        keeper: Keeper,
        *,
        loaded: int | None = None,
    ) -> None:
        self._index = index
        self._keeper = keeper
        self._trail = trail
        self._policy = rules.policy
        self._caught_up = False
        self._loaded = loaded

    def asker(self, user: str, right: Right = Right.READ) -> Asker:
        """Load a user's rights as they are now.

        Args:
            user: Who asks.
            right: What they want to do; whoever may see nothing learns no more than that.

        Raises:
            AccessDeniedError: There is no such user, it is disabled, or has no such right.
            BusyError: Too many rights are changing to answer rightly.
        """
        if not self._caught_up:
            # A process that was killed may have stored records and not indexed them.
            self._caught_up = True
            self._index.catch_up()
        for _ in range(_RETRIES):
            with self._trail.database.read() as connection:
                now = self._trail.clock()
                principal = principal_of(connection, user, now)
                self._keeper.refresh(connection)
                moved = outbox.pending_access(connection, _RIGHTS_CHECKED)
                marks = self._index.marks(connection)
                as_of, behind = audit_log.head(connection).seq, not outbox.empty(connection)
            if moved.complete:
                break
            self._index.drain()
        else:
            # Answering now would count records that are no longer this user's to see.
            raise BusyError("大量档案的权限正在变动，请稍后重试。")
        scope = self._policy.scope(principal)
        if not scope.empty:
            require(self._policy, principal, right)
        excluded = frozenset(
            record_id
            for record_id, access in moved.records.items()
            if access is None
            or not scope.allows(record_id, access.owner, access.department, access.secrecy)
        )
        return Asker(scope, excluded, marks, Asked(now, as_of, behind))

    def ask(self, plan: Plan, asker: Asker) -> Found:
        """Ask the engine, then load the hits and check each of them against the scope again.

        Raises:
            BusyError: The records are changing too fast to answer rightly.
        """
        excluded = asker.excluded
        lost: list[RecordId] = []
        for _ in range(_RETRIES):
            result = self._index.answer(restrict(plan, asker.scope, excluded), asker.marks)
            if not result.hits:
                return Found(result, {}, len(lost))
            with self._trail.database.read() as connection:
                some = result.hits[: self._loaded]
                found = records.get(connection, [hit.record_id for hit in some], lost)
            refused = {
                hit.record_id
                for hit in some
                if not _found_by(asker.scope, found.get(hit.record_id))
            }
            if not refused:
                return Found(result, found, len(lost))
            excluded |= refused
        raise BusyError("档案正在变动，请稍后重试。")

    def visible(self, record_ids: Set[RecordId], asker: Asker) -> dict[RecordId, Record]:
        """Load those of some records that may be seen, as they are now."""
        with self._trail.database.read() as connection:
            found = records.get(connection, sorted(record_ids), [])
        return {one: record for one, record in found.items() if _found_by(asker.scope, record)}

    def gather(self, gathers: tuple[Gather, ...], asker: Asker) -> Gathered:
        """Ask the engine for records that share telling tokens; who they are is to be asked."""
        query = confine(gathers, asker.scope, asker.excluded)
        return self._index.gather(query, asker.marks)


def _found_by(scope: Scope, record: Record | None) -> bool:
    return record is not None and record.searchable and scope.permits(record)


def bounded(number: int, most: int, name: str) -> int:
    """Give a parameter back if it is in its bounds.

    Raises:
        InvalidRequestError: It is not.
    """
    if not 0 <= number <= most:
        raise InvalidRequestError(f"参数 {name} 须在 0 到 {most} 之间。")
    return number
