"""Fuzzy channels: how one word may match a name though it is not written in it.

Each function makes the nodes of one family of slips for one name field; every node carries the
label of its channel. Constant weights put whole names before parts and certain slips before vague
ones.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from archsearch.analysis.pinyin import Pinyin
from archsearch.analysis.units import bigram, is_han, positioned
from archsearch.domain.plan import (
    AtLeast,
    Channel,
    KeyNode,
    Labelled,
    Node,
    PhraseNode,
    PrefixNode,
    TermNode,
)
from archsearch.engines.fields import phrase_tokens
from archsearch.engines.names import LONGEST_GAPPED, SHORTEST_GAPPED

WHOLE = 2.0
SLIP = 1.5
LOOSE = 0.5
PART = 0.05
"""Weights of evidence: a whole name, a whole name but for one slip, a beginning; and the scale of
BM25 for parts of names, whose scores reach about 25."""

_LETTERS = re.compile(r"[a-z]+")
_SHORTEST_NEAR = 4
_SHORTEST_PREFIX = 3
_READINGS = 4


def channels(text: str, field: str, pinyin: Pinyin) -> Iterator[Labelled]:
    """Yield the labelled nodes by which a word may match names in a field."""
    found = positioned([text])
    name = [unit for unit, _ in found]
    if len(name) == 1 and _LETTERS.fullmatch(name[0]) and len(name[0]) > 1:
        yield from _pinyin(name[0], field, pinyin)
        yield from _initials(name[0], field)
    if sum(map(is_han, name)) > 1:
        yield from _homophones(name, field, pinyin)
    if len(name) > 1:
        yield from _slips(name, field)
        yield from _near(name, field)


def _homophones(name: Sequence[str], field: str, pinyin: Pinyin) -> Iterator[Labelled]:
    spellings = pinyin.spellings(name)[:_READINGS]
    whole = frozenset("".join(syllables) for syllables in spellings)
    yield Labelled(Channel.HOMOPHONE, KeyNode(f"{field}#spelling", whole, WHOLE))
    for syllables in spellings:
        yield Labelled(Channel.HOMOPHONE, _spoken(syllables, field))


def _pinyin(letters: str, field: str, pinyin: Pinyin) -> Iterator[Labelled]:
    whole = KeyNode(f"{field}#spelling", frozenset({letters}), WHOLE)
    yield Labelled(Channel.PINYIN, whole)
    for syllables in pinyin.split(letters)[:_READINGS]:
        yield Labelled(Channel.PINYIN, _spoken(syllables, field))
    if len(letters) >= _SHORTEST_PREFIX:
        yield Labelled(Channel.PINYIN, PrefixNode(f"{field}#spelling", letters, LOOSE))


def _spoken(syllables: Sequence[str], field: str) -> Node:
    tokens = phrase_tokens([(syllable, index) for index, syllable in enumerate(syllables)])
    return PhraseNode(f"{field}#pinyin", tokens, PART)


def _initials(letters: str, field: str) -> Iterator[Labelled]:
    whole = KeyNode(f"{field}#initials", frozenset({letters}), LOOSE)
    yield Labelled(Channel.INITIALS, whole)
    if len(letters) > _SHORTEST_PREFIX:
        yield Labelled(Channel.INITIALS, PrefixNode(f"{field}#initials", letters, LOOSE / 2))


def _slips(name: Sequence[str], field: str) -> Iterator[Labelled]:
    length = len(name)
    joined = "".join(name)
    without = {_joined_but(name, index) for index in range(length)}
    if SHORTEST_GAPPED <= length <= LONGEST_GAPPED:
        wrong = frozenset(_joined_but(name, index, "?") for index in range(length))
        yield Labelled(Channel.WRONG, KeyNode(f"{field}#gap", wrong, SLIP))
    if SHORTEST_GAPPED <= length + 1 <= LONGEST_GAPPED:
        missing = KeyNode(f"{field}#gap", frozenset({joined}), SLIP * 0.8)
        yield Labelled(Channel.MISSING, missing)
    if SHORTEST_GAPPED <= length <= LONGEST_GAPPED + 1:
        extra = KeyNode(f"{field}#whole", frozenset(without), SLIP * 0.8)
        yield Labelled(Channel.EXTRA, extra)
    if length <= LONGEST_GAPPED + 1:
        swapped = frozenset(_swaps(name)) - {joined}
        yield Labelled(Channel.SWAPPED, KeyNode(f"{field}#whole", swapped, SLIP))


def _joined_but(name: Sequence[str], index: int, instead: str = "") -> str:
    """Join a name with one unit replaced."""
    return "".join((*name[:index], instead, *name[index + 1 :]))


def _swaps(name: Sequence[str]) -> Iterator[str]:
    for index in range(len(name) - 1):
        yield "".join((*name[:index], name[index + 1], name[index], *name[index + 2 :]))


def _near(name: Sequence[str], field: str) -> Iterator[Labelled]:
    if len(name) < _SHORTEST_NEAR:
        return
    pairs = dict.fromkeys(bigram(first, second) for first, second in pairwise(name))
    # One wrong unit spoils two pairs of neighbours, a missing one spoils one and adds one.
    enough = max(2, len(pairs) - 2)
    terms = tuple(TermNode(field, pair, PART) for pair in pairs)
    if enough < len(terms):
        yield Labelled(Channel.NEAR, AtLeast(enough, terms))
