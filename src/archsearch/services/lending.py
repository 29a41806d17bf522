"""Lending: what becomes of a request, by its borrower and by those who answer for the records.

Whatever is done, the state of the items, the step, the grants and the entries of the log are one
transaction. Rights are looked at inside it: a manager who was moved a moment ago decides nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from sqlalchemy import Connection

from archsearch.domain.access import Principal
from archsearch.domain.audit import Action, AuditEntry
from archsearch.domain.borrowing import (
    BorrowRequest,
    Deed,
    Item,
    Leave,
    Step,
    allowed,
    approve,
    end,
    is_borrowable,
    renew,
)
from archsearch.domain.policy import Errand
from archsearch.domain.record import JsonValue, RecordId
from archsearch.errors import (
    AccessDeniedError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
)
from archsearch.services.borrow_desk import MISSING, Borrowing, Desk, Found
from archsearch.services.borrow_reading import BorrowReading
from archsearch.services.identity import principal_of, require_errand, require_reading
from archsearch.services.trail import Trail
from archsearch.storage import borrowing, grants
from archsearch.storage.encoding import time_text
from archsearch.storage.grants import Grant

_OWN: Final = "不能审批自己的申请，管理员也不例外；请由其他有权的人审批。"
_NOTHING: Final = "这个申请里没有您可以{}的档案：已经处理过，或不由您审批，或没有这份档案。"
_DONE: Final = {
    Deed.APPROVE: Action.BORROW_APPROVE,
    Deed.REFUSE: Action.BORROW_REFUSE,
    Deed.WITHDRAW: Action.BORROW_WITHDRAW,
    Deed.RENEW: Action.BORROW_RENEW,
    Deed.RETURN: Action.BORROW_RETURN,
    Deed.REVOKE: Action.BORROW_REVOKE,
}
_CALLED: Final = {Deed.APPROVE: "批准", Deed.REFUSE: "退回", Deed.REVOKE: "收回"}


@dataclass(frozen=True, slots=True)
class Act:
    """A deed on its way: who does what about which request, when, why and for how long.

    ``entries`` are what the log is to tell of it beside the deed itself.
    """

    connection: Connection
    by: Principal
    at: datetime
    request: BorrowRequest
    deed: Deed
    note: str = ""
    days: int | None = None
    entries: list[AuditEntry] = field(default_factory=list)


Meant: TypeAlias = tuple[RecordId, ...]
"""Records of an item that are meant."""

Change: TypeAlias = Callable[[Act, Item, Meant], Item]


@dataclass(frozen=True, slots=True)
class LendingService:
    """Brings requests on: approvals, refusals, returns, renewals, revocations."""

    trail: Trail
    desk: Desk
    reading: BorrowReading

    def approve(
        self,
        request_id: str,
        user: str,
        *,
        records: Sequence[str] = (),
        days: int | None = None,
        sensitive: bool | None = None,
        note: str = "",
    ) -> Borrowing:
        """Approve what waits and is the user's to decide, or some records of it.

        Args:
            request_id: The request.
            user: Who approves.
            records: Only these; the others go on waiting.
            days: Fewer than were asked for.
            sensitive: Whether sensitive fields may be shown; False where they were asked for.
            note: For the borrower to read.

        Raises:
            AccessDeniedError: It is the user's own request.
            NotFoundError: There is no such request for this user, or not for these records.
            ConflictError: Nothing waits, or the borrower may not see the record even then.
            InvalidRequestError: More was granted than asked for.
        """

        def lend(act: Act, item: Item, meant: Meant) -> Item:
            return self._lend(act, item, meant, _leave(act, item, sensitive))

        words = self.desk.written(note, "审批意见", required=False)
        return self._decide((Deed.APPROVE, words, days), request_id, user, records, lend)

    def refuse(
        self, request_id: str, user: str, *, reason: str, records: Sequence[str] = ()
    ) -> Borrowing:
        """Refuse what waits and is the user's to decide, or some records of it.

        Raises:
            AccessDeniedError: It is the user's own request.
            NotFoundError: There is no such request for this user, or not for these records.
            ConflictError: Nothing waits.
            InvalidRequestError: The reason is missing.
        """
        words = self.desk.written(reason, "退回理由")
        return self._decide((Deed.REFUSE, words, None), request_id, user, records, self._end)

    def revoke(
        self, request_id: str, user: str, *, reason: str, records: Sequence[str] = ()
    ) -> Borrowing:
        """Take back what was lent, effective at the next query; raises as :meth:`refuse`."""
        words = self.desk.written(reason, "收回理由")
        return self._decide((Deed.REVOKE, words, None), request_id, user, records, self._end)

    def withdraw(self, request_id: str, user: str) -> Borrowing:
        """Take back what of one's own request nobody has answered yet.

        Raises:
            NotFoundError: The user has no such request.
            ConflictError: Nothing of it waits.
        """
        return self._bring_on((Deed.WITHDRAW, "", None), request_id, user, (), self._end)

    def give_back(self, request_id: str, user: str, *, records: Sequence[str] = ()) -> Borrowing:
        """Return what was lent, or some records of it, before its time; effective at once.

        Raises:
            NotFoundError: The user has no such request, or none for these records.
            ConflictError: It is not lent.
        """
        return self._bring_on((Deed.RETURN, "", None), request_id, user, records, self._end)

    def renew(
        self,
        request_id: str,
        user: str,
        *,
        reason: str,
        days: int | None = None,
        records: Sequence[str] = (),
    ) -> Borrowing:
        """Ask for more days behind the end; it needs an approval as the request did.

        Raises:
            NotFoundError: The user has no such request, or none for these records.
            ConflictError: It is not lent, or was renewed often enough.
            InvalidRequestError: The reason is missing, or there are too many days.
        """
        rules = self.desk.rules
        wanted = self.desk.period(days, rules.max_days)
        words = self.desk.written(reason, "续借理由")

        def lengthen(_: Act, item: Item, __: Meant) -> Item:
            return renew(item, wanted, rules)

        return self._bring_on((Deed.RENEW, words, wanted), request_id, user, records, lengthen)

    def _bring_on(
        self, what: "_What", request_id: str, user: str, named: Sequence[str], change: Change
    ) -> Borrowing:
        """Do something about a request of one's own."""
        with self._acting(what, request_id, user) as act:
            require_errand(act.by, Errand.BORROW)
            if act.request.user != user:
                raise NotFoundError(MISSING)
            items = [(item, item.records) for item in act.request.items]
            self._finish(act, _chosen(act, items, named), change)
        return self.reading.seen(request_id, user)

    def _decide(
        self, what: "_What", request_id: str, user: str, named: Sequence[str], change: Change
    ) -> Borrowing:
        """Answer for a request of somebody else's."""
        found = self._found(what, request_id, user)
        with self._acting(what, request_id, user) as act:
            request, connection = act.request, act.connection
            if request.user == user:
                raise AccessDeniedError(_OWN)
            if self.desk.view(connection, act.by, request, found) is None:
                raise NotFoundError(MISSING)
            mine: list[tuple[Item, Meant]] = []
            for item in request.items:
                hand = self.desk.in_hand(connection, act.by, request.user, found[item.key])
                if self.desk.answers(act.by, request, item, hand) and (
                    hand or act.deed is not Deed.APPROVE
                ):
                    mine.append((item, item.records or tuple(hand)))
            if not mine:
                raise ConflictError(_NOTHING.format(_CALLED[act.deed]))
            self._finish(act, _chosen(act, mine, named), change)
        return self.reading.seen(request_id, user)

    def _found(self, what: "_What", request_id: str, user: str) -> Found:
        """Look up what the items are about, which the index cannot be asked while writing."""
        with self.trail.failures(user, _DONE[what[0]], target=self._target(request_id)):
            asker = self.desk.asking.asker(user)
            with self.trail.database.read() as connection:
                request = self.desk.request(connection, request_id, self.trail.clock())
            return self.desk.about(request.items, asker)

    @contextmanager
    def _acting(self, what: "_What", request_id: str, user: str) -> Iterator[Act]:
        """Enter the one transaction; what fails in it is in the log."""
        trail = self.trail
        with (
            trail.failures(user, _DONE[what[0]], target=self._target(request_id)),
            trail.database.write() as connection,
        ):
            at = trail.clock()
            by = principal_of(connection, user, at)
            require_reading(by)
            request = self.desk.request(connection, request_id, at)
            yield Act(connection, by, at, request, *what)

    def _finish(self, act: Act, chosen: Sequence[tuple[Item, Meant]], change: Change) -> None:
        connection, trail = act.connection, self.trail
        for item, meant in chosen:
            borrowing.save(connection, change(act, item, meant))
        numbers = tuple(item.number for item, _ in chosen)
        days = act.days
        if act.deed is Deed.APPROVE and days is None:
            asked = {_asked(act.request, item) for item, _ in chosen}
            days = asked.pop() if len(asked) == 1 else None
        step = Step(act.at, act.by.name, act.deed, numbers, act.note, days)
        borrowing.add_step(connection, act.request.key, step)
        detail: dict[str, JsonValue] = {"items": list(numbers)}
        if days is not None:
            detail["days"] = days
        action = _DONE[act.deed]
        entry = trail.entry(act.by.name, action, target=act.request.id, detail=detail)
        trail.log.append(connection, entry, *act.entries)

    def _end(self, act: Act, item: Item, _: Meant) -> Item:
        """Refuse, withdraw, return or revoke an item, and end its grants if it was lent."""
        ended = end(item, act.deed)
        if act.deed in {Deed.RETURN, Deed.REVOKE}:
            grants.revoke_of(act.connection, item.key, by=act.by.name, at=act.at)
            self._tell(act, Action.REVOKE, item.records, {})
        return ended

    def _lend(self, act: Act, item: Item, meant: Meant, leave: Leave) -> Item:
        records = self._borrowable(act, item, meant)
        lent = approve(item, leave, act.at, records)
        if lent.until is None:
            raise ConflictError(_NOTHING.format(_CALLED[act.deed]))
        # A renewal goes on where the grants end that there are: new ones take their place.
        grants.revoke_of(act.connection, item.key, by=act.by.name, at=act.at)
        for record_id in records:
            grant = Grant(
                record_id=record_id,
                user=act.request.user,
                granted_at=act.at,
                until=lent.until,
                granted_by=act.by.name,
                sensitive=lent.sensitive,
                item=item.key,
            )
            grants.add(act.connection, grant)
        until: dict[str, JsonValue] = {"until": time_text(lent.until), "sensitive": lent.sensitive}
        self._tell(act, Action.GRANT, records, until)
        return lent

    def _borrowable(self, act: Act, item: Item, meant: Meant) -> Meant:
        """Choose the records that a grant would let the borrower see; of a renewal, all."""
        user = act.request.user
        try:
            borrower = principal_of(act.connection, user, act.at)
        except AccessDeniedError as error:
            raise ConflictError("申请人已停用，不能批准；可以退回申请。") from error
        hand = self.desk.in_hand(act.connection, act.by, user, meant)
        fit = tuple(
            record_id
            for record_id, each in hand.items()
            if is_borrowable(record_id, each.secrecy, borrower, self.desk.policy)
        )
        if not fit or len(fit) < len(item.records):
            raise ConflictError("申请人的角色或密级不允许查看这份档案，不能批准；可以退回申请。")
        return fit

    def _tell(self, act: Act, action: Action, records: Meant, detail: dict[str, JsonValue]) -> None:
        told: dict[str, JsonValue] = {"user": act.request.user, "request": act.request.id, **detail}
        act.entries.extend(
            self.trail.entry(act.by.name, action, target=record_id, detail=told)
            for record_id in records
        )

    def _target(self, request_id: str) -> str:
        return self.desk.masker.text(request_id)


