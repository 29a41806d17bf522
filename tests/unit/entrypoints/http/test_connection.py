"""Connections that do not get on."""

import asyncio
import socket

import uvicorn
from uvicorn.server import ServerState

from archsearch.entrypoints.http import connection
from archsearch.entrypoints.http.connection import ImpatientProtocol
from archsearch.entrypoints.http.serving import Stand, listen


class Wire(asyncio.Transport):
    """The other end of a connection."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 5), "sockname": ("127.0.0.1", 6)})
        self.closed = self.cut = False
        self.written = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


async def silent(scope: object, receive: object, send: object) -> None:
    await asyncio.Event().wait()


def after(*parts: bytes) -> Wire:
    """Send these, and let the time for a head go by."""

    async def play() -> Wire:
        config = uvicorn.Config(silent, log_config=None, loop="asyncio")
        config.load()
        protocol, wire = ImpatientProtocol(config, ServerState(), {}), Wire()
        protocol.connection_made(wire)
        for part in parts:
            protocol.data_received(part)
        late = protocol._late
        if late is not None:
            late._run()
            late.cancel()
        wire.cut = wire.closed
        running = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        protocol.connection_lost(None)
        for task in running:
            task.cancel()
        return wire

    return asyncio.run(play())


def test_a_head_that_is_never_finished_holds_no_connection() -> None:
    assert after().cut
    assert after(b"GET / HT", b"TP/1.1\r\nHost: x\r\n", b"X-A: b\r\n").cut


def test_a_request_that_is_under_way_is_not_cut_off() -> None:
    assert not after(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").cut


def test_a_head_has_some_seconds() -> None:
    assert 5 <= connection.HEAD_SECONDS <= 60


def test_no_answer_waits_for_the_one_before_to_be_acknowledged() -> None:
    async def nodelay() -> int:
        told: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        async def meet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            met = writer.get_extra_info("socket")
            told.set_result(met.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        taken = listen(Stand("127.0.0.1", 0, 1))
        async with await asyncio.start_server(meet, sock=taken):
            _, writer = await asyncio.open_connection(*taken.getsockname())
            flag = await told
            writer.close()
            return flag

    assert asyncio.run(nodelay()) == 1
