"""Looking borrow requests up; what a user is told of one is the desk's business."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from archsearch.domain.audit import Action
from archsearch.domain.borrowing import BorrowRequest, State
from archsearch.domain.record import JsonValue
from archsearch.errors import InvalidRequestError, NotFoundError
from archsearch.services.asking import Asker
from archsearch.services.borrow_desk import MISSING, Borrowing, BorrowItem, Desk, Found
from archsearch.services.borrow_form import form_of
from archsearch.services.identity import principal_of, require_reading
from archsearch.services.trail import Trail
from archsearch.storage import borrowing

_MOST_LISTED: Final = 1000
_MOST_DUE: Final = 3650


class Which(StrEnum):
    """Which requests to list: one's own, those that wait for one's answer, all one may see."""

    MINE = "mine"
    INBOX = "inbox"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class BorrowReading:
    """Shows requests to those who made them or answer for them."""

    trail: Trail
    desk: Desk

    def show(self, request_id: str, user: str) -> Borrowing:
        """Show a request to whoever made it, or answers for it.

        Raises:
            NotFoundError: There is none for this user.
        """
        target = self.desk.masker.text(request_id)
        with self.trail.failures(user, Action.BORROW_READ, target=target):
            view = self.seen(request_id, user)
        self.trail.note(user, Action.BORROW_READ, target=request_id)
        return view

    def form(self, request_id: str, user: str) -> str:
        """Write the application form (客户档案使用申请表) as an HTML page to print."""
        target = self.desk.masker.text(request_id)
        with self.trail.failures(user, Action.BORROW_READ, target=target):
            view = self.seen(request_id, user)
        self.trail.note(user, Action.BORROW_READ, target=request_id, detail={"form": True})
        return form_of(view, self.trail.clock())

    def seen(self, request_id: str, user: str) -> Borrowing:
        """Show a request without an entry in the log, for whoever has made one."""
        desk = self.desk
        asker = desk.asking.asker(user)
        with self.trail.database.read() as connection:
            at = self.trail.clock()
            viewer = principal_of(connection, user, at)
            require_reading(viewer)
            request = desk.request(connection, request_id, at)
            found = self._found(request, user, asker)
            view = desk.view(connection, viewer, request, found)
        if view is None:
            raise NotFoundError(MISSING)
        return view

    def list(
        self, user: str, which: Which, *, due: int | None = None, limit: int = 100
    ) -> tuple[Borrowing, ...]:
        """List requests, the newest first.

        Args:
            user: Who looks.
            which: Which of them.
            due: Only those of which something lent ends within so many days.
            limit: How many at most.
        """
        if not 1 <= limit <= _MOST_LISTED:
            raise InvalidRequestError(f"参数 limit 须在 1 到 {_MOST_LISTED} 之间。")
        if due is not None and not 0 <= due <= _MOST_DUE:
            raise InvalidRequestError(f"参数 due 须在 0 到 {_MOST_DUE} 之间。")
        with self.trail.failures(user, Action.BORROW_READ):
            found = tuple(self._listed(user, which, due, limit))
        detail: dict[str, JsonValue] = {"which": str(which), "total": len(found)}
        self.trail.note(user, Action.BORROW_READ, detail=detail)
        return found

    def waiting(self, user: str, most: int) -> int:
        """Count the requests that wait for a user's answer, up to so many; not in the log."""
        return sum(1 for _ in self._listed(user, Which.INBOX, None, most))

    def _listed(self, user: str, which: Which, due: int | None, limit: int) -> Iterator[Borrowing]:
        desk = self.desk
        asker = desk.asking.asker(user)
        with self.trail.database.read() as connection:
            at = self.trail.clock()
            viewer = principal_of(connection, user, at)
            require_reading(viewer)
            whose = user if which is Which.MINE else None
            until = None if due is None else at + timedelta(days=due)
            live = desk.open_at(at) if which is Which.INBOX or due is not None else None
            for stored in borrowing.newest(connection, user=whose, live=live):
                request = stored.at(at, desk.rules)
                if which is Which.INBOX and not any(item.waits for item in request.items):
                    continue
                view = desk.view(connection, viewer, request, self._found(request, user, asker))
                if view is not None and _is_listed(view.items, which, until):
                    yield view
                    limit -= 1
                if not limit:
                    return

    def _found(self, request: BorrowRequest, user: str, asker: Asker) -> Found:
        if request.user == user:
            return {item.key: frozenset(item.records) for item in request.items}
        return self.desk.about(request.items, asker)


def _is_listed(items: Sequence[BorrowItem], which: Which, until: datetime | None) -> bool:
    if which is Which.INBOX and not any(item.to_decide for item in items):
        return False
    return until is None or any(
        item.state is State.APPROVED and item.until is not None and item.until <= until
        for item in items
    )
