"""Measure what is suggested while names are typed.

Run ``python -m tests.relevance.suggestions``. For each way of typing the first few keys of a name:
how often anything is suggested, how often the first suggestion goes on as it was typed, and what
share of all suggestions does.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import archsearch
from tests.relevance.corpus import Corpus, Entry, Kind, Part, load, plain
from tests.relevance.lore import Lore
from tests.relevance.searchers import archive_of

SHOWN: Final = 8
_SEED: Final = 20_261_122


@dataclass(frozen=True, slots=True)
class Way:
    """A way of typing: the keys for a name, and whether a name goes on from keys."""

    keys: Callable[[Lore, str], str]
    goes_on: Callable[[Lore, str, str], bool]


def _letters(lore: Lore, name: str) -> str:
    return "".join(lore.syllables(name))


def _initials(lore: Lore, name: str) -> str:
    return "".join(syllable[0] for syllable in lore.syllables(name))


def _spelt(lore: Lore, keys: str, name: str) -> bool:
    spellings = lore.spellings(name[:8])
    ways = ["".join(s) for s in spellings] + ["".join(p[0] for p in s) for s in spellings]
    return any(keys in way for way in ways)


def _written(_: Lore, keys: str, name: str) -> bool:
    return plain(keys) in plain(name)


def _mixed(lore: Lore, keys: str, name: str) -> bool:
    rest = plain(name).partition(keys[0])[2]
    return bool(rest) and any(s[0].startswith(keys[1:]) for s in lore.spellings(rest[:4]))


WAYS: Final = {
    "two characters": Way(lambda _, name: name[:2], _written),
    "three characters": Way(lambda _, name: name[:3], _written),
    "three letters": Way(lambda lore, name: _letters(lore, name)[:3], _spelt),
    "four letters": Way(lambda lore, name: _letters(lore, name)[:4], _spelt),
    "six letters": Way(lambda lore, name: _letters(lore, name)[:6], _spelt),
    "initials": Way(lambda lore, name: _initials(lore, name)[:4], _spelt),
    "a character and letters": Way(
        lambda lore, name: name[0] + lore.syllables(name[1:4])[0][:2], _mixed
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    """How one way of typing went."""

    label: str
    asked: int
    some: float
    first: float
    share: float
    milliseconds: float


def measure(
    archive: archsearch.Archive, lore: Lore, kind: Kind, names: Sequence[str]
) -> Iterator[Row]:
    """Type the beginning of each name in each way."""
    for label, way in WAYS.items():
        shown: list[list[bool]] = []
        times = []
        for name in names:
            keys = way.keys(lore, name)
            started = time.process_time()
            found = archive.suggest(keys, user="admin", limit=SHOWN)
            times.append((time.process_time() - started) * 1000)
            shown.append([way.goes_on(lore, keys, each.text) for each in found])
        right = [sum(each) / len(each) for each in shown if each]
        yield Row(
            f"{kind}: {label}",
            len(shown),
            sum(map(bool, shown)) / len(shown),
            sum(each[:1] == [True] for each in shown) / len(shown),
            statistics.mean(right) if right else 0.0,
            statistics.median(times),
        )


def names_of(corpus: Corpus, kind: Kind, part: Part, number: int) -> list[str]:
    """Choose names that are nothing but characters."""
    usable: list[Entry] = [e for e in corpus.sources(kind, part) if plain(e.name) == e.name]
    chosen = random.Random(_SEED).sample(usable, min(number, len(usable)))
    return [entry.name for entry in chosen]


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", type=Path, help="lines, or JSON Lines with a name")
    parser.add_argument("--size", type=int, default=20_000, help="records, recombined ones too")
    parser.add_argument("--queries", type=int, default=40, help="for each way of typing")
    parser.add_argument("--part", type=Part, choices=list(Part), default=Part.CHECK)
    arguments = parser.parse_args()
    corpus = load(arguments.names, arguments.size)
    lore = Lore(corpus.entries)
    with archive_of(corpus) as archive:
        print(f"{'typed':44} {'n':>4} {'some':>6} {'first':>6} {'share':>6} {'ms':>6}")  # noqa: T201
        for kind in Kind:
            names = names_of(corpus, kind, arguments.part, arguments.queries)
            for row in measure(archive, lore, kind, names):
                figures = f"{row.some:6.3f} {row.first:6.3f} {row.share:6.3f}"
                print(f"{row.label:44} {row.asked:4} {figures} {row.milliseconds:6.1f}")  # noqa: T201


if __name__ == "__main__":
    main()
