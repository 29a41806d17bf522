"""Circumstances that must make no difference to an answer of the Whoosh engine."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Final
from unittest.mock import patch

from archsearch.engines.whoosh import snapshot
from archsearch.engines.whoosh.asking import (
    cache,
    facets,
    gather,
    matching,
    phrases,
    ranking,
    reach,
    scoring,
)
from archsearch.engines.whoosh.format import arrays, codes, columns, docsets, postings
from archsearch.engines.whoosh.format import grams as gram_fields
from archsearch.engines.whoosh.writing import build, grams, tiers, writer

SEGMENTS: Final[tuple[tuple[ModuleType, str, tuple[int, ...]], ...]] = (
    (tiers, "LOWEST", (2, 8)),
    (tiers, "FANOUT", (2, 3, 8)),
    (tiers, "LARGEST", (9, 40, 300_000)),
    (writer, "FLUSH_DOCUMENTS", (1, 2, 5, 20, 1_000)),
)
"""Batches are cut into tiny segments; these merge early, often and in small groups."""

WAYS: Final[tuple[tuple[ModuleType, str, tuple[int, ...]], ...]] = (
    *((module, "SPARSE", (1, 1_000)) for module in (columns, docsets, phrases, reach, scoring)),
    *((module, "SKIPPING", (1, 1_000)) for module in (gather, matching, phrases)),
    (arrays, "_BLOCKS", (1, 2)),
    (build, "_BATCH", (1, 3)),
    # Few arrays fit into the cache, or none.
    (cache, "_OVERHEAD", (10_000_000, 100_000_000)),
    (codes, "_SCANNED", (0, 3)),
    (codes, "_CODED", (1, 10)),
    (codes, "_REPEATED", (1, 100)),
    (codes, "_RUNS", (0, 1)),
    (columns, "_LISTED", (0, 1)),
    (columns, "_FEW", (0, 2)),
    (docsets, "_AHEAD", (1, 3)),
    (docsets, "_SORTED", (1, 1_000)),
    (facets, "_FEW", (0, 1)),
    (gather, "_LONG", (0, 2)),
    (gather, "_SAMPLE", (0, 1, 5)),
    (gram_fields, "_FEW", (0, 3)),
    (gram_fields, "_OFTEN", (0, 1)),
    (grams, "KEY_BITS", (4, 10)),
    (phrases, "_ROOM", (0, 1)),
    (postings, "KEY_BITS", (4, 10)),
    (ranking, "_WORTHWHILE", (0, 3)),
    (scoring, "_ACCUMULATED", (0, 1_000)),
    (scoring, "_BEST", (1, 3)),
    (scoring, "_TABLE", (0, 2)),
    (snapshot, "_SMALL", (0, 1_000)),
)
"""Where there are several ways to the same end, the one taken in very large segments, or the one
never taken, is taken in small ones."""


@contextmanager
def shaken(dice: random.Random) -> Iterator[None]:
    """Set limits, some or many of them, to where they hurt; every other story is left alone."""
    with ExitStack() as stack:
        for limits in (SEGMENTS, WAYS):
            chance = dice.choice((0.0, 0.0, 0.2, 0.7))
            for module, name, choices in limits:
                if dice.random() < chance:
                    stack.enter_context(patch.object(module, name, dice.choice(choices)))
        yield
