"""Running the server: one process, or several on one index, each with a workspace of its own open.

Processes are started anew, never forked: the databases of a forked process would damage files.
"""

import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
PLACE: Final = "ARCHSEARCH_SERVED"
SECURE: Final = "ARCHSEARCH_SERVED_SECURE"
LOGGING: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(process)d %(levelname)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "uvicorn": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "archsearch": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
"""One line a request: id, method, pattern of the route, status, time; nothing of what it asked."""

_HEAD_BYTES: Final = 32 << 10
_IDLE_SECONDS: Final = 15


@dataclass(frozen=True, slots=True)
class Stand:
    """Where the server is to stand."""

    host: str
    port: int
    workers: int

    @property
    def secure(self) -> bool:
        """Whether other machines reach it, so that cookies must not go in the clear."""
        if self.host == "localhost":
            return False
        try:
            return not ip_address(self.host).is_loopback
        except ValueError:
            return True


def listen(stand: Stand) -> socket.socket:
    """Take the port; raises OSError where it is taken or not one's own."""
    family = socket.AF_INET6 if ":" in stand.host else socket.AF_INET
    # By name of the protocol, or else asyncio leaves Nagle's algorithm on, and the body of each
    # answer waits for the client to acknowledge its head: 40 ms.
    taken = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((stand.host, stand.port))
        taken.listen(1024)
    except BaseException:
        taken.close()
        raise
    taken.set_inheritable(True)
    return taken


def address_of(stand: Stand, taken: socket.socket) -> str:
    """Give the address to come to."""
    host = f"[{stand.host}]" if ":" in stand.host else stand.host
    return f"http://{host}:{taken.getsockname()[1]}"


def serve(workspace: Path, stand: Stand, taken: socket.socket, options: Mapping[str, Any]) -> None:
    """Answer requests until a signal ends it; running requests are given time to end.

    Args:
        workspace: The workspace to open, by each process for itself.
        stand: Where, and with how many processes.
        taken: The socket that listens.
        options: What uvicorn is told besides.
    """
    with _shared(stand.workers):
        os.environ[PLACE] = str(workspace)
        os.environ[SECURE] = "1" if stand.secure else ""
        # Only now: the counters look for the folder when they are loaded.
        import uvicorn  # noqa: PLC0415 - see above
        from uvicorn.supervisors import Multiprocess  # noqa: PLC0415 - see above

        # The server gives signals on when it has stopped; having stopped is no failure.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _leave)
        config = uvicorn.Config(
            "archsearch.entrypoints.http.serving:from_environment",
            factory=True,
            workers=stand.workers,
            http="archsearch.entrypoints.http.connection:ImpatientProtocol",
            loop="asyncio",
            ws="none",
            access_log=False,
            server_header=False,
            h11_max_incomplete_event_size=_HEAD_BYTES,
            timeout_keep_alive=_IDLE_SECONDS,
            **{"log_config": LOGGING, **options},
        )
        if stand.workers > 1:
            Multiprocess(config, sockets=[taken]).run()
        else:
            uvicorn.Server(config).run(sockets=[taken])


@contextmanager
def _shared(workers: int) -> Iterator[None]:
    """Give several processes a folder to put their figures together in."""
    if workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="archsearch-") as folder:
        os.environ[FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER]


def _leave(*_: object) -> None:
    sys.exit(0)


def _follow() -> None:
    """End with the process that started this one, however that ended."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def from_environment() -> Any:
    """Open the workspace that the environment names, and make its application."""
    from archsearch.bootstrap import open_application  # noqa: PLC0415 - after the counters' folder
    from archsearch.entrypoints.http.app import make_app  # noqa: PLC0415 - see above

    if not sys.warnoptions:
        # Whoosh and jieba compile with warnings that are nobody's business here.
        warnings.simplefilter("ignore")
    threading.Thread(target=_follow, daemon=True).start()
    application = open_application(Path(os.environ[PLACE]), os.environ)
    secure = bool(os.environ.get(SECURE))
    return make_app(application, secure=secure, close=application.close)
