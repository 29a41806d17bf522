"""Background tasks: long lists screened beside the requests, a stretch at a time.

A task belongs to who began it, with what limited them. It goes on when they have gone, and is kept
for a while; results are sealed on the disk. It ends with the process that is at it: then it has
failed, and is begun anew by whoever wants it. What somebody may no longer see is not in its result
any more when they fetch it.
"""

import logging
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from archsearch.domain.record import RecordId
from archsearch.entrypoints.http.answers import encoded
from archsearch.entrypoints.http.entry import Guest
from archsearch.entrypoints.http.problems import TurnedAwayError
from archsearch.errors import ArchsearchError, ConflictError, NotFoundError
from archsearch.storage.door_book import TaskRow

STRETCH: Final = 200
RUNNING: Final = "running"
_HOUR: Final = 3600
LOG: Final = logging.getLogger("archsearch.http")


@dataclass(frozen=True, slots=True)
class Task:
    """How far a task is. ``state`` is running, done, failed or cancelled."""

    id: str
    kind: str
    state: str
    done: int
    total: int
    began_at: datetime
    ended_at: datetime | None
    code: str


class Tasks:
    """Runs the tasks of one process, one at a time."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "task")
        self._closing = False

    def close(self) -> None:
        """Stop behind the stretch that is under way."""
        self._closing = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def match(self, guest: Guest, names: Sequence[Any], limit: int) -> Task:
        """Begin to screen a list."""
        archive = guest.house.archive

        def screen(stretch: Sequence[Any]) -> bytes:
            return encoded(archive.match(stretch, user=guest.user, limit=limit))

        return self._begin(guest, "match", names, screen)

    def run(self, work: Callable[[Callable[[], bool]], None]) -> None:
        """Do something that keeps itself what comes of it, as long as it is told to go on."""
        self._pool.submit(self._do, work)

    def _do(self, work: Callable[[Callable[[], bool]], None]) -> None:
        try:
            work(lambda: not self._closing)
        except Exception as error:  # noqa: BLE001 - as below
            LOG.error("task failed: %s", type(error).__name__)  # noqa: TRY400 - as below

    def _begin(
        self, guest: Guest, kind: str, lines: Sequence[Any], work: Callable[[Sequence[Any]], bytes]
    ) -> Task:
        house, now = guest.house, guest.house.now()
        row = TaskRow(
            secrets.token_urlsafe(16), kind, RUNNING, 0, len(lines), now, None, os.getpid(), ""
        )
        oldest = now - house.options.task_hours * _HOUR
        if not house.book.add_task(row, guest.owner, house.options.max_tasks, oldest):
            most = house.options.max_tasks
            raise ConflictError(f"一人最多 {most} 个后台任务；请先删除不再需要的。")
        self._pool.submit(self._run, guest, row, lines, work)
        return _task(row)

    def _run(
        self,
        guest: Guest,
        row: TaskRow,
        lines: Sequence[Any],
        work: Callable[[Sequence[Any]], bytes],
    ) -> None:
        state, code, house = "done", "", guest.house
        try:
            for start in range(0, len(lines), STRETCH):
                if self._closing:
                    state, code = "failed", "interrupted"
                    break
                stretch = lines[start : start + STRETCH]
                sealed = house.seal.seal(work(stretch), _place(row.id, start))
                if not house.book.part(row.id, start, sealed, start + len(stretch)):
                    return
        except ArchsearchError as error:
            state, code = "failed", error.code
        except Exception as error:  # noqa: BLE001 - the top of a worker: the task tells, not the pool
            state, code = "failed", "internal"
            LOG.error("task failed: %s", type(error).__name__)  # noqa: TRY400 - its text may hold personal data
        house.book.end_task(row.id, state, house.now(), code)


def show(guest: Guest, task_id: str) -> Task:
    """Show a task to who began it.

    Raises:
        NotFoundError: There is none, or it is somebody else's.
    """
    return _task(_found(guest, task_id))


def listed(guest: Guest) -> list[Task]:
    """List one's tasks, the newest first."""
    return [_task(_alive(guest, row)) for row in guest.house.book.tasks(guest.owner)]


def drop(guest: Guest, task_id: str) -> None:
    """End a task if it runs, and forget it."""
    guest.house.book.drop_task(_found(guest, task_id).id)


def result(guest: Guest, task_id: str, offset: int, limit: int) -> list[Any]:
    """Give lines of what came of a task, as far as one may still see it.

    Raises:
        TurnedAwayError: It has not ended well.
    """
    row = _found(guest, task_id)
    if row.state != "done":
        detail = "任务还没有完成。" if row.state == RUNNING else "任务没有完成，没有结果。"
        raise TurnedAwayError(409, "task_unfinished", detail)
    lines = list(_lines(guest, row, offset, limit))
    ids = {RecordId(hit["record_id"]) for hits in lines for hit in hits}
    seen = guest.house.application.visible(ids, guest.user)
    return [[hit for hit in hits if hit["record_id"] in seen] for hits in lines]


def _lines(guest: Guest, row: TaskRow, offset: int, limit: int) -> Iterator[Any]:
    for start, sealed in guest.house.book.parts(row.id):
        if start + STRETCH > offset and start < offset + limit:
            opened = orjson.loads(guest.house.seal.open(sealed, _place(row.id, start)))
            yield from opened[max(offset - start, 0) : max(offset + limit - start, 0)]


def _found(guest: Guest, task_id: str) -> TaskRow:
    row = guest.house.book.task(task_id, guest.owner)
    if row is None:
        raise NotFoundError("没有这个任务。")
    return _alive(guest, row)


def _alive(guest: Guest, row: TaskRow) -> TaskRow:
    """Give a task as it is: one whose process is gone has failed."""
    if row.state != RUNNING or _runs(row.pid):
        return row
    guest.house.book.end_task(row.id, "failed", guest.house.now(), "interrupted")
    return row._replace(state="failed", code="interrupted")


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _place(task: str, start: int) -> bytes:
    return f"task:{task}:{start}".encode()


def _task(row: TaskRow) -> Task:
    began = datetime.fromtimestamp(row.began_at, UTC)
    ended = None if row.ended_at is None else datetime.fromtimestamp(row.ended_at, UTC)
    return Task(row.id, row.kind, row.state, row.done, row.total, began, ended, row.code)
