"""The process that draws a page of a scan; see :mod:`archsearch.services.painting`.

It is given the scan as its standard input and answers with a line of JSON and the picture. Before
it looks at the scan it gives up everything that drawing does not need.
"""

import json
import mmap
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from archsearch.ingest.inbox.drawing import Undrawable, draw, warm_up
from archsearch.security.calls import give_up_calls

_ROOM: Final = 1 << 30
"""Bytes of memory beside what is there when it begins."""
_CALM: Final = 5


def main(page: int, seconds: int) -> None:
    """Draw a page."""
    warm_up()
    size = os.fstat(0).st_size
    content = mmap.mmap(0, size, prot=mmap.PROT_READ)
    confine(seconds)
    picture = b""
    try:
        picture, pages = draw(content, page)
        told: dict[str, object] = {"pages": pages}
    except Undrawable as fault:
        told = {"fault": str(fault)}
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + picture)
    sys.stdout.buffer.flush()
    # Nothing of what was decoded is asked to tidy up.
    os._exit(0)


def confine(seconds: int) -> None:
    """Give up time, memory, files, connections and other processes, for good."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    os.nice(_CALM)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    room = pages * resource.getpagesize() + _ROOM
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, room),
        # No number is left for a file or a connection but those of the three that are open.
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(kind, (most, most))
    # Deleting, renaming and ending need no number.
    give_up_calls()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
