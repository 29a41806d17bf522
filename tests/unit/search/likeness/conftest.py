"""The word lists that are shipped."""

from pathlib import Path

import pytest

from archsearch.search.likeness.lexicon import Lexicon


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return Lexicon.load(Path(__file__).parents[4] / "config")
