"""HTTP/1.1 over one connection, with next to no work for the processor: it is the server's turn.

The server closes connections that rest; one that is closed is opened anew, and a request that
got no byte of an answer is sent again, as browsers do (RFC 9112, 9.3.1).
"""

import asyncio
from dataclasses import dataclass, field
from typing import Final

import orjson

_PATIENCE: Final = 60.0
_TRIES: Final = 3


class ClosedError(Exception):
    """The connection was closed before anything of an answer came."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    body: bytes


@dataclass(slots=True)
class Wire:
    """A connection to the server, as whoever holds a token."""

    host: str
    port: int
    token: str
    _ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = field(
        init=False, default=None
    )

    async def ask(self, method: str, path: str, body: object = None) -> Reply:
        """Send a request and read the whole answer."""
        sent = b"" if body is None else orjson.dumps(body)
        head = (
            f"{method} /api/v1{path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Length: {len(sent)}\r\n"
            + ("Content-Type: application/json\r\n" if sent else "")
            + "\r\n"
        )
        for left in reversed(range(_TRIES)):
            try:
                async with asyncio.timeout(_PATIENCE):
                    return await self._exchanged(head.encode() + sent)
            except (ClosedError, ConnectionError):
                await self.close()
                if not left:
                    raise
        raise AssertionError

    async def close(self) -> None:
        """Close the connection."""
        if self._ends is not None:
            self._ends[1].close()
        self._ends = None

    async def _exchanged(self, request: bytes) -> Reply:
        if self._ends is None or self._ends[0].at_eof():
            await self.close()
            self._ends = await asyncio.open_connection(self.host, self.port, limit=1 << 22)
        reader, writer = self._ends
        writer.write(request)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            if error.partial:
                raise
            raise ClosedError from None
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        return Reply(int(head[9:12]), await reader.readexactly(int(length)))
