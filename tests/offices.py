"""A whole archive to test with: a workspace of its own, open, under a clock that the test turns."""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from archsearch.bootstrap import Application, initialise, open_application
from archsearch.domain.record import RecordId
from archsearch.engines.whoosh.files.lock import writing
from archsearch.entrypoints.archive import Archive
from archsearch.services.doctor import Check
from archsearch.services.index import IndexService
from archsearch.services.ingest import IngestReport
from archsearch.storage import grants
from archsearch.storage.grants import Grant

NOON = datetime(2026, 3, 5, 4, tzinfo=UTC)
"""Twelve o'clock in Shanghai."""


class HandClock:
    """Stands still until it is turned."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


class Office:
    """An open archive; asks and feeds in few words."""

    def __init__(self, path: Path, now: datetime = NOON) -> None:
        self.path = path
        self.clock = HandClock(now)
        self.application: Application = open_application(path, {}, self.clock)
        self.archive = Archive(self.application)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.archive.close()

    def hire(self, **users: str) -> None:
        """Add users, each as ``role at department and department, clearance``."""
        for name, text in users.items():
            post, _, clearance = text.partition(", ")
            role, _, paths = post.partition(" at ")
            departments = [path for path in paths.split(" and ") if path]
            self.archive.add_user(
                name, role=role or None, departments=departments, clearance=clearance
            )

    def feed(self, *rows: Mapping[str, Any], user: str = "admin", **more: Any) -> IngestReport:
        return self.archive.ingest(rows, user=user, **more)

    def seen(self, user: str, query: str = "", **more: Any) -> set[str]:
        """List what a user's search finds, over all pages."""
        return set(self.listed(user, query, **more))

    def listed(self, user: str, query: str = "", *, step: int = 100, **more: Any) -> list[str]:
        """List the same in order."""
        found: list[str] = []
        while True:
            page = self.archive.search(query, user=user, limit=step, offset=len(found), **more)
            found += [hit.record_id for hit in page.hits]
            if len(found) >= page.total or not page.hits:
                assert len(found) == page.total
                return found

    def grant(self, record_id: str, user: str, *, start: float = 0, days: float = 1) -> int:
        """Let a user see a record for some days, beginning ``start`` days from now."""
        begin = self.clock.now + timedelta(days=start)
        leave = Grant(RecordId(record_id), user, begin, begin + timedelta(days=days), "admin")
        with self.application.database.write() as connection:
            return grants.add(connection, leave)

    def ailments(self) -> list[Check]:
        """List the checks that the doctor does not pass."""
        return [check for check in self.application.doctor.examine("admin") if not check.passed]


def found_workspace(path: Path) -> Path:
    """Make a workspace at a fixed time."""
    return initialise(path, {}, HandClock())


def copied(template: Path, path: Path) -> Path:
    """Copy a workspace nobody has open, which is quicker than making one."""
    return Path(shutil.copytree(template, path, symlinks=True))


@contextmanager
def drain_held_up(office: Office) -> Iterator[IndexService]:
    """Let another process sit on the lock of the drain, and nobody wait for it."""
    path = office.path / "var" / "drain.lock"
    index = office.application.index
    patient = index._lock
    index._lock = lambda _: writing(path, 0)
    with writing(path, 0):
        yield index
    index._lock = patient


def codes(report: IngestReport) -> list[str | None]:
    """List what rows were rejected for."""
    return [problem.code for problem in report.rejected]


def counts(report: IngestReport) -> tuple[int, int, int, int]:
    """Sum a report up: accepted, updated, unchanged, rejected."""
    return (report.accepted, report.updated, report.unchanged, report.rejected_rows)


def named(names: Iterable[str]) -> list[dict[str, str]]:
    """Make rows of names alone, with the name as record id."""
    return [{"record_id": name, "name": name} for name in names]
