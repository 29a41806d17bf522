"""The process that screens beside the first one; see :mod:`archsearch.services.helper`."""

import os
import signal
import sys
from pathlib import Path

from archsearch.bootstrap import open_application
from archsearch.services.helper import help_out


def main(workspace: str) -> None:
    """Open the workspace and answer pieces of a list as ordered on standard input."""
    # Ctrl-C reaches all processes; the first one decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    application = open_application(Path(workspace), os.environ)
    try:
        help_out(application.lists.rows, sys.stdin.buffer, sys.stdout.buffer)
    finally:
        application.close()


if __name__ == "__main__":
    main(sys.argv[1])
