"""The process that reads the text of scans; see :mod:`archsearch.services.recognising`.

It holds no key, opens no archive and is given one scan at a time, as an open file; whatever a scan
does to the libraries that decode it happens here, within limits.
"""

import json
import logging
import os
import resource
import signal
import socket
import sys
from contextlib import suppress
from typing import Final

from archsearch.ingest.inbox.ocr import Bounds, TextReader
from archsearch.security.calls import give_up_calls

_MOST_MEMORY: Final = 4 << 30
_SMALL: Final = 1 << 16
_POLITE: Final = 10


def main(place: int, bounds: Bounds) -> None:
    """Read whatever scans come through a socket, until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_POLITE)
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Nothing is to be written anywhere.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # Libraries may say what they like, but what they say may quote what they read.
    logging.disable(logging.CRITICAL)
    reader = TextReader(bounds)
    reader.warm_up()
    with socket.socket(fileno=place) as door:
        # What breaks out of a decoder is to find nothing: no file, no way out, nobody to end.
        give_up_calls("recvmsg", "sendto")
        while True:
            said, files, _, _ = socket.recv_fds(door, _SMALL, 1)
            if not said:
                return
            door.sendall(_answer(reader, files) + b"\n")


def _answer(reader: TextReader, files: list[int]) -> bytes:
    text = None
    # There is no telling what a damaged file makes of a decoder; it is one that cannot be read.
    with suppress(Exception), os.fdopen(files[0], "rb") as file:
        text = reader.read(file)
    return json.dumps(text).encode()


if __name__ == "__main__":
    main(int(sys.argv[1]), Bounds(*map(int, sys.argv[2:5])))
