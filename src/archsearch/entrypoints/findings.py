"""The Python API of what was read on scans, and is to be confirmed by people."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from archsearch.bootstrap import Application
from archsearch.entrypoints.arguments import numbers, texts
from archsearch.errors import InvalidRequestError

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

    def of(self, record_id: str, *, user: str, reason: str | None = None) -> "tuple[Finding, ...]":
        """List what is to be confirmed of one record.

        Args:
            record_id: The record.
            user: Who asks.
            reason: Why values are to be shown as they were read, for who may reveal the record; it
                goes into the log. None to have them masked.

        Raises:
            NotFoundError: There is no such record for this user.
            AccessDeniedError: The user may read it, but not change it, or not see it so.
            InvalidRequestError: The reason is empty.
        """
        texts(record_id=record_id, user=user)
        if reason is not None:
            texts(reason=reason)
        return self._application.mail.findings.of(record_id, user, reason)

    def confirm(
        self,
        record_id: str,
        number: int,
        *,
        user: str,
        fields: "Collection[str] | None" = None,
        expected_version: int | None = None,
    ) -> "Revised":
        """Take what was read on a scan into its record; what is not taken is refused.

        Args:
            record_id: The record.
            number: Which of its attachments, counted from 1.
            user: Who confirms it.
            fields: Names of fields of what is right; by default all of which the record has
                nothing.
            expected_version: The version of the record that they have seen; another one is a
                conflict.

        Raises:
            NotFoundError: There is no such record for this user, or nothing to confirm on it.
            AccessDeniedError: The user may read it, but not change it.
            ConflictError: It is at another version, or was changed at this very moment.
            InvalidRequestError: Nothing was read for one of the fields.
            RejectedError: A value cannot be right beside what the record holds.
        """
        texts(record_id=record_id, user=user)
        numbers(number=number)
        if expected_version is not None:
            numbers(expected_version=expected_version)
        if isinstance(fields, str):
            raise InvalidRequestError("参数 fields 须是字段名的列表。")
        found = self._application.mail.findings
        return found.confirm(record_id, number, user, fields, expected=expected_version)

    def refuse(
        self, record_id: str, number: int, *, user: str, expected_version: int | None = None
    ) -> "Revised":
        """Refuse everything that was read on a scan: it is wrong, and proposed no more.

        Raises:
            NotFoundError: As for :meth:`confirm`.
            AccessDeniedError: As for :meth:`confirm`.
            ConflictError: As for :meth:`confirm`.
        """
        return self.confirm(
            record_id, number, user=user, fields=(), expected_version=expected_version
        )
