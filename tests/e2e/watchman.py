"""A program that looks after a watch folder, to be killed while it does.

It does its imports once. For every line on its standard input, the path of a workspace, it forks a
child that watches; the child says on standard output ``look`` after every look at the folder, and
``idle`` when nothing is left to be done now.
"""

import os
import signal
import sys
from pathlib import Path

from archsearch.bootstrap import now, open_application
from archsearch.ingest.inbox.events import Hints


def tell(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def watch(workspace: Path) -> None:
    signal.signal(signal.SIGIO, signal.SIG_IGN)
    application = open_application(workspace, dict(os.environ), now)
    with application.watcher("admin") as watcher, Hints(watcher.root) as hints:
        while True:
            found = watcher.look()
            tell("look")
            if not found.done and not found.busy:
                watcher.write_receipt()
                tell("idle")
                hints.wait(0.02)  # the parent decides when it is enough


def serve() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            tell("child", os.getpid())
            watch(Path(line.strip()))
        os.waitpid(child, 0)
        tell("gone")


if __name__ == "__main__":
    warm = open_application(Path(sys.argv[1]), {}, now)
    _ = (warm.ingest, warm.search, warm.mail, warm.settings.regions)
    warm.close()
    tell("ready")
    serve()
