"""The engines that the contract suite runs on."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from archsearch.engines.base import SearchEngine
from archsearch.engines.whoosh.engine import WhooshEngine
from tests.integration.engine.disks import HastyDisk
from tests.oracle import OracleEngine


def make_oracle(_: Path) -> SearchEngine:
    """The brute-force engine: what the suite says must hold for it first of all."""
    return OracleEngine()


def make_whoosh(folder: Path) -> SearchEngine:
    """The Whoosh engine on an empty folder; what is synced is not this suite's concern."""
    return WhooshEngine(folder, key=b"k" * 32, fingerprint={"schema": "1"}, disk=HastyDisk())


ENGINES: Final[dict[str, Callable[[Path], SearchEngine]]] = {
    "oracle": make_oracle,
    "whoosh": make_whoosh,
}


@pytest.fixture(params=list(ENGINES))
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    """An engine over an empty folder, nothing built yet."""
    yield from opened(request.param, tmp_path)


@pytest.fixture
def engine(fresh: SearchEngine) -> SearchEngine:
    """An engine that was built from no documents, ready for changes."""
    fresh.rebuild(())
    return fresh


@pytest.fixture(params=[name for name in ENGINES if name != "oracle"])
def candidate(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    """An engine to hold against the oracle."""
    yield from opened(request.param, tmp_path)


def opened(name: str, folder: Path) -> Iterator[SearchEngine]:
    """Make an engine, and close it afterwards where it can be closed."""
    made = ENGINES[name](folder / "index")
    yield made
    close = getattr(made, "close", None)
    if close is not None:
        close()
