"""Opening what our engine wrote with Whoosh's own means, and nothing of ours."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from whoosh import index

from archsearch.engines.base import ID
from archsearch.engines.whoosh.engine import WhooshEngine
from archsearch.engines.whoosh.generations import CURRENT

ROOT: Final = Path(__file__).parents[2]


def made(folder: Path) -> WhooshEngine:
    """An engine over a folder."""
    return WhooshEngine(folder, key=b"k" * 32, fingerprint={})


def generation(folder: Path) -> Path:
    """The folder of the generation in use."""
    return folder / (folder / CURRENT).read_text(encoding="ascii").strip()


def stock_index(folder: Path) -> Any:
    """The generation in use, by Whoosh's ``open_dir``."""
    return index.open_dir(str(generation(folder)))


def ids(results: Any) -> list[str]:
    """The record ids of Whoosh's hits, in order."""
    return [hit[ID] for hit in results]


def taken_over(ours: Any, folder: Path) -> Any:
    """An index of Whoosh's own, in a new folder, with what one of ours holds."""
    folder.mkdir()
    theirs = index.create_in(str(folder), ours.schema)
    writer = theirs.writer()
    with ours.reader() as reader:
        for leaf, _ in reader.leaf_readers():
            writer.add_reader(leaf)
    writer.commit()
    return theirs


def run(code: str, *arguments: object, original: bool = False) -> str:
    """What a program says, run by another Python with the Whoosh that this one has.

    Args:
        code: The program.
        arguments: Its arguments.
        original: Whether to run it with the Whoosh that is installed, whichever this one has.
    """
    paths = [str(ROOT / "src"), str(ROOT)]
    if not original:
        paths += filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
