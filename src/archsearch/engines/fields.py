"""Index fields: which fields of an index a schema field becomes, and how its values are analysed.

Defined once here, so that documents and queries cannot disagree. Names of index fields:

- ``name``: text, the folded units and bigrams of a field, with positions
- ``name#words``: text, the words of a field by segmentation; only ranks
- ``name#whole``, ``@names``, ``@kind``: of names, see :mod:`archsearch.engines.names`
- ``status``: key, the folded value of a key field; tokens for sensitive ones
- ``id_number#last4``, ``#last6``, ``#head3``, ``phones#middle4``: keys, tokens of parts
- ``source_id#secret``: key, tokens of values that hold an ID, telephone or card number
- ``status#facet``: key, the value as it is shown; for paths also every path above
- ``name#sort``: key, in collation order
"""

from array import array
from collections.abc import Callable, Sequence
from math import isnan
from struct import pack
from typing import Any

from archsearch.analysis.folding import fold_key
from archsearch.analysis.segmenter import Segmenter
from archsearch.analysis.units import BREAK, MAX_POSITION, WORD, Marked, bigram
from archsearch.domain.schema import FieldSpec, FieldType
from archsearch.engines.base import ID, TextTokens, UnitTokens
from archsearch.security.prose import mask_text
from archsearch.security.tokens import Purpose, Tokens

_ORDINALS = array("I", range(1024))


def unit_tokens(found: Sequence[Marked]) -> UnitTokens:
    """Make tokens of texts, one after another with a gap."""
    text, words = found[0]
    if len(found) > 1:
        text = BREAK.join([text for text, _ in found])
        words = [word for _, words in found for word in words]
    if len(text) > MAX_POSITION:
        text = text[: MAX_POSITION + 1]
        words = words[: text.count(WORD)]
    return UnitTokens(text, words)


def ordinals(start: int, end: int) -> "array[int]":
    """Give consecutive positions; copied from those at hand, as most texts are short."""
    return _ORDINALS[start:end] if end <= len(_ORDINALS) else array("I", range(start, end))


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


def word_tokens(folded: Sequence[str], segmenter: Segmenter) -> TextTokens:
    """Make tokens of the words of two or more characters of folded texts, in order."""
    cut = segmenter.cut
    words: list[str] = []
    for text in folded:
        # No word goes over the end of a line, as no phrase does.
        for line in text.split("\n"):
            words += [word for word in cut("".join(line.split())) if len(word) > 1]
    return TextTokens(words, ordinals(0, len(words)), len(words))


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
    if spec.type is FieldType.PHONE:
        return _digits_called(value)
    if value.isascii() and value.isalnum():
        return value.upper()
    folded = fold_key(value).upper()
    return folded if spec.type is FieldType.EMAIL else "".join(filter(str.isalnum, folded))


def _digits_called(value: str) -> str:
    digits = value
    if not (value.isascii() and value.isdigit()):
        folded = fold_key(value).upper()
        digits = "".join(filter(str.isdigit, folded.split("转")[0].split("EXT")[0]))
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and len(digits) - len(prefix) >= 10:  # noqa: PLR2004
            return digits[len(prefix) :]
    return digits


def key_of(spec: FieldSpec, value: Any, tokens: Tokens) -> str:
    """Make the key by which a value of a key field is found."""
    return key_maker(spec, tokens)(value)


def key_maker(spec: FieldSpec, tokens: Tokens) -> Callable[[Any], str]:
    """Give what makes the keys of a field; for many of them."""
    if spec.sensitive:
        stamp = tokens.stamp(spec.key, Purpose.WHOLE)
        return lambda value: stamp(identifier_key(spec, str(value)))
    if spec.type in {FieldType.NUMBER, FieldType.AMOUNT}:
        return lambda value: number_key(float(value))
    return str if spec.type is FieldType.DATE else lambda value: fold_key(str(value))


def paths(value: str) -> list[str]:
    """List a path and every path above it, longest last.

    >>> paths("华东/江苏省/苏州市")
    ['华东', '华东/江苏省', '华东/江苏省/苏州市']
    """
    parts = value.split("/")
    return ["/".join(parts[: end + 1]) for end in range(len(parts))]


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


def number_field(spec: FieldSpec, purpose: Purpose) -> str:
    """Name of the key field with tokens of the numbers that stand in a text."""
    return f"{spec.key}#number_{purpose}"


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
