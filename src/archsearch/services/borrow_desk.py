"""The desk of borrowing: what borrowers and approvers both go by, and what each gets to see.

A borrower sees of a request what they typed and what was decided, never whether there is such a
record before it is granted. An approver sees the items whose records they decide about, and of
these records what they may see anyway; whoever decides about all records, every item, found or not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from archsearch.domain.access import Principal
from archsearch.domain.borrowing import (
    BorrowRequest,
    BorrowRules,
    Claim,
    Deed,
    Item,
    State,
    decides_all,
    may_decide,
    overall,
    read_id,
)
from archsearch.domain.plan import Plan
from archsearch.domain.policy import Policy
from archsearch.domain.record import Record, RecordId
from archsearch.errors import InvalidRequestError, NotFoundError
from archsearch.search.claims import Claims
from archsearch.services.asking import Asker, Asking, Masker
from archsearch.services.words import written
from archsearch.storage import borrowing, records, users
from archsearch.storage.borrowing import Waiting
from archsearch.storage.identities import Identity, find_identities

MISSING = "没有这个调阅申请。"
_MOST_BEARERS = 20
"""Records of one name and number that are looked at."""


@dataclass(frozen=True, slots=True)
class LentRecord:
    """A record of an item, as far as whoever looks may see it."""

    record_id: RecordId
    name: str = ""
    department: str = ""
    secrecy: str = ""


@dataclass(frozen=True, slots=True)
class BorrowItem:
    """One thing asked for, for whoever looks; ``asked`` is what was typed, numbers masked.

    ``extension`` are the days of a renewal that waits. ``to_decide`` tells that it waits for them.
    """

    number: int
    asked: str
    state: State
    sensitive: bool
    until: datetime | None
    extension: int | None
    to_decide: bool
    records: tuple[LentRecord, ...]


@dataclass(frozen=True, slots=True)
class BorrowStep:
    """What was done to items; ``by`` is empty where it is not for whoever looks."""

    at: datetime
    by: str
    deed: Deed
    items: tuple[int, ...]
    note: str
    days: int | None


@dataclass(frozen=True, slots=True)
class Borrowing:
    """A request for whoever looks."""

    id: str
    user: str
    display_name: str
    departments: tuple[str, ...]
    state: State
    purpose: str
    reason: str
    days: int
    sensitive: bool
    requested_at: datetime
    items: tuple[BorrowItem, ...]
    steps: tuple[BorrowStep, ...]


Found = Mapping[int, frozenset[RecordId]]
"""By the key of an item, the records it may be about."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Looks requests up and shows them."""

    asking: Asking
    claims: Claims
    masker: Masker
    policy: Policy
    rules: BorrowRules

    def request(self, connection: Connection, request_id: str, at: datetime) -> BorrowRequest:
        """Load a request as time has left it.

        Raises:
            NotFoundError: There is none.
        """
        parts = read_id(request_id)
        found = parts and borrowing.load(connection, *parts)
        if not found:
            raise NotFoundError(MISSING)
        return found.at(at, self.rules)

    def open_at(self, moment: datetime) -> Waiting:
        """Say what time has left open."""
        return Waiting(moment - timedelta(days=self.rules.answer_days), moment)

    def bearers(self, claim: Claim, asker: Asker) -> list[Record]:
        """Find the records in a scope that bear a claim out."""
        found = self.asking.ask(Plan(self.claims.node(claim), limit=_MOST_BEARERS), asker)
        return [each for each in found.records.values() if self.claims.bears(each.values, claim)]

    def about(self, items: Iterable[Item], asker: Asker) -> Found:
        """Tell which records items may be about, as far as whoever asks may see them."""
        return {item.key: frozenset(self._about(item, asker)) for item in items}

    def _about(self, item: Item, asker: Asker) -> Iterable[RecordId]:
        if item.records or item.wanted.claim is None:
            return item.records or filter(None, [item.wanted.record_id])
        if not item.waits:
            return ()
        return [record.record_id for record in self.bearers(item.wanted.claim, asker)]

    def in_hand(
        self, connection: Connection, approver: Principal, borrower: str, ids: Iterable[RecordId]
    ) -> dict[RecordId, Identity]:
        """Give those of some records that a user decides about, as they now are."""
        found = find_identities(connection, record_ids=sorted(set(ids))).by_record_id
        return {
            record_id: each
            for record_id, each in sorted(found.items())
            if not each.deleted and may_decide(approver, borrower, each.facts, self.policy)
        }

    def view(
        self, connection: Connection, viewer: Principal, request: BorrowRequest, found: Found
    ) -> Borrowing | None:
        """Show a request to a user; None if nothing of it is for them."""
        own = request.user == viewer.name
        seen: list[tuple[Item, dict[RecordId, Identity]]] = []
        for item in request.items:
            hand = self.in_hand(connection, viewer, request.user, found[item.key])
            decided = any(s.by == viewer.name and item.number in s.items for s in request.steps)
            if own or hand or decided or decides_all(viewer, self.policy):
                seen.append((item, hand))
        if not seen:
            return None
        borrower = users.existing(connection, request.user)
        steps = (
            _own_steps(request) if own else _steps_of(request, {item.number for item, _ in seen})
        )
        return Borrowing(
            id=request.id,
            user=request.user,
            display_name=borrower.display_name,
            departments=tuple(sorted(borrower.departments)),
            state=overall(item for item, _ in seen),
            purpose=request.purpose,
            reason=request.reason,
            days=request.days,
            sensitive=request.sensitive,
            requested_at=request.requested_at,
            items=tuple(self._item(connection, viewer, request, *each) for each in seen),
            steps=tuple(steps),
        )

    def _item(
        self,
        connection: Connection,
        viewer: Principal,
        request: BorrowRequest,
        item: Item,
        hand: Mapping[RecordId, Identity],
    ) -> BorrowItem:
        own = request.user == viewer.name
        decides = self.answers(viewer, request, item, hand)
        return BorrowItem(
            number=item.number,
            asked=item.wanted.shown,
            state=item.state,
            sensitive=item.sensitive,
            until=item.until,
            extension=item.extension,
            to_decide=item.waits and decides,
            records=tuple(self._records(connection, viewer, item.records if own else tuple(hand))),
        )

    def _records(
        self, connection: Connection, viewer: Principal, ids: Sequence[RecordId]
    ) -> Iterator[LentRecord]:
        scope = self.policy.scope(viewer)
        there = records.get(connection, ids) if ids else {}
        for record_id in sorted(ids):
            record = there.get(record_id)
            if record is None or not record.searchable or not scope.permits(record):
                yield LentRecord(record_id)
                continue
            name = str(self.masker.values(record.values).get("name", ""))
            yield LentRecord(record_id, name, record.department, record.secrecy)

    def answers(
        self,
        viewer: Principal,
        request: BorrowRequest,
        item: Item,
        hand: Mapping[RecordId, Identity],
    ) -> bool:
        """Tell whether a user answers for an item.

        Whoever ends a loan or lengthens it must decide about all its records. For what is not
        found, or not to be seen, those answer who decide about all records: somebody must refuse
        it, as if there were such a record.
        """
        if viewer.name == request.user:
            return False
        if hand and hand.keys() >= set(item.records):
            return True
        return decides_all(viewer, self.policy)

    def written(self, text: str, name: str, *, required: bool = True) -> str:
        """Give a text that people are to read as it is kept: in one line, numbers masked.

        Raises:
            InvalidRequestError: It is missing, too long, or holds what cannot be read.
        """
        return written(text, name, self.masker, required=required)

    def period(self, days: int | None, most: int) -> int:
        """Give a number of days if it is possible; nothing stands for the usual one.

        Raises:
            InvalidRequestError: It is not.
        """
        wanted = min(self.rules.days, most) if days is None else days
        if not 1 <= wanted <= most:
            raise InvalidRequestError(f"天数须在 1 到 {most} 之间。")
        return wanted


def _own_steps(request: BorrowRequest) -> Iterator[BorrowStep]:
    for step in request.steps:
        # Who refuses would tell which department holds the record, and that there is one.
        by = "" if step.deed is Deed.REFUSE else step.by
        yield BorrowStep(step.at, by, step.deed, step.items, step.note, step.days)


def _steps_of(request: BorrowRequest, seen: set[int]) -> Iterator[BorrowStep]:
    for step in request.steps:
        numbers = tuple(number for number in step.items if number in seen)
        if numbers:
            yield BorrowStep(step.at, step.by, step.deed, numbers, step.note, step.days)


def wide(asker: Asker) -> Asker:
    """Look at every record that a user's clearance covers, wherever it is."""
    everywhere = replace(asker.scope, everything=True)
    return replace(asker, scope=everywhere, excluded=frozenset())
