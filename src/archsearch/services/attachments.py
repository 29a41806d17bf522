"""Giving scans back: nothing is masked on them, so that it takes what revealing takes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from archsearch.domain.audit import Action
from archsearch.errors import InvalidRequestError, NotFoundError
from archsearch.services.reading import ReadingService
from archsearch.services.trail import Trail
from archsearch.storage import scans
from archsearch.storage.scans import ScanStore, Stored


@dataclass(frozen=True, slots=True)
class Attachment:
    """A scan of a record; ``chunks`` yields its content once, whole only when it ends."""

    record_id: str
    number: int
    name: str
    media_type: str
    size: int
    sha256: str
    chunks: Iterator[bytes]

    def read(self) -> bytes:
        """Read all of it."""
        return b"".join(self.chunks)


class AttachmentService:
    """Opens scans for those to whom the record may be revealed."""

    def __init__(self, trail: Trail, reading: ReadingService, store: ScanStore) -> None:
        self._trail = trail
        self._reading = reading
        self._store = store

    def open(self, record_id: str, number: int, reason: str, user: str) -> Attachment:
        """Open a scan; the reason goes into the log.

        Args:
            record_id: Of the record.
            number: Which of its attachments, counted from 1.
            reason: Why the original must be seen.
            user: Who asks.

        Raises:
            AccessDeniedError: The user may read the record, but not what is masked in it.
            InvalidRequestError: There is no reason.
            NotFoundError: There is no such record for this user, or no such scan.
            StoreError: The scan is damaged.
        """
        if number < 1:
            raise InvalidRequestError("附件从 1 开始编号。")
        record = self._reading.reveal(record_id, reason, user)
        said = _attachment(record.values.get("attachments"), number)
        digest = str(said.get("sha256") or "")
        with self._trail.failures(user, Action.ATTACHMENT, target=record.record_id):
            with self._trail.database.read() as connection:
                found = scans.find(connection, record.record_id, digest) if digest else None
            if found is None:
                raise NotFoundError(f"这份档案没有第 {number} 份扫描件的原件。")
        self._trail.note(
            user, Action.ATTACHMENT, target=record.record_id, detail={"number": number}
        )
        return Attachment(
            record.record_id,
            number,
            str(said.get("path") or f"{number}"),
            str(said.get("media_type") or "application/octet-stream"),
            found.size,
            digest,
            self._content(found),
        )

    def _content(self, found: Stored) -> Iterator[bytes]:
        return self._store.read(found.address, found.key)


def _attachment(attachments: Any, number: int) -> dict[str, Any]:
    listed = attachments if isinstance(attachments, list) else []
    one = listed[number - 1] if number <= len(listed) else {}
    return one if isinstance(one, dict) else {}
