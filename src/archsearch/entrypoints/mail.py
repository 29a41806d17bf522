"""The Python API of scans and of the watch folder: ``archive.attachment``, ``archive.inbox``."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from archsearch.bootstrap import Application
from archsearch.entrypoints.arguments import numbers, texts
from archsearch.errors import InvalidRequestError

if TYPE_CHECKING:
    # Loaded by whoever looks after scans; a program that only searches should not wait for it.
    from archsearch.services.attachments import Attached, Attachment
    from archsearch.services.inbox import InboxItem, InboxPage
    from archsearch.services.mending import InboxFile


class InboxDesk:
    """The watch folder (收件夹) for programs; files are called by their numbers."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, *, user: str, state: str = "", limit: int = 50) -> "InboxPage":
        """List the latest files, as :meth:`list`."""
        return self.list(user=user, state=state, limit=limit)

    def list(
        self, *, user: str, state: str = "", limit: int = 50, before: int | None = None
    ) -> "InboxPage":
        """List what arrived in the watch folder; by default what is not archived yet.

        Args:
            user: Who asks; others' files are listed only for who may bring records for anybody.
            state: Only what is in this state: ``waiting``, ``quarantined`` …, or ``all``.
            limit: Files at most, the latest first.
            before: Only what came before the file of this number; that of the last one of a page
                leads to the next.

        Raises:
            AccessDeniedError: The user brings no records.
            InvalidRequestError: There is no such state.
        """
        texts(user=user, state=state)
        numbers(limit=limit)
        if before is not None:
            numbers(before=before)
        return self._application.mail.inbox.list(user, state, limit, before)

    def show(self, number: int, *, user: str) -> "InboxFile":
        """Show a file, and what is known of whose it is.

        Raises:
            AccessDeniedError: The user brings no records.
            NotFoundError: There is none, or it is somebody else's.
        """
        texts(user=user)
        numbers(number=number)
        return self._application.mail.mending.show(number, user)

    def retry(self, number: int, *, user: str) -> "InboxItem":
        """Put a file back that waits or was returned; the watcher looks at it again.

        Raises:
            AccessDeniedError: The user brings no records.
            InvalidRequestError: It neither waits nor was returned.
            NotFoundError: There is none, or it is somebody else's.
        """
        texts(user=user)
        numbers(number=number)
        return self._application.mail.inbox.retry(number, user)

    def mend(self, number: int, fields: Mapping[str, Any], *, user: str) -> "InboxFile":
        """Add what a scan that waits or was returned lacks, as if in a file beside it.

        The watcher files it at one of its next looks, with its own user's rights.

        Args:
            number: Of the file.
            fields: By schema key, label or alias, and 材料类型 and 扫描时间 of the scan; they
                replace what was said beside the scan, an empty value takes it away.
            user: Who mends.

        Raises:
            AccessDeniedError: The user brings no records, or may do less with them than the
                watcher.
            BusyError: The file is being moved; try again.
            InvalidRequestError: The file neither waits nor was returned, or a field is not known.
            NotFoundError: There is none, or it is somebody else's.
            RejectedError: A value is wrong; ``problems`` say which.
        """
        texts(user=user)
        numbers(number=number)
        if not isinstance(fields, Mapping) or not all(isinstance(name, str) for name in fields):
            raise InvalidRequestError("参数 fields 须是从字段名到值的字典。")
        return self._application.mail.mending.mend(number, fields, user)


class MailDesk:
    """Scans and the watch folder; a part of an archive."""

    def __init__(self, application: Application) -> None:
        self._application = application

    @property
    def inbox(self) -> InboxDesk:
        """The watch folder: what arrived, what waits and why, mending it."""
        return InboxDesk(self._application)

    def attachments(self, record_id: str, *, user: str) -> "tuple[Attached, ...]":
        """List the scans of a record, with what the record says of them, masked.

        Raises:
            NotFoundError: The record does not exist or is out of the user's scope.
        """
        texts(record_id=record_id, user=user)
        return self._application.mail.attachments.list(record_id, user)

    def attachment(self, record_id: str, number: int, *, reason: str, user: str) -> "Attachment":
        """Open a scan of a record; nothing is masked on it, so that it takes what revealing takes.

        Args:
            record_id: Of the record.
            number: Which of its attachments, counted from 1.
            reason: Why the original must be seen; it goes into the log.
            user: Who asks.

        Raises:
            AccessDeniedError: The user may read the record, but not its sensitive fields.
            InvalidRequestError: There is no reason.
            NotFoundError: The record does not exist or is out of the user's scope; or there is no
                such scan.
        """
        texts(record_id=record_id, reason=reason, user=user)
        numbers(number=number)
        return self._application.mail.attachments.open(record_id, number, reason, user)
