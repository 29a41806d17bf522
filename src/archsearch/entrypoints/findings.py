"""The Python API of what was read on scans, and is to be confirmed by people."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from archsearch.bootstrap import Application
from archsearch.entrypoints.arguments import numbers, texts

if TYPE_CHECKING:
    from archsearch.services.findings import Finding
    from archsearch.services.revising import Revised


class FindingDesk:
    """Values that were read on scans (the extra ``archsearch[ocr]``); none counts by itself."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def list(self, *, user: str, limit: int = 50) -> "tuple[Finding, ...]":
        """List what is to be confirmed in records that the user may change; masked.

        Raises:
            AccessDeniedError: The user changes no records.
            InvalidRequestError: The limit is none.
        """
        texts(user=user)
        numbers(limit=limit)
        return self._application.mail.findings.list(user, limit)

    def of(self, record_id: str, *, user: str) -> "tuple[Finding, ...]":
        """List what is to be confirmed of one record.

        Raises:
            NotFoundError: There is no such record for this user.
            AccessDeniedError: The user may read it, but not change it.
        """
        texts(record_id=record_id, user=user)
        return self._application.mail.findings.of(record_id, user)

    def confirm(
        self,
        record_id: str,
        number: int,
        *,
        user: str,
        fields: "Collection[str] | None" = None,
    ) -> "Revised":
        """Take what was read on a scan into its record.

        Args:
            record_id: The record.
            number: Which of its attachments, counted from 1.
            user: Who confirms it.
            fields: Schema keys of what is right; by default all of which the record has nothing,
                ``()`` for nothing: what was read is wrong.

        Raises:
            NotFoundError: There is no such record for this user, or nothing to confirm on it.
            AccessDeniedError: The user may read it, but not change it.
            ConflictError: It was changed at this very moment.
            InvalidRequestError: Nothing was read for one of the fields.
            RejectedError: A value cannot be right beside what the record holds.
        """
        texts(record_id=record_id, user=user)
        numbers(number=number)
        return self._application.mail.findings.confirm(record_id, number, user, fields)
