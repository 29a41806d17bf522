"""Borrowing (调阅): asking for records that are not one's own, and what becomes of each.

A request asks for one or several items. Every item goes its own way, so that a part may be approved
and a part refused:

    applied → approved | refused | withdrawn | lapsed
    approved → returned | revoked | expired; a renewal asked for meanwhile is approved or refused

Nothing here reads a clock or changes anything: what time does to an item is worked out by
:func:`current` whenever somebody looks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from archsearch.domain.access import Principal
from archsearch.domain.policy import Facts, Place, Policy, Right
from archsearch.domain.record import RecordId
from archsearch.errors import ConflictError

MOST_RECORDS: Final = 100
"""In one request."""


class State(StrEnum):
    """How far an item has come; stored for ever. ``PARTLY`` is a state of requests only."""

    APPLIED = "applied"
    PARTLY = "partly_approved"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    RETURNED = "returned"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Deed(StrEnum):
    """What somebody does about a request; stored for ever."""

    REQUEST = "request"
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    RENEW = "renew"
    RETURN = "return"
    REVOKE = "revoke"


STATES: Final[Mapping[State, str]] = {
    State.APPLIED: "待审批",
    State.PARTLY: "部分批准",
    State.APPROVED: "已批准",
    State.REFUSED: "已退回",
    State.WITHDRAWN: "已撤回",
    State.LAPSED: "逾期未批",
    State.RETURNED: "已归还",
    State.REVOKED: "已收回",
    State.EXPIRED: "已到期",
}
"""What they are called."""

DEEDS: Final[Mapping[Deed, str]] = {
    Deed.REQUEST: "申请",
    Deed.APPROVE: "批准",
    Deed.REFUSE: "退回",
    Deed.WITHDRAW: "撤回",
    Deed.RENEW: "续借",
    Deed.RETURN: "归还",
    Deed.REVOKE: "收回",
}
"""What they are called."""


@dataclass(frozen=True, slots=True)
class BorrowRules:
    """What configuration decides about borrowing.

    A request that does not say is for ``days``, none is for more than ``max_days``; one that nobody
    answers within ``answer_days`` lapses. ``renewals`` are those of one item. ``questions_a_day``
    and ``max_open``, the requests that wait for an answer, are those of one user.
    """

    days: int = 7
    max_days: int = 30
    answer_days: int = 14
    renewals: int = 2
    questions_a_day: int = 20
    max_open: int = 20


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for: records by id, and a customer by exact name and number."""

    purpose: str
    reason: str
    records: tuple[str, ...] = ()
    name: str = ""
    id_number: str = field(default="", repr=False)
    days: int | None = None
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A customer by exact name and number, as it is kept: the name folded, the number as tokens."""

    name: str
    tokens: frozenset[str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one item asks for: a record id or a claim. ``shown`` is what was typed, masked."""

    shown: str
    record_id: RecordId | None = None
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One thing asked for.

    ``records`` are those that were granted, ``extension`` the days of a renewal that waits for an
    answer. ``key`` is the store's, ``number`` counts from 1 in the request.
    """

    key: int
    number: int
    wanted: Wanted
    state: State = State.APPLIED
    sensitive: bool = False
    until: datetime | None = None
    extension: int | None = None
    renewals: int = 0
    records: tuple[RecordId, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether somebody has to answer."""
        return self.state is State.APPLIED or self.extension is not None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done, to the items of these numbers; never changed afterwards."""

    at: datetime
    by: str
    deed: Deed
    items: tuple[int, ...]
    note: str = ""
    days: int | None = None


@dataclass(frozen=True, slots=True)
class BorrowRequest:
    """A request with its items and everything that was done about it.

    ``number`` counts the requests of one user, so that it tells nothing of those of others.
    """

    key: int
    user: str
    number: int
    purpose: str
    reason: str
    days: int
    sensitive: bool
    requested_at: datetime
    items: tuple[Item, ...]
    steps: tuple[Step, ...] = ()

    @property
    def id(self) -> str:
        """What people call it: ``li.na-3``."""
        return f"{self.user}-{self.number}"

    def at(self, moment: datetime, rules: BorrowRules) -> "BorrowRequest":
        """Give the request as time has left it."""
        lapse = self.requested_at + timedelta(days=rules.answer_days)
        return replace(self, items=tuple(current(item, lapse, moment) for item in self.items))


@dataclass(frozen=True, slots=True)
class Leave:
    """What an approval allows: for how many days, and whether sensitive fields too."""

    days: int
    sensitive: bool


def read_id(text: str) -> tuple[str, int] | None:
    """Take the id of a request apart; None for what cannot be one.

    >>> read_id("li.na-3"), read_id("li-na-03"), read_id("3")
    (('li.na', 3), None, None)
    """
    user, _, number = text.rpartition("-")
    right = user and number.isascii() and number.isdigit() and len(number) < len("1000000000")
    return (user, int(number)) if right and not number.startswith("0") else None


def current(item: Item, lapse: datetime, moment: datetime) -> Item:
    """Work out what time has made of an item; ``lapse`` is when an unanswered one ends."""
    if item.state is State.APPLIED and moment >= lapse:
        return replace(item, state=State.LAPSED)
    if item.state is State.APPROVED and item.until is not None and moment >= item.until:
        return replace(item, state=State.EXPIRED, extension=None)
    return item


def overall(items: Iterable[Item]) -> State:
    """Say in one word how far a request has come."""
    states = {item.state for item in items}
    if State.APPROVED in states:
        return State.APPROVED if len(states) == 1 else State.PARTLY
    order = (State.APPLIED, State.REVOKED, State.EXPIRED, State.RETURNED, State.REFUSED)
    return next((state for state in (*order, State.LAPSED) if state in states), State.WITHDRAWN)


_FROM_APPLIED: Final[Mapping[Deed, State]] = {
    Deed.APPROVE: State.APPROVED,
    Deed.REFUSE: State.REFUSED,
    Deed.WITHDRAW: State.WITHDRAWN,
}
_FROM_APPROVED: Final[Mapping[Deed, State]] = {
    Deed.RENEW: State.APPROVED,
    Deed.RETURN: State.RETURNED,
    Deed.REVOKE: State.REVOKED,
}
_FROM_EXTENDING: Final[Mapping[Deed, State]] = {
    Deed.APPROVE: State.APPROVED,
    Deed.REFUSE: State.APPROVED,
    Deed.WITHDRAW: State.APPROVED,
    Deed.RETURN: State.RETURNED,
    Deed.REVOKE: State.REVOKED,
}


def allowed(item: Item, deed: Deed) -> bool:
    """Tell whether a deed is possible in the state an item is in."""
    return _after(item, deed) is not None


def _after(item: Item, deed: Deed) -> State | None:
    if item.state is State.APPLIED:
        return _FROM_APPLIED.get(deed)
    if item.state is State.APPROVED:
        return (_FROM_APPROVED if item.extension is None else _FROM_EXTENDING).get(deed)
    return None


def _next(item: Item, deed: Deed) -> State:
    """Give the state behind a deed.

    Raises:
        ConflictError: It is not possible now.
    """
    state = _after(item, deed)
    if state is None:
        waits = "，续借待审批" if item.extension is not None else ""
        raise ConflictError(f"“{STATES[item.state]}{waits}”的调阅不能{DEEDS[deed]}。")
    return state


def approve(item: Item, leave: Leave, moment: datetime, records: tuple[RecordId, ...] = ()) -> Item:
    """Approve an item, or the renewal it waits for, which goes on from the end.

    Raises:
        ConflictError: It waits for neither.
    """
    state = _next(item, Deed.APPROVE)
    period = timedelta(days=leave.days)
    if item.until is not None:
        renewed = item.renewals + 1
        return replace(
            item,
            sensitive=leave.sensitive,
            until=item.until + period,
            extension=None,
            renewals=renewed,
        )
    return replace(
        item, state=state, sensitive=leave.sensitive, until=moment + period, records=records
    )


def renew(item: Item, days: int, rules: BorrowRules) -> Item:
    """Ask for more days.

    Raises:
        ConflictError: The item is not lent, waits already, or was renewed often enough.
    """
    state = _next(item, Deed.RENEW)
    if item.renewals >= rules.renewals:
        raise ConflictError(f"最多续借 {rules.renewals} 次；请到期后重新申请。")
    return replace(item, state=state, extension=days)


def end(item: Item, deed: Deed) -> Item:
    """Refuse, withdraw, return or revoke an item; a renewal it waits for first of all.

    Raises:
        ConflictError: It is not possible now.
    """
    return replace(item, state=_next(item, deed), extension=None)


def may_borrow(borrower: Principal, policy: Policy) -> bool:
    """Tell whether there is any record that a grant would let a user see."""
    scope = policy.scope(replace(borrower, grants=frozenset({RecordId("")})))
    return scope.everything or bool(scope.granted)


def is_borrowable(record_id: RecordId, secrecy: str, borrower: Principal, policy: Policy) -> bool:
    """Tell whether a grant would let a user see a record: clearance and role decide."""
    granted = replace(borrower, grants=frozenset({record_id}))
    return policy.scope(granted).allows(record_id, "", "", secrecy)


def may_decide(approver: Principal, borrower: str, record: Facts, policy: Policy) -> bool:
    """Tell whether a user may approve, refuse and end the borrowing of a record.

    Whoever the policy gives the right to approve, where it reaches; what was only lent to them
    does not count. Never in one's own matter, whatever the policy says.
    """
    if approver.name == borrower:
        return False
    own = replace(approver, grants=frozenset())
    return policy.decide(own, Right.APPROVE, record).allowed


def decides_all(approver: Principal, policy: Policy) -> bool:
    """Tell whether a user's right to approve reaches all records."""
    return Place.ALL in policy.reach(approver, Right.APPROVE)
