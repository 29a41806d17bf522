"""A program that feeds an archive and says what it has done, to be killed while it does.

It does its imports once. For every line on its standard input, a task in JSON, it forks a child
that ingests the sources one after another and tells on standard output: ``stored SOURCE ROWS`` when
so many rows of a source are safe, ``done`` at the end; or, with ``deeds``, changes a record. With
``kill_at`` the child kills itself just before its so-many-th step towards the disk.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from archsearch.engines.whoosh.files.disk import Disk
from archsearch.ingest.rejects import RejectsWriter
from archsearch.storage.database import Database
from tests.offices import Office

Task = dict[str, Any]


def tell(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


class Tripwire:
    """Counts the steps towards the disk, and kills its own process before one of them."""

    def __init__(self, kill_at: int | None) -> None:
        self.kill_at = kill_at
        self.steps = 0

    def step(self) -> None:
        if self.steps == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.steps += 1

    def stretch(self) -> None:
        """Put it in front of every step."""
        changes = ("create", "sync", "link", "rename", "remove", "make_folder", "remove_folder")
        for name in changes:
            setattr(Disk, name, self.before(getattr(Disk, name)))
        RejectsWriter.close = self.before(RejectsWriter.close)  # type: ignore[method-assign]
        Database.write = self.around(Database.write)  # type: ignore[method-assign]

    def before(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*arguments: Any) -> Any:
            self.step()
            return call(*arguments)

        return stepping

    def around(self, write: Callable[..., Any]) -> Any:
        @contextmanager
        def stepping(database: Database) -> Iterator[Connection]:
            with write(database) as connection:
                yield connection
                self.step()
            self.step()

        return stepping


def feed(task: Task) -> None:
    wire = Tripwire(task.get("kill_at"))
    wire.stretch()
    with Office(Path(task["workspace"])) as office:
        for source in map(Path, task["sources"]):
            office.archive.ingest(
                source,
                user="admin",
                progress=lambda name, rows: tell("stored", name, rows),
            )
    tell("done", wire.steps)


def act(task: Task) -> None:
    """Do one thing after another with record ``A``, and tell of each that is done."""
    wire = Tripwire(task.get("kill_at"))
    wire.stretch()
    with Office(Path(task["workspace"])) as office:
        archive = office.archive
        archive.change("A", {"notes": "changed"}, user="boss")
        tell("stored", "changed", 1)
        archive.proposals.accept("li-P1", user="boss")
        tell("stored", "accepted", 1)
        archive.delete("A", reason="重复建档", user="admin")
        tell("stored", "deleted", 1)
        archive.restore("A", reason="误删", user="admin")
        tell("stored", "restored", 1)
    tell("done", wire.steps)


def serve() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            tell("child", os.getpid())
            task = json.loads(line)
            (act if task.get("deeds") else feed)(task)
            os._exit(0)
        os.waitpid(child, 0)
        tell("gone")


if __name__ == "__main__":
    warm = Path(sys.argv[1])
    with Office(warm) as office:
        office.feed({"name": "热身客户"})
    tell("ready")
    serve()
