"""A program that feeds an archive with companions beside it, to be killed while it does.

``crowd.py WORKSPACE SOURCE`` tells on standard output how many rows are safe, and ``done``.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

from archsearch.services import companion
from archsearch.services.indexing import Indexing, Sizes
from tests.offices import Office


def tell(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def feed(workspace: Path, source: Path) -> None:
    companion.processors = lambda: 2
    with Office(workspace) as office:
        application = office.application
        service = application.ingest
        service._rules = replace(service._rules, batch=50)
        service._indexing = lambda: Indexing(
            application.index, application.companion(), sizes=Sizes(worth=50, least=50, stretch=60)
        )
        office.archive.ingest(source, user="admin", progress=lambda _, rows: tell("stored", rows))
    tell("done")


if __name__ == "__main__":
    feed(Path(sys.argv[1]), Path(sys.argv[2]))
