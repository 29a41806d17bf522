"""What tells records apart that hold only some of what was asked for."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from archsearch.analysis.units import bigram, positioned
from archsearch.domain.plan import AnyOf, KeyNode, Node, TermNode
from archsearch.domain.schema import FieldSpec, FieldType, Matching
from archsearch.search.likeness.lexicon import Lexicon

_LONGEST_NAME: Final = 30


class Clues:
    """Makes nodes from whole texts; one for all queries of a schema."""

    def __init__(
        self, default: Sequence[FieldSpec], names: Sequence[FieldSpec], lexicon: Lexicon
    ) -> None:
        self._names = names
        self._named = lexicon.weights.named
        self._longest_person = lexicon.parts.longest_person
        self._addresses = lexicon.addresses
        self._prose = [spec for spec in default if spec.matching is Matching.TEXT]
        self._fields = [spec for spec in default if spec.type is FieldType.ADDRESS]

    def named_in(self, texts: Sequence[Sequence[str]]) -> tuple[Node, ...]:
        """Match whole names that stand somewhere in texts, which are given as words.

        Names are no words: those of persons may begin and end anywhere, longer ones where words do.
        """
        found: defaultdict[int, set[str]] = defaultdict(set)
        for words in texts:
            for name in _stretches(words, self._longest_person):
                found[len(name)].add(name)
        return tuple(
            KeyNode(f"{spec.key}#whole", frozenset(names), self._named * length)
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
        pairs = self._addresses.neighbouring(texts)
        return tuple(
            TermNode(spec.key, pair, spec.weight) for spec in self._fields for pair in pairs
        )


def _stretches(words: Sequence[str], longest_person: int) -> Iterator[str]:
    """Give what may be names in a text: a few characters, or whole words one after another."""
    text = "".join(words)
    for length in range(2, longest_person + 1):
        for start in range(len(text) - length + 1):
            yield text[start : start + length]
    for first in range(len(words)):
        name = ""
        for word in words[first:]:
            name += word
            if len(name) > _LONGEST_NAME:
                break
            if len(name) > longest_person:
                yield name
