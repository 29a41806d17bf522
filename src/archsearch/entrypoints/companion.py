"""The process that indexes beside a large ingest; see :mod:`archsearch.services.companion`."""

import os
import signal
import sys
from pathlib import Path

from archsearch.bootstrap import open_application
from archsearch.services.companion import accompany
from archsearch.services.garbage import fewer_collections


def main(workspace: str, least: str) -> None:
    """Open the workspace and do as ordered on standard input."""
    # Ctrl-C reaches both processes; the other one decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    application = open_application(Path(workspace), os.environ)
    try:
        index = application.index
        orders, answers = sys.stdin.fileno(), sys.stdout.fileno()
        fingerprint = application.index_fingerprint
        with fewer_collections():
            accompany(index, fingerprint, int(least), orders=orders, answers=answers)
    finally:
        application.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
