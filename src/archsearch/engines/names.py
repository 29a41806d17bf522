"""The forms of a name under which it is found, though it is not written so.

Names of its index fields (``name`` stands for the field's key):

- ``name#pinyin``: text, syllables and pairs of syllables, with positions
- ``name#whole``: key, the folded value as one
- ``name#spelling``, ``name#initials``: keys, joined syllables and their first letters
- ``name#gap``: keys, the value with one unit missing (``张明``) or replaced by ``?`` (``张?明``)
"""

from array import array
from collections.abc import Sequence
from itertools import chain, pairwise
from typing import Final, NamedTuple, TypeAlias

from archsearch.analysis.folding import fold
from archsearch.analysis.pinyin import Pinyin, combined
from archsearch.analysis.units import BREAK, WORD, Marked, marked
from archsearch.engines.base import TextTokens, UnitTokens
from archsearch.security.masking import mask_text

SHORTEST_GAPPED = 3
LONGEST_GAPPED = 6
"""Names of this many units get gap keys: shorter ones would match everybody, longer ones are found
by their bigrams."""

Readings: TypeAlias = list[tuple[str, ...]]
"""Of each unit the syllables that it may be; none where a name ends and another begins."""
NOTHING: Final[tuple[str, ...]] = ()


class NameForms(NamedTuple):
    """What a name sounds like, and what it looks like with one slip in it."""

    readings: Readings
    whole: tuple[str, ...]
    spellings: tuple[str, ...]
    initials: tuple[str, ...]
    gaps: tuple[str, ...]

    @classmethod
    def of(cls, name: str, found: Marked, pinyin: Pinyin) -> "NameForms":
        """Make the forms of a name, given also as the units it folds to."""
        units = found.units()
        masked = mask_text(name)
        whole = units if masked == name else marked(fold(masked)).units()
        readings = pinyin.name_readings(units)
        if sum(map(len, readings)) == len(units):
            # Read in one way only, as most names are.
            ways = [[choices[0] for choices in readings]]
        else:
            ways = [list(way) for way in combined(readings)]
        return cls(
            readings,
            ("".join(whole),),
            distinct(list(map("".join, ways))),
            distinct(["".join([syllable[0] for syllable in way]) for way in ways]),
            gap_keys(units),
        )


def spoken(readings: Readings) -> TextTokens | UnitTokens:
    """Make tokens of the syllables of each unit, and of all pairs of neighbours."""
    terms = list(chain.from_iterable(readings))
    counts = set(map(len, readings))
    if counts <= {1}:
        return UnitTokens(WORD * len(terms), terms)
    if counts == {0, 1}:
        return UnitTokens("".join([WORD if choices else BREAK for choices in readings]), terms)
    places = array("I")
    for place, choices in enumerate(readings):
        places.extend([place] * len(choices))
    for place, (ones, others) in enumerate(pairwise(readings)):
        terms += [f"{one} {other}" for one in ones for other in others]
        places.extend([place] * (len(terms) - len(places)))
    return TextTokens(terms, places, sum(map(bool, readings)))


def united(forms: Sequence[NameForms]) -> NameForms:
    """Put the forms of several names together; their readings one after another, with a gap."""
    readings: Readings = []
    for form in forms:
        readings += [*form.readings, NOTHING]
    return NameForms(
        readings[:-1],
        distinct([key for form in forms for key in form.whole]),
        distinct([key for form in forms for key in form.spellings]),
        distinct([key for form in forms for key in form.initials]),
        distinct([key for form in forms for key in form.gaps]),
    )


def gap_keys(name: Sequence[str]) -> tuple[str, ...]:
    """Make the keys by which a name is found though one unit is wrong (``?``) or missing."""
    if not SHORTEST_GAPPED <= len(name) <= LONGEST_GAPPED:
        return ()
    keys: dict[str, None] = {}
    joined = "".join(name)
    start = 0
    for unit in name:
        before, after = joined[:start], joined[start + len(unit) :]
        keys[f"{before}?{after}"] = keys[before + after] = None
        start += len(unit)
    return tuple(keys)


def distinct(keys: Sequence[str]) -> tuple[str, ...]:
    """Drop repeats."""
    return tuple(keys) if len(keys) == 1 else tuple(dict.fromkeys(keys))


def name_sort_key(units: Sequence[str], pinyin: Pinyin) -> str:
    """Make a collation key: by the pinyin of a name, then by its characters."""
    return " ".join(pinyin.main_spelling(units)) + "\t" + "".join(units)
