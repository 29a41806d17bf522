"""What all requests share: the open archive, and what stands at the door."""

from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Final, cast

from starlette.requests import Request

from archsearch.bootstrap import Application
from archsearch.entrypoints.archive import Archive
from archsearch.entrypoints.http.cursors import Cursors
from archsearch.entrypoints.http.metrics import Metrics
from archsearch.security.sealing import Seal
from archsearch.settings.server import ServerSettings
from archsearch.storage.door_book import DoorBook

if TYPE_CHECKING:
    from archsearch.entrypoints.http.tasks import Tasks

API: Final = "/api/v1"
BOOK: Final = "door.db"


@dataclass(frozen=True)
class House:
    """The archive as a server has it.

    ``secure`` is whether people reach it by HTTPS alone, as they must from other machines.
    """

    application: Application
    archive: Archive
    metrics: Metrics
    secure: bool

    @property
    def options(self) -> ServerSettings:
        """What is configured."""
        return self.application.settings.options.server

    def now(self) -> float:
        """Tell the time, in seconds."""
        return self.application.clock().timestamp()

    @cached_property
    def book(self) -> DoorBook:
        """What the server's processes know of each other."""
        return DoorBook(self.application.settings.workspace.var / BOOK)

    @cached_property
    def seal(self) -> Seal:
        """Seals what the server puts on the disk."""
        return Seal(self.application.key_for("http/seal"))

    @cached_property
    def cursors(self) -> Cursors:
        """Writes and reads cursors."""
        return Cursors(self.application.key_for("http/cursors"))

    @cached_property
    def comparing(self) -> Lock:
        """Held by who compares all records with each other: a second at once would block others."""
        return Lock()

    @cached_property
    def tasks(self) -> "Tasks":
        """Runs background tasks."""
        from archsearch.entrypoints.http.tasks import Tasks  # noqa: PLC0415 - it knows the house

        return Tasks()

    def close(self) -> None:
        """Let go of what was opened."""
        if "tasks" in self.__dict__:
            self.tasks.close()
        if "book" in self.__dict__:
            self.book.close()


def house_of(request: Request) -> House:
    """Give what the request's server shares."""
    return cast(House, request.app.state.house)
