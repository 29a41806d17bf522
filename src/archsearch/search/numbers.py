"""Numbers that people half remember: a part of one, one that is masked, one with a slip in it.

Identifiers are found by keyed tokens of their wholes and of few parts. So nothing is compared with
what is stored: a slip is mended in every way there is, and each result is looked up as a whole.
What cannot be, by its check character or its form, is not looked up.

Parts are those that masks leave to be seen, and few more: with a token for each digit a number that
is masked could be guessed one digit after the other.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from archsearch.analysis.folding import fold_key
from archsearch.domain.identifiers import (
    USCC_ALPHABET,
    Identification,
    IdentifierKind,
    classify,
    lengthen,
    read_person,
)
from archsearch.domain.plan import AllOf, AnyOf, Channel, KeyNode, Labelled
from archsearch.domain.schema import FieldSpec, FieldType, Matching
from archsearch.engines.fields import identifier_key, number_field
from archsearch.engines.writers import TAILED
from archsearch.search.likeness.lexicon import Lexicon
from archsearch.security.tokens import Purpose, Tokens

Allows: TypeAlias = Callable[[Channel], bool]
"""Whether a channel is switched on."""

_PARTS: Final = {4: Purpose.LAST4, 6: Purpose.LAST6}
_DIGITS: Final = "0123456789"
_LENGTH, _OLD_LENGTH = 18, 15
_MASKED: Final = re.compile(
    r"([0-9][0-9a-z]{2,16})(?:\*{2,}|x{2,}|#{2,}|×{2,}|·{2,})([0-9a-z]{4,})"
)
_ENDING: Final = re.compile(r"(?=.*[0-9])[0-9a-z]{4}(?:[0-9a-z]{2})?")
_PHONE: Final = re.compile(r"1[3-9][0-9]{9}|0[0-9]{9,11}|[48]00[0-9]{7}")
_SEPARATOR: Final = re.compile(r"[^0-9A-Z]")


Meant: TypeAlias = Iterator[tuple[Channel, set[str]]]
"""By channel, what a number may have been meant to be."""


class Numbers:
    """Finds identifiers in the fields that a query without a field looks into."""

    def __init__(self, fields: tuple[FieldSpec, ...], tokens: Tokens, lexicon: Lexicon) -> None:
        self._weights = lexicon.weights
        self._misread = lexicon.misread
        self._fields = tuple(spec for spec in fields if spec.type in TAILED and spec.sensitive)
        self._texts = tuple(s for s in fields if s.matching in {Matching.TEXT, Matching.NAME})
        self._tokens = tokens

    def masked(self, text: str) -> Labelled | None:
        """Match numbers that a masked one stands for, by what is left at both ends.

        Digits beyond the first three are not compared: each would be one that can be guessed by
        itself.
        """
        found = _MASKED.fullmatch(fold_key(text))
        if not found:
            return None
        head, ending = found[1].upper(), found[2].upper()
        nodes = [
            AllOf(
                (
                    self._part(spec, Purpose.HEAD3, head[:3], self._weights.ending),
                    self._part(spec, Purpose.LAST4, ending[-4:], 0.0),
                )
            )
            for spec in self._fields
        ]
        return Labelled(Channel.MASKED, AnyOf(tuple(nodes))) if nodes else None

    def parts(self, text: str) -> Iterator[Labelled]:
        """Match numbers that end like a text, or have it in the middle."""
        key = fold_key(text)
        for spec in self._fields:
            ending = self.ending(spec, key)
            if ending is None:
                return
            yield Labelled(Channel.SUBSTRING, ending)
            if spec.type is FieldType.PHONE and len(key) == 4 and key.isdigit():  # noqa: PLR2004
                middle = self._part(spec, Purpose.MIDDLE4, key, self._weights.middle)
                yield Labelled(Channel.SUBSTRING, middle)
        if self._texts and _ENDING.fullmatch(key):
            purpose, weight = _PARTS[len(key)], self._weights.ending
            written = (self._written(spec, purpose, key.upper(), weight) for spec in self._texts)
            yield Labelled(Channel.SUBSTRING, AnyOf(tuple(written)))

    def written(self, spec: FieldSpec, number: str) -> KeyNode:
        """Match texts that a number stands in."""
        return self._written(spec, Purpose.WHOLE, number, self._weights.value)

    def _written(self, spec: FieldSpec, purpose: Purpose, value: str, weight: float) -> KeyNode:
        token = self._tokens.token(spec.key, purpose, value)
        return KeyNode(number_field(spec, purpose), frozenset({token}), weight)

    def ending(self, spec: FieldSpec, text: str) -> KeyNode | None:
        """Match the numbers of one field that end like a text, if it is as long as an ending."""
        key = fold_key(text)
        if spec.type not in TAILED or not _ENDING.fullmatch(key):
            return None
        return self._part(spec, _PARTS[len(key)], key.upper(), self._weights.ending)

    def slips(self, text: str, allows: Allows) -> Iterator[Labelled]:
        """Match numbers that a text was meant to be, but for one slip."""
        weight = self._weights.slip
        for kind, meant_by in (
            (FieldType.PHONE, self._phones),
            (FieldType.ID_NUMBER, self._identifiers),
        ):
            fields = [spec for spec in self._fields if spec.type is kind]
            if not fields:
                continue
            for channel, meant in meant_by(identifier_key(fields[0], text), _bare(text)):
                for spec in fields if meant and allows(channel) else ():
                    stamp = self._tokens.stamp(spec.key, Purpose.WHOLE)
                    yield Labelled(channel, KeyNode(spec.key, frozenset(map(stamp, meant)), weight))

    def _phones(self, called: str, written: str) -> Meant:
        if written.isdigit():
            yield from _mended(called, _DIGITS, lambda one: _PHONE.fullmatch(one) is not None)
        elif self._enough(written):
            read = self._misread.as_digits(written)
            yield Channel.LOOKALIKE, {read} if _PHONE.fullmatch(read) else set()

    def _identifiers(self, _: str, written: str) -> Meant:
        if not self._enough(written):
            return
        if abs(len(written) - _LENGTH) <= 1:
            alphabet = _DIGITS + "X" if written.rstrip("X").isdigit() else USCC_ALPHABET
            yield from _mended(written, alphabet, _is_right)
        if len(written) == _LENGTH:
            meant = set(filter(_is_right, self._misread.readings(written)))
            yield Channel.LOOKALIKE, meant - {written}

    def _enough(self, written: str) -> bool:
        return sum(map(str.isdigit, written)) >= self._weights.fewest_digits

    def _part(self, spec: FieldSpec, purpose: Purpose, value: str, weight: float) -> KeyNode:
        token = self._tokens.token(spec.key, purpose, value)
        return KeyNode(f"{spec.key}#{purpose}", frozenset({token}), weight)


def other_forms(spec: FieldSpec, identifier: str) -> Iterator[str]:
    """Give the same number of the other generation: ID numbers once had 15 digits.

    >>> from archsearch.domain.schema import FieldSpec
    >>> spec = FieldSpec("id", "证件", FieldType.ID_NUMBER)
    >>> list(other_forms(spec, "110105491231002"))
    ['11010519491231002X']
    """
    if spec.type is not FieldType.ID_NUMBER:
        return
    if len(identifier) == _OLD_LENGTH and identifier.isdigit():
        yield lengthen(identifier)
    elif len(identifier) == _LENGTH and identifier[6:8] == "19" and read_person(identifier):
        yield identifier[:6] + identifier[8:17]


def is_uscc(text: str) -> bool:
    """Whether a text of capitals and digits is a USCC with the right check character."""
    return len(text) == _LENGTH and classify(text) == Identification(IdentifierKind.USCC)


def _bare(text: str) -> str:
    return _SEPARATOR.sub("", fold_key(text).upper())


def _is_right(number: str) -> bool:
    return len(number) == _LENGTH and classify(number).fault is None


def _mended(number: str, alphabet: str, right: Callable[[str], bool]) -> Meant:
    """Undo each slip that may have been made."""
    places = range(len(number))
    slips = {
        Channel.WRONG: (
            number[:at] + other + number[at + 1 :] for at in places for other in alphabet
        ),
        Channel.SWAPPED: (
            number[:at] + number[at + 1] + number[at] + number[at + 2 :] for at in places[:-1]
        ),
        Channel.MISSING: (
            number[:at] + other + number[at:] for at in range(len(number) + 1) for other in alphabet
        ),
        Channel.EXTRA: (number[:at] + number[at + 1 :] for at in places),
    }
    for channel, meant in slips.items():
        yield channel, set(filter(right, meant)) - {number}
