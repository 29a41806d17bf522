"""Giving scans back: nothing is masked on them, so that it takes what revealing takes."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

from archsearch.domain.audit import Action
from archsearch.domain.media import media_type_of
from archsearch.domain.record import JsonValue, Record, RecordId
from archsearch.errors import InvalidRequestError, NotFoundError
from archsearch.services.reading import ReadingService
from archsearch.services.trail import Trail
from archsearch.storage import scans
from archsearch.storage.scans import ScanStore


class _Said(NamedTuple):
    """What a record says of a scan."""

    record_id: RecordId
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Attached:
    """What a record says of one of its scans; ``kept`` tells whether the archive has the scan."""

    number: int
    name: str
    kind: str
    media_type: str
    pages: int
    dpi: int
    scanned_at: str
    sha256: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Attachment:
    """A scan of a record; ``chunks`` yields its content once, whole only when it ends.

    What it is (``media_type``) says its content, not whoever brought it.
    """

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
        said = self._said(self._reading.reveal(record_id, reason, user), number)
        with self._trail.failures(user, Action.ATTACHMENT, target=said.record_id):
            opened = self._opened(said, number)
        detail = {"number": number}
        self._trail.note(user, Action.ATTACHMENT, target=said.record_id, detail=detail)
        return opened

    def look(self, record_id: str, number: int, page: int, reason: str, user: str) -> Attachment:
        """Open a scan to look at a page of it: one deed, with the page.

        Raises:
            AccessDeniedError: As for :meth:`open`.
            InvalidRequestError: As for :meth:`open`.
            NotFoundError: As for :meth:`open`.
            StoreError: The scan is damaged.
        """
        detail: dict[str, JsonValue] = {"number": number, "page": page}
        record = self._reading.original(record_id, reason, user, Action.ATTACHMENT, detail)
        return self._opened(self._said(record, number), number)

    def listed(self, record: Record) -> tuple[Attached, ...]:
        """List the scans of a record that somebody was shown, as far as it was shown."""
        with self._trail.database.read() as connection:
            found = []
            for number, said in enumerate(_all_said(record), 1):
                texts = {key: str(said.get(key) or "") for key in _TEXTS}
                kept = scans.has(connection, record.record_id, texts["sha256"])
                pages, dpi = _whole(said.get("pages")), _whole(said.get("dpi"))
                name = texts.pop("path")
                found.append(Attached(number, name, pages=pages, dpi=dpi, kept=kept, **texts))
        return tuple(found)

    def list(self, record_id: str, user: str) -> tuple[Attached, ...]:
        """List the scans of a record, masked as it is.

        Raises:
            NotFoundError: There is no such record for this user.
        """
        return self.listed(self._reading.get(record_id, user))

    @staticmethod
    def _said(record: Record, number: int) -> "_Said":
        if number < 1:
            raise InvalidRequestError("附件从 1 开始编号。")
        several = _all_said(record)
        return _Said(record.record_id, several[number - 1] if number <= len(several) else {})

    def _opened(self, said: "_Said", number: int) -> Attachment:
        digest = str(said.values.get("sha256") or "")
        with self._trail.database.read() as connection:
            found = scans.find(connection, said.record_id, digest) if digest else None
        if found is None:
            raise NotFoundError(f"这份档案没有第 {number} 份扫描件的原件。")
        chunks = self._store.read(found.address, found.key)
        first = next(chunks, b"")
        return Attachment(
            said.record_id,
            number,
            str(said.values.get("path") or f"{number}"),
            media_type_of(first),
            found.size,
            digest,
            chain([first], chunks),
        )


def _all_said(record: Record) -> list[dict[str, Any]]:
    listed = record.values.get("attachments")
    several = listed if isinstance(listed, list) else []
    return [each if isinstance(each, dict) else {} for each in several]


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0


_TEXTS = ("path", "kind", "media_type", "scanned_at", "sha256")
