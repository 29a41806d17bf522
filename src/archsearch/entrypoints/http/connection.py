"""Connections that do not get on are given up: a head that is never finished holds no socket.

The server waits for a request for ever once a connection is made; a body and an answer have their
limits in the guard.
"""

from asyncio import TimerHandle, Transport
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS: Final = 10


class ImpatientProtocol(H11Protocol):
    """HTTP/1.1 that waits only so long for the head of a request."""

    _late: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as there
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Go on waiting for the same head, or begin to wait for the next."""
        super().data_received(data)
        if self._resting:
            self._wait()
        elif self._late is not None:
            self._late.cancel()
            self._late = None

    @property
    def _resting(self) -> bool:
        """Whether no request is under way."""
        return self.cycle is None or bool(self.cycle.response_complete)

    def _wait(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _give_up(self) -> None:
        self._late = None
        if self._resting:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        if self._late is not None:
            self._late.cancel()
        super().connection_lost(exc)