_What: TypeAlias = tuple[Deed, str, int | None]
"""The deed, what is said about it, and the days it is about."""


def _asked(request: BorrowRequest, item: Item) -> int:
    """Tell the days that are asked for: at first, or as a renewal."""
    return request.days if item.extension is None else item.extension


def _leave(act: Act, item: Item, sensitive: bool | None) -> Leave:  # noqa: FBT001 - None is a third
    """Work out what an approval allows: what was asked for, or less."""
    asked = _asked(act.request, item)
    days = asked if act.days is None else act.days
    if not 1 <= days <= asked:
        raise InvalidRequestError(f"批准的天数须在 1 到申请的 {asked} 天之间。")
    if sensitive and not item.sensitive:
        raise InvalidRequestError("申请没有要求查看敏感字段，不能另行批准。")
    return Leave(days, item.sensitive if sensitive is None else sensitive)


def _chosen(
    act: Act, items: Sequence[tuple[Item, Meant]], named: Sequence[str]
) -> list[tuple[Item, Meant]]:
    """Choose the items that are named, or all that the deed is possible with."""
    if not named:
        possible = [(item, meant) for item, meant in items if allowed(item, act.deed)]
        return possible or list(items[:1])
    wanted, met = set(named), set[str]()
    chosen: list[tuple[Item, Meant]] = []
    for item, meant in items:
        narrowed = tuple(record_id for record_id in meant if record_id in wanted)
        if narrowed or item.wanted.shown in wanted:
            met |= {item.wanted.shown, *narrowed}
            chosen.append((item, narrowed or meant))
    if not met >= wanted:
        raise NotFoundError("这个申请里没有这份档案，或不由您处理。")
    return chosen
