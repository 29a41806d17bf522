"""A program that writes batches and acknowledges each on its standard output.

``writer.py PATH NAME AMOUNT`` writes so many. With ``serve`` for AMOUNT it does its imports once
and then, for every line on its standard input, forks a child that writes without end, so that a
test can kill many children without paying for their start.
"""

import os
import sys
from pathlib import Path

from archsearch.storage.database import open_database
from tests.integration.storage.batches import next_batch, write_batch
from tests.vaults import with_vault


def tell(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def write(path: Path, name: str, amount: int | None) -> None:
    database = with_vault(open_database(path, busy_timeout=30))
    number = next_batch(database, name)
    end = None if amount is None else number + amount
    while number != end:
        write_batch(database, name, number)
        number += 1
        tell("done", number)
    database.close()


def serve(path: Path, name: str) -> None:
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            write(path, name, None)
            os._exit(1)
        tell("child", child)
        os.waitpid(child, 0)
        tell("gone", child)


if __name__ == "__main__":
    if sys.argv[3] == "serve":
        serve(Path(sys.argv[1]), sys.argv[2])
    else:
        write(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
