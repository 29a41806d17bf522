"""The Python API of borrowing: ``archive.borrow``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archsearch.bootstrap import Application
from archsearch.entrypoints.arguments import numbers, texts
from archsearch.errors import InvalidRequestError

if TYPE_CHECKING:
    from archsearch.services.borrow_counter import BorrowCounter
    from archsearch.services.borrow_desk import Borrowing
    from archsearch.services.borrowing import OnFile


class BorrowDesk:
    """Borrowing (调阅) for programs.

    What a request tells whoever made it is the same whether or not there are such records, until
    one is granted. Requests are called by ids such as ``li.na-3``.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    @property
    def _counter(self) -> "BorrowCounter":
        return self._application.borrow

    def find(self, name: str, id_number: str, *, user: str) -> "OnFile":
        """Tell whether a customer is on file out of the user's scope and may be borrowed.

        Returns:
            ``answer`` is ``elsewhere`` or ``none``; ``left``, how often the user may ask today.

        Raises:
            AccessDeniedError: The user may borrow nothing, or has asked too often today.
            InvalidRequestError: The name is empty, or the number cannot be one.
        """
        texts(name=name, id_number=id_number, user=user)
        return self._counter.asking.find(name, id_number, user)

    def request(  # noqa: PLR0913 - the contract with other programs names these
        self,
        records: str | Sequence[str] = (),
        *,
        purpose: str,
        reason: str,
        user: str,
        name: str = "",
        id_number: str = "",
        days: int | None = None,
        sensitive: bool = False,
    ) -> "Borrowing":
        """Ask for records by id, or for a customer's by exact name and number of identity.

        Args:
            records: Record ids.
            purpose: What for, in a few words.
            reason: Why.
            user: Who asks.
            name: The customer's, whole.
            id_number: The customer's.
            days: How long; the configured period by default.
            sensitive: Whether sensitive fields are needed too.

        Raises:
            AccessDeniedError: The user may borrow nothing.
            ConflictError: The user sees a record already, has asked for it, or asks too much.
            InvalidRequestError: Something is missing or not possible.
        """
        texts(purpose=purpose, reason=reason, user=user, name=name, id_number=id_number)
        from archsearch.domain.borrowing import Wish  # noqa: PLC0415 - most programs borrow nothing

        ids = _ids(records)
        wish = Wish(purpose, reason, ids, name, id_number, _days(days), sensitive)
        return self._counter.asking.request(wish, user)

    def list(
        self, *, user: str, which: str = "mine", due: int | None = None, limit: int = 100
    ) -> "tuple[Borrowing, ...]":
        """List requests, the newest first.

        Args:
            user: Who looks.
            which: ``mine``; ``inbox``, those that wait for the user's answer; ``all`` they may see.
            due: Only those of which something lent ends within so many days.
            limit: How many at most.
        """
        texts(user=user, which=which)
        numbers(limit=limit)
        from archsearch.services.borrow_reading import Which  # noqa: PLC0415 - as above

        try:
            wanted = Which(which)
        except ValueError as error:
            raise InvalidRequestError("参数 which 只能是 mine、inbox 或 all。") from error
        return self._counter.reading.list(user, wanted, due=_days(due, "due"), limit=limit)

    def show(self, request_id: str, *, user: str) -> "Borrowing":
        """Show a request to whoever made it, or answers for it.

        Raises:
            NotFoundError: There is none for this user.
        """
        texts(request_id=request_id, user=user)
        return self._counter.reading.show(request_id, user)

    def approve(
        self,
        request_id: str,
        records: str | Sequence[str] = (),
        *,
        user: str,
        days: int | None = None,
        sensitive: bool | None = None,
        note: str = "",
    ) -> "Borrowing":
        """Approve what waits and is the user's to decide: all of it, or these records.

        Args:
            request_id: The request.
            records: Only these; the others go on waiting.
            user: Who approves.
            days: Fewer than were asked for.
            sensitive: False, not to show the sensitive fields that were asked for.
            note: For the borrower to read.

        Raises:
            AccessDeniedError: It is the user's own request.
            NotFoundError: There is no such request for this user, or not for these records.
            ConflictError: Nothing waits, or the borrower may not see the record even then.
            InvalidRequestError: More was granted than asked for.
        """
        texts(request_id=request_id, user=user, note=note)
        return self._counter.lending.approve(
            request_id,
            user,
            records=_ids(records),
            days=_days(days),
            sensitive=sensitive,
            note=note,
        )

    def refuse(
        self, request_id: str, records: str | Sequence[str] = (), *, reason: str, user: str
    ) -> "Borrowing":
        """Refuse what waits and is the user's to decide; raises as :meth:`approve`."""
        texts(request_id=request_id, reason=reason, user=user)
        return self._counter.lending.refuse(request_id, user, reason=reason, records=_ids(records))

    def revoke(
        self, request_id: str, records: str | Sequence[str] = (), *, reason: str, user: str
    ) -> "Borrowing":
        """Take back what was lent, effective at the next query; raises as :meth:`approve`."""
        texts(request_id=request_id, reason=reason, user=user)
        return self._counter.lending.revoke(request_id, user, reason=reason, records=_ids(records))

    def withdraw(self, request_id: str, *, user: str) -> "Borrowing":
        """Take back what of one's own request nobody has answered yet.

        Raises:
            NotFoundError: The user has no such request.
            ConflictError: Nothing of it waits.
        """
        texts(request_id=request_id, user=user)
        return self._counter.lending.withdraw(request_id, user)

    def give_back(
        self, request_id: str, records: str | Sequence[str] = (), *, user: str
    ) -> "Borrowing":
        """Return what was lent before its time; effective at once.

        Raises:
            NotFoundError: The user has no such request, or none for these records.
            ConflictError: It is not lent.
        """
        texts(request_id=request_id, user=user)
        return self._counter.lending.give_back(request_id, user, records=_ids(records))

    def renew(
        self,
        request_id: str,
        records: str | Sequence[str] = (),
        *,
        reason: str,
        user: str,
        days: int | None = None,
    ) -> "Borrowing":
        """Ask for more days behind the end; it needs an approval as the request did.

        Raises:
            NotFoundError: The user has no such request, or none for these records.
            ConflictError: It is not lent, or was renewed often enough.
            InvalidRequestError: The reason is missing, or there are too many days.
        """
        texts(request_id=request_id, reason=reason, user=user)
        return self._counter.lending.renew(
            request_id, user, reason=reason, days=_days(days), records=_ids(records)
        )

    def form(self, request_id: str, *, user: str) -> str:
        """Write the application form (客户档案使用申请表) as a page of HTML, to print on A4.

        Raises:
            NotFoundError: There is no such request for this user.
        """
        texts(request_id=request_id, user=user)
        return self._counter.reading.form(request_id, user)


def _ids(records: str | Sequence[str]) -> tuple[str, ...]:
    several = (records,) if isinstance(records, str) else tuple(records)
    texts(**{f"records[{at}]": each for at, each in enumerate(several)})
    return several


def _days(days: int | None, name: str = "days") -> int | None:
    if days is not None:
        numbers(**{name: days})
    return days
