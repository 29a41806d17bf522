"""Index fields: which fields of an index a schema field becomes, and how its values are analysed.

Defined once here, so that documents and queries cannot disagree. Names of index fields:

- ``name``: text, the folded units and bigrams of a field, with positions
- ``name#words``: text, the words of a field by segmentation; only ranks
- ``name#pinyin``: text, syllables and pairs of syllables, with positions
- ``name#whole``: key, the folded value as one
- ``name#spelling``, ``name#initials``: keys, joined syllables and their first letters
- ``name#gap``: keys, the value with one unit missing (``张明``) or replaced by ``?`` (``张?明``)
- ``status``: key, the folded value of a key field; tokens for sensitive ones
- ``id_number#last4``, ``id_number#last6``: keys, tokens of the last characters
- ``source_id#secret``: key, tokens of values that hold an ID, telephone or card number
- ``status#facet``: key, the value as it is shown; for paths also every path above
- ``name#sort``: key, in collation order
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import isnan
from struct import pack
from typing import Any

from archsearch.analysis.folding import fold_key
from archsearch.analysis.pinyin import Pinyin
from archsearch.analysis.segmenter import Segmenter
from archsearch.analysis.units import bigram, positioned
from archsearch.domain.schema import FieldSpec, FieldType
from archsearch.engines.base import ID, TextTokens
from archsearch.security.masking import mask_text
from archsearch.security.tokens import Purpose, Tokens

SHORTEST_GAPPED = 3
LONGEST_GAPPED = 6
"""Names of this many units get gap keys: shorter ones would match everybody, longer ones are found
by their bigrams."""


def unit_tokens(found: Sequence[tuple[str, int]]) -> TextTokens:
    """Make tokens of units: each unit, and each pair of neighbours at the first one's position."""
    tokens = list(found)
    for (first, position), (second, following) in pairwise(found):
        if following == position + 1:
            tokens.append((bigram(first, second), position))
    return TextTokens.of(tokens, len(found))


def phrase_tokens(found: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Choose the tokens that a phrase of units is matched by: as few and as rare as possible.

    Bigrams at every second position, and one that overlaps at the end of an odd count; units that
    have no neighbour (after a gap) by themselves.
    """
    chosen: list[tuple[str, int]] = []
    start = found[0][1] if found else 0
    index = 0
    while index < len(found):
        unit, position = found[index]
        paired = index + 1 < len(found) and found[index + 1][1] == position + 1
        if paired:
            chosen.append((bigram(unit, found[index + 1][0]), position - start))
            index += 2
        elif index and found[index - 1][1] == position - 1:
            chosen.append((bigram(found[index - 1][0], unit), position - 1 - start))
            index += 1
        else:
            chosen.append((unit, position - start))
            index += 1
    return tuple(chosen)


def word_tokens(values: Iterable[str], segmenter: Segmenter) -> TextTokens:
    """Make tokens of the words of two or more characters, in order."""
    words = [word for value in values for word in segmenter.cut(fold_key(value)) if len(word) > 1]
    return TextTokens(words, range(len(words)), len(words))


def pinyin_tokens(values: Iterable[str], pinyin: Pinyin) -> TextTokens:
    """Make tokens of the syllables of names, every reading of a unit at its position."""
    tokens: dict[tuple[str, int], None] = {}
    length = 0
    position = 0
    for value in values:
        found = positioned([value])
        readings = pinyin.name_readings([unit for unit, _ in found])
        for index, choices in enumerate(readings):
            here = position + index
            tokens.update(((reading, here), None) for reading in choices)
            if index + 1 < len(readings):
                tokens.update(
                    ((f"{reading} {following}", here), None)
                    for reading in choices
                    for following in readings[index + 1]
                )
        length += len(found)
        position += len(found) + 1
    return TextTokens.of(tokens, length)


def gap_keys(name: Sequence[str]) -> set[str]:
    """Make the keys by which a name is found though one unit is wrong (``?``) or missing."""
    if not SHORTEST_GAPPED <= len(name) <= LONGEST_GAPPED:
        return set()
    keys = set()
    for index in range(len(name)):
        before, after = "".join(name[:index]), "".join(name[index + 1 :])
        keys.add(f"{before}?{after}")
        keys.add(before + after)
    return keys


def number_key(value: float) -> str:
    """Encode a number so that keys sort as the numbers do (IEEE 754 total order, 16 hex digits).

    >>> number_key(-1.5) < number_key(0) < number_key(2) < number_key(1e9)
    True
    """
    if isnan(value):
        raise ValueError("not a number")
    bits = int.from_bytes(pack(">d", value + 0.0), "big")
    flipped = bits ^ (0xFFFF_FFFF_FFFF_FFFF if bits >> 63 else 1 << 63)
    return f"{flipped:016x}"


def identifier_key(spec: FieldSpec, value: str) -> str:
    """Reduce an identifier to what counts: no spaces, dashes or prefix, capitals, no extension."""
    folded = fold_key(value).upper()
    if spec.type is FieldType.PHONE:
        digits = "".join(c for c in folded.split("转")[0].split("EXT")[0] if c.isdigit())
        for prefix in ("0086", "86"):
            if digits.startswith(prefix) and len(digits) - len(prefix) >= 10:  # noqa: PLR2004
                return digits[len(prefix) :]
        return digits
    if spec.type is FieldType.EMAIL:
        return folded
    return "".join(c for c in folded if c.isalnum())


def key_of(spec: FieldSpec, value: Any, tokens: Tokens) -> str:
    """Make the key by which a value of a key field is found."""
    if spec.sensitive:
        return tokens.token(spec.key, Purpose.WHOLE, identifier_key(spec, str(value)))
    if spec.type in {FieldType.NUMBER, FieldType.AMOUNT}:
        return number_key(float(value))
    if spec.type is FieldType.DATE:
        return str(value)
    return fold_key(str(value))


def paths(value: str) -> list[str]:
    """List a path and every path above it, longest last.

    >>> paths("华东/江苏省/苏州市")
    ['华东', '华东/江苏省', '华东/江苏省/苏州市']
    """
    parts = value.split("/")
    return ["/".join(parts[: end + 1]) for end in range(len(parts))]


def name_sort_key(name: str, pinyin: Pinyin) -> str:
    """Make a collation key: by the pinyin of a name, then by its characters."""
    found = [unit for unit, _ in positioned([name])]
    return " ".join(pinyin.main_spelling(found)) + "\t" + "".join(found)


def conceals(spec: FieldSpec, value: Any) -> bool:
    """Whether a value of an open field holds an ID, telephone or card number."""
    if spec.sensitive or spec.key == "record_id" or not isinstance(value, str):
        return False
    return mask_text(value) != value


def secret_field(spec: FieldSpec) -> str:
    """Name of the key field with tokens of such values."""
    return f"{spec.key}#secret"


def secret_key(spec: FieldSpec, value: str, tokens: Tokens) -> str:
    """Make the token by which such a value is found, as a whole only."""
    return tokens.token(spec.key, Purpose.WHOLE, fold_key(value))


def facet_field(spec: FieldSpec) -> str:
    """Name of the key field to count, and to filter by shown values."""
    return f"{spec.key}#facet"


def sort_field(spec: FieldSpec) -> str:
    """Name of the key field to sort by."""
    if spec.key == "record_id":
        return ID
    if spec.type is FieldType.NAME or spec.vocabulary is not None:
        return f"{spec.key}#sort"
    return spec.key
