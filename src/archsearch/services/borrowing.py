"""Asking to borrow: whether a customer is on file elsewhere, and for leave to see records.

Nothing here tells whether a record exists that the borrower may not see. A request is taken down
as it was typed and looked up only when an approver looks; one for a record that is not there, or
that its borrower may not borrow, waits and lapses like one that nobody answers. The single
exception is :meth:`BorrowService.find`, which is for that: it answers with one bit, for an exact
name and number only, so many times a day, and each time into the log.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from archsearch.domain.access import Principal
from archsearch.domain.audit import Action
from archsearch.domain.borrowing import (
    MOST_RECORDS,
    State,
    Wanted,
    Wish,
    is_borrowable,
    may_borrow,
)
from archsearch.domain.policy import Errand
from archsearch.domain.record import JsonValue, RecordId
from archsearch.domain.zone import day_of
from archsearch.errors import AccessDeniedError, ConflictError, InvalidRequestError
from archsearch.services.borrow_desk import Borrowing, Desk, wide
from archsearch.services.borrow_reading import BorrowReading
from archsearch.services.identity import principal_of, require_errand
from archsearch.services.trail import Trail
from archsearch.storage import borrowing
from archsearch.storage.identities import find_identities

ELSEWHERE: Final = "elsewhere"
NONE: Final = "none"
_LONGEST_ID: Final = 200
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class OnFile:
    """Whether a customer is on file elsewhere and may be borrowed: ``elsewhere`` or ``none``.

    ``left`` is how often the user may still ask today.
    """

    answer: str
    left: int


@dataclass(frozen=True, slots=True)
class BorrowService:
    """Takes questions and requests down."""

    trail: Trail
    desk: Desk
    reading: BorrowReading

    def find(self, name: str, id_number: str, user: str) -> OnFile:
        """Tell whether a customer is on file outside the user's scope and may be borrowed.

        Raises:
            AccessDeniedError: The user may borrow nothing, or has asked too often today.
            InvalidRequestError: The name is empty, or the number cannot be one.
        """
        desk, trail = self.desk, self.trail
        with trail.failures(user, Action.BORROW_FIND):
            with trail.database.read() as connection:
                self._borrower(connection, user)
                # Not even looked for: how long that takes would be an answer.
                self._left(borrowing.asked(connection, user, day_of(trail.clock())) + 1)
            claim = desk.claims.of(name[:_LONGEST_NAME], id_number[:_LONGEST_NAME])
            asker = desk.asking.asker(user)
            found = [
                record
                for record in desk.bearers(claim, wide(asker))
                if not asker.scope.permits(record)
            ]
            with trail.database.write() as connection:
                at = trail.clock()
                principal = self._borrower(connection, user)
                left = self._left(borrowing.ask(connection, user, day_of(at)))
                there = any(
                    is_borrowable(each.record_id, each.secrecy, principal, desk.policy)
                    for each in found
                )
                query = desk.claims.digest(name, id_number)
                entry = trail.entry(
                    user, Action.BORROW_FIND, detail={"query": query, "total": int(there)}
                )
                trail.log.append(connection, entry)
        return OnFile(ELSEWHERE if there else NONE, left)

    def _left(self, asked: int) -> int:
        """Tell how many questions are left after so many; refuse what is beyond."""
        most = self.desk.rules.questions_a_day
        if asked > most:
            raise AccessDeniedError(
                f"今天的查询次数（{most} 次）已用完，请明天再查；知道档号的可以直接申请调阅。"
            )
        return most - asked

    def request(self, wish: Wish, user: str) -> Borrowing:
        """Ask for records. The answer is the same whether or not there are such records.

        Raises:
            AccessDeniedError: The user may borrow nothing.
            ConflictError: The user sees a record already, has asked for it, or asks too much.
            InvalidRequestError: Something is missing or not possible.
        """
        desk, trail = self.desk, self.trail
        with trail.failures(user, Action.BORROW_REQUEST):
            wish = self._checked(wish)
            with trail.database.write() as connection:
                at = trail.clock()
                principal = self._borrower(connection, user)
                wanted = self._wanted(connection, wish, principal)
                self._refuse_repeats(connection, user, wanted, at)
                request = borrowing.add(connection, user, wish, wanted, at)
                asked = [each.shown for each in wanted if each.claim is None]
                detail: dict[str, JsonValue] = {
                    "records": list(asked),
                    "days": wish.days,
                    "sensitive": wish.sensitive,
                }
                if wish.name:
                    detail["query"] = desk.claims.digest(wish.name, wish.id_number)
                entry = trail.entry(user, Action.BORROW_REQUEST, target=request.id, detail=detail)
                trail.log.append(connection, entry)
        return self.reading.seen(request.id, user)

    def _borrower(self, connection: Connection, user: str) -> Principal:
        principal = principal_of(connection, user, self.trail.clock())
        require_errand(principal, Errand.BORROW)
        if not may_borrow(principal, self.desk.policy):
            raise AccessDeniedError("您的角色或部门不能调阅档案；请联系管理员。")
        return principal

    def _checked(self, wish: Wish) -> Wish:
        desk = self.desk
        records = tuple(dict.fromkeys(each.strip() for each in wish.records))
        if not records and not wish.name and not wish.id_number:
            raise InvalidRequestError("请写明要调阅的档号，或客户的完整名称和证件号码。")
        if len(records) > MOST_RECORDS:
            raise InvalidRequestError(f"一次最多申请 {MOST_RECORDS} 份档案；请分开申请。")
        if not all(0 < len(each) <= _LONGEST_ID for each in records):
            raise InvalidRequestError(f"档号须有 1 到 {_LONGEST_ID} 个字。")
        return replace(
            wish,
            records=records,
            purpose=desk.written(wish.purpose, "用途"),
            reason=desk.written(wish.reason, "理由"),
            days=desk.period(wish.days, desk.rules.max_days),
        )

    def _wanted(self, connection: Connection, wish: Wish, principal: Principal) -> list[Wanted]:
        """Take down what is asked for; what the user sees anyway is not borrowed."""
        desk = self.desk
        ids = [RecordId(each) for each in wish.records]
        known = find_identities(connection, record_ids=ids).by_record_id
        scope = desk.policy.scope(principal)
        seen = [
            each.record_id
            for each in known.values()
            if not each.deleted and scope.allows(*each.facts)
        ]
        if seen and not wish.sensitive:
            raise ConflictError(f"您已能查看 {'、'.join(sorted(seen)[:3])}，无需调阅。")
        wanted = []
        for record_id in ids:
            shown = desk.written(record_id, "档号")
            # A number of identity that somebody took for a record id is not kept.
            kept = record_id in known or shown == record_id
            wanted.append(Wanted(shown, record_id if kept else None))
        if wish.name or wish.id_number:
            claim = desk.claims.of(wish.name[:_LONGEST_NAME], wish.id_number[:_LONGEST_NAME])
            number = desk.masker.values({"id_number": wish.id_number.strip()})["id_number"]
            shown = f"{desk.written(wish.name, '客户名称')} {desk.written(str(number), '证件号码')}"
            wanted.append(Wanted(shown, claim=claim))
        return wanted

    def _refuse_repeats(
        self, connection: Connection, user: str, wanted: Sequence[Wanted], at: datetime
    ) -> None:
        rules = self.desk.rules
        waiting = self.desk.open_at(at)
        if borrowing.count_waiting(connection, user, waiting) >= rules.max_open:
            raise ConflictError(f"您已有 {rules.max_open} 个申请在等待审批；请先撤回不需要的。")
        asked = {(each.shown, each.claim) for each in wanted}
        for stored in borrowing.newest(connection, user=user, live=waiting):
            request = stored.at(at, rules)
            if any(
                i.state is State.APPLIED and (i.wanted.shown, i.wanted.claim) in asked
                for i in request.items
            ):
                raise ConflictError(f"申请 {request.id} 里已有同样的档案，正在等待审批。")
