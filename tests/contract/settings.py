"""Circumstances that must make no difference to an answer of the Whoosh engine."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from archsearch.engines.whoosh import cache, tiers, writer


@contextmanager
def shaken(dice: random.Random) -> Iterator[None]:
    """Now and then cut batches into tiny segments, and merge early, often and in small groups;
    now and then cache little."""
    with ExitStack() as stack:
        if dice.random() < 0.5:
            limits = {"LOWEST": (2, 8), "FANOUT": (2, 3, 8), "LARGEST": (9, 40, 300_000)}
            for name, choices in limits.items():
                stack.enter_context(patch.object(tiers, name, dice.choice(choices)))
        if dice.random() < 0.5:
            documents = dice.choice((1, 2, 5, 20, 1_000))
            stack.enter_context(patch.object(writer, "FLUSH_DOCUMENTS", documents))
        if dice.random() < 0.3:
            # Few arrays fit into the cache, or none.
            size = dice.choice((10_000_000, 100_000_000))
            stack.enter_context(patch.object(cache, "_OVERHEAD", size))
        yield
