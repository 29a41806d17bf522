"""Opening what our engine wrote with Whoosh's own means, and nothing of ours."""

from pathlib import Path
from typing import Any

from whoosh import index

from archsearch.engines.base import ID
from archsearch.engines.whoosh.engine import WhooshEngine
from archsearch.engines.whoosh.generations import CURRENT


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
