"""What tells records apart that hold only some of what was asked for."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from archsearch.analysis.units import bigram, positioned
from archsearch.domain.plan import AnyOf, KeyNode, Node, TermNode
from archsearch.domain.schema import FieldSpec, FieldType, Matching
from archsearch.search.addresses import neighbouring

_NAMED: Final = 15.0
"""Weight of a name in a question, for each of its characters: more than all other words."""
_LONGEST_PERSON: Final = 4
_LONGEST_NAME: Final = 30


class Clues:
    """Makes nodes from whole texts; one for all queries of a schema."""

    def __init__(self, default: Sequence[FieldSpec], names: Sequence[FieldSpec]) -> None:
        self._names = names
        self._prose = [spec for spec in default if spec.matching is Matching.TEXT]
        self._addresses = [spec for spec in default if spec.type is FieldType.ADDRESS]

    def named_in(self, texts: Sequence[Sequence[str]]) -> tuple[Node, ...]:
        """Match whole names that stand somewhere in texts, which are given as words.

        Names are no words: those of persons may begin and end anywhere, longer ones where words do.
        """
        found: defaultdict[int, set[str]] = defaultdict(set)
        for words in texts:
            for name in _stretches(words):
                found[len(name)].add(name)
        return tuple(
            KeyNode(f"{spec.key}#whole", frozenset(names), _NAMED * length)
            for spec in self._names
            for length, names in found.items()
        )

    def pairs(self, texts: Sequence[str], weight: float) -> tuple[Node, ...]:
        """Match each pair of neighbouring characters of some texts, wherever texts are kept.

        The pairs of a text share a weight: a short word says as much as a long one.
        """
        found: dict[str, float] = {}
        for text in texts:
            pairs = {bigram(one, other) for (one, _), (other, _) in pairwise(positioned([text]))}
            for pair in sorted(pairs):
                found[pair] = found.get(pair, 0.0) + weight / len(pairs)
        return tuple(
            AnyOf(tuple(TermNode(spec.key, pair, spec.weight * share) for spec in self._prose))
            for pair, share in found.items()
        )

    def neighbours(self, texts: Sequence[str]) -> tuple[Node, ...]:
        """Match addresses that have two neighbours in common with a text."""
        pairs = neighbouring(texts)
        return tuple(
            TermNode(spec.key, pair, spec.weight) for spec in self._addresses for pair in pairs
        )


def _stretches(words: Sequence[str]) -> Iterator[str]:
    """Give what may be names in a text: a few characters, or whole words one after another."""
    text = "".join(words)
    for length in range(2, _LONGEST_PERSON + 1):
        for start in range(len(text) - length + 1):
            yield text[start : start + length]
    for first in range(len(words)):
        name = ""
        for word in words[first:]:
            name += word
            if len(name) > _LONGEST_NAME:
                break
            if len(name) > _LONGEST_PERSON:
                yield name
