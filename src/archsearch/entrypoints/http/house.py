"""What all requests share: the open archive, and what stands at the door."""

from dataclasses import dataclass
from typing import Final, cast

from starlette.requests import Request

from archsearch.bootstrap import Application
from archsearch.entrypoints.archive import Archive
from archsearch.entrypoints.http.metrics import Metrics
from archsearch.settings.server import ServerSettings

API: Final = "/api/v1"


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


def house_of(request: Request) -> House:
    """Give what the request's server shares."""
    return cast(House, request.app.state.house)
