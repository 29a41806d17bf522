"""Whichever way the engine takes for the sizes of sets, the answer is the oracle's.

Generated corpora are small, so by themselves they would only take the ways of small sets.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from archsearch.engines.whoosh import (
    columns,
    docsets,
    facets,
    matching,
    phrases,
    ranking,
    reach,
    scoring,
)
from archsearch.engines.whoosh.engine import WhooshEngine
from tests.contract.differential import first_difference

PAIRS = 1_500
NEVER = 10**9


def always_bitmaps(patch: pytest.MonkeyPatch) -> None:
    for module in (docsets, scoring, phrases, reach, columns):
        patch.setattr(module, "SPARSE", NEVER)
    patch.setattr(docsets, "_SORTED", NEVER)
    patch.setattr(ranking, "_WORTHWHILE", 0)
    patch.setattr(facets, "_FEW", -1)


def always_lists(patch: pytest.MonkeyPatch) -> None:
    for module in (docsets, scoring, phrases, reach, columns):
        patch.setattr(module, "SPARSE", 0)
    patch.setattr(docsets, "_SORTED", 0)
    patch.setattr(ranking, "_WORTHWHILE", 0)
    patch.setattr(columns, "_SCANNED", 0)
    patch.setattr(columns, "_CODED", 0)


def always_skips(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(matching, "SKIPPING", 0)
    patch.setattr(phrases, "SKIPPING", 0)
    patch.setattr(columns, "_SCANNED", 1)
    patch.setattr(columns, "_REPEATED", 1)


def never_skips(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(matching, "SKIPPING", NEVER)
    patch.setattr(phrases, "SKIPPING", NEVER)
    patch.setattr(columns, "_RUNS", 0)


@pytest.mark.parametrize("way", [always_bitmaps, always_lists, always_skips, never_skips])
def test_every_way_gives_the_same_answers(
    way: Callable[[pytest.MonkeyPatch], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    way(monkeypatch)
    engine = WhooshEngine(tmp_path, key=b"key", fingerprint={})

    difference = first_difference(engine, pairs=PAIRS, first_seed=50_000)

    assert difference is None, str(difference)
