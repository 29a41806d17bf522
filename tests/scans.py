"""Scans to test with, and a watch folder to drop them in."""

import io
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from archsearch.domain.inbox import ARCHIVED, RECEIPTS
from archsearch.domain.record import Record, RecordId
from archsearch.services.inbox import InboxItem
from archsearch.services.recogniser import Verdict
from archsearch.services.recognising import RecognitionService
from archsearch.services.watching import Watcher
from archsearch.storage import records
from tests.offices import Office


def scan_of(number: int, kind: str = "PNG", **more: Any) -> bytes:
    """Make a small scan unlike those of other numbers."""
    file = io.BytesIO()
    color = (number % 256, number // 256 % 256, number // 65536)
    Image.new("RGB", (8, 8), color).save(file, kind, **more)
    return file.getvalue()


class Dictation:
    """Says what it was told that a scan says; of others, that nobody can read them."""

    def __init__(self, said: dict[bytes, str | None]) -> None:
        self.said = said
        self.given: list[bytes] = []
        self.closed = 0
        self.pondering = 0

    def give(self, content: Iterable[bytes]) -> None:
        self.given.append(b"".join(content))

    def verdict(self) -> Verdict | None:
        if self.pondering:
            self.pondering -= 1
            return None
        return Verdict(self.said.get(self.given[-1]))

    def close(self) -> None:
        self.closed += 1


def recognition_of(office: Office, dictation: Dictation) -> RecognitionService:
    """Make what has the scans of an office read by somebody who knows what they say."""
    mail, reviser = office.application.mail, office.application.revising.reviser
    return RecognitionService(reviser, mail._store, mail._readings, dictation, "admin")


def read_scans(office: Office, said: dict[bytes, str | None]) -> None:
    """Have all scans of an office read."""
    recognition = recognition_of(office, Dictation(said))
    while recognition.step():
        pass


class Tray:
    """The watch folder of an office."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.folder = office.path / "inbox"
        self.watcher: Watcher | None = None

    def drop(self, name: str, content: bytes | str | dict[str, Any] | None = None) -> Path:
        """Put a file in; by default a scan that nobody else has."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            content = scan_of(sum(map(ord, name)) * 7919)
        if isinstance(content, dict):
            content = json.dumps(content, ensure_ascii=False)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    @contextmanager
    def watched(self, user: str = "admin") -> Iterator[Watcher]:
        with self.office.application.watcher(user) as watcher:
            self.watcher = watcher
            yield watcher

    def settle(self, looks: int = 3, *, user: str = "admin", **later: float) -> None:
        """Look until everything has settled, time passing meanwhile."""
        with self.watched(user) as watcher:
            for _ in range(looks):
                watcher.look()
                self.office.clock.turn(seconds=3)
            if later:
                self.office.clock.turn(**later)
                watcher.look()
                watcher.look()
            watcher.write_receipt()

    def items(self, state: str = "all", user: str = "admin") -> dict[str, InboxItem]:
        """What the ledger says, by file; the latest of a name."""
        page = self.office.archive.inbox(user=user, state=state, limit=1000)
        return {item.file: item for item in reversed(page.items)}

    def states(self) -> dict[str, str]:
        return {file: item.state for file, item in self.items().items()}

    def left(self) -> set[str]:
        """What lies in the folder, but for what is archived and receipts."""
        paths = (path.relative_to(self.folder) for path in self.folder.rglob("*"))
        return {
            str(path)
            for path in paths
            if path.parts[0] not in (ARCHIVED, RECEIPTS)
            and ((self.folder / path).is_symlink() or not (self.folder / path).is_dir())
        }

    def records(self) -> dict[str, Record]:
        """All records by name."""
        with self.office.application.database.read() as connection:
            return {str(r.values["name"]): r for r in records.iterate_all(connection)}

    def scans(self, record_id: str) -> list[bytes]:
        """The scans of a record."""
        with self.office.application.database.read() as connection:
            record = records.get(connection, [RecordId(record_id)])[RecordId(record_id)]
        attachments = record.values.get("attachments") or []
        assert isinstance(attachments, list)
        return [
            self.office.archive.attachment(
                record_id, number, reason="核对原件", user="admin"
            ).read()
            for number in range(1, len(attachments) + 1)
        ]
