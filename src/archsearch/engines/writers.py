"""What the values of one field become in a document; a writer for each field of the schema."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

from archsearch.analysis.folding import fold
from archsearch.analysis.pinyin import Pinyin
from archsearch.analysis.segmenter import Segmenter
from archsearch.analysis.units import BREAK, Marked, marked
from archsearch.domain.schema import FieldSpec, FieldType, Matching
from archsearch.engines.base import Grams, TextTokens, UnitTokens
from archsearch.engines.fields import (
    conceals,
    facet_field,
    identifier_key,
    key_maker,
    number_field,
    paths,
    secret_field,
    secret_key,
    sort_field,
    unit_tokens,
    word_tokens,
)
from archsearch.engines.names import (
    KINDS,
    NAMES,
    NameForm,
    NameForms,
    distinct,
    field_mark,
    name_sort_key,
)
from archsearch.security.prose import mask_text, without_numbers
from archsearch.security.tokens import SHORTEST_TAILED, Purpose, Tokens

Keys: TypeAlias = dict[str, tuple[str, ...]]

_FOUR_DIGITS: Final = 1 << 14
"""More than there are numbers of four digits."""
NUMBER_PARTS: Final = {Purpose.WHOLE: 0, Purpose.LAST4: -4, Purpose.LAST6: -6}
"""Of numbers in texts, what they are found by, and where that begins."""
TAILED: Final = frozenset({FieldType.ID_NUMBER, FieldType.PHONE})


@dataclass(slots=True)
class Draft:
    """A document in the making."""

    texts: dict[str, TextTokens | UnitTokens]
    keys: Keys
    grams: dict[str, Grams]
    stored: dict[str, str]


Writer: TypeAlias = Callable[[Draft, Sequence[Any]], None]
"""Writes the values of a field, at least one, into a document."""

Rank: TypeAlias = Callable[[str], str]
"""Gives the key by which a value sorts."""


class TextWriter:
    """Writes units and words; of numbers of persons keyed tokens alone."""

    def __init__(self, spec: FieldSpec, segmenter: Segmenter, tokens: Tokens) -> None:
        self._units = spec.key
        self._words = f"{spec.key}#words"
        self._segmenter = segmenter
        self._numbers = [
            (number_field(spec, purpose), start, tokens.stamp(spec.key, purpose))
            for purpose, start in NUMBER_PARTS.items()
        ]

    def write(self, draft: Draft, values: Sequence[Any]) -> None:
        """Write the values."""
        folded = [self.plain(draft, fold(str(value))) for value in values]
        self.write_marked(draft, folded, list(map(marked, folded)))

    def plain(self, draft: Draft, text: str) -> str:
        """Take the numbers out of a text, and write them."""
        plain, numbers = without_numbers(text)
        for field, start, stamp in self._numbers if numbers else ():
            known = draft.keys.get(field, ())
            draft.keys[field] = distinct([*known, *(stamp(number[start:]) for number in numbers)])
        return plain

    def write_marked(self, draft: Draft, folded: Sequence[str], found: Sequence[Marked]) -> None:
        """Write values that are folded already, and their units."""
        draft.texts[self._units] = unit_tokens(found)
        draft.texts[self._words] = word_tokens(folded, self._segmenter)


class NameWriter:
    """Writes units, words, what names are gathered by; with ``sort`` also a name's place in order.

    ``number`` tells the name fields of a schema apart.
    """

    def __init__(
        self, spec: FieldSpec, text: TextWriter, pinyin: Pinyin, forms: NameForms, number: int
    ) -> None:
        self._text = text
        self._pinyin = pinyin
        self._forms = forms
        self._mark = field_mark(number)
        self._whole = f"{spec.key}#whole"
        self._sort = sort_field(spec)

    def write(self, draft: Draft, values: Sequence[Any]) -> None:
        """Write the values."""
        self._write(draft, values)

    def write_sorted(self, draft: Draft, values: Sequence[Any]) -> None:
        """Write the values, and the place of the first in order."""
        units = self._write(draft, values).units()
        draft.keys[self._sort] = (name_sort_key(units, self._pinyin),)

    def _write(self, draft: Draft, values: Sequence[Any]) -> Marked:
        folded = [fold(str(value)) for value in values]
        plain = [self._text.plain(draft, name) for name in folded]
        found = list(map(marked, plain))
        self._text.write_marked(draft, plain, found)
        whole = []
        for name, left, one in zip(folded, plain, found, strict=True):
            if name == left:
                whole.append("".join(one.units()) if one.words else one.text.replace(BREAK, ""))
                self._add(draft, self._forms.of(name))
            else:
                hidden = mask_text(name)
                whole.append("".join(marked(hidden).units()))
                self._add(draft, self._forms.of(hidden))
        draft.keys[self._whole] = distinct(whole)
        return found[0]

    def _add(self, draft: Draft, form: NameForm) -> None:
        """Add a name to those of the other fields."""
        rows, stored, kind, length = form
        stored = self._mark + stored
        known = draft.grams.get(NAMES)
        if known is None:
            draft.keys[KINDS] = (kind,)
        else:
            rows, length = known.rows + rows, min(known.length, length)
            stored = draft.stored[NAMES] + stored
            draft.keys[KINDS] = distinct((*draft.keys[KINDS], kind))
        draft.grams[NAMES] = Grams(rows, length)
        draft.stored[NAMES] = stored


class KeyWriter:
    """Writes keys to match, to count and to sort by."""

    def __init__(self, spec: FieldSpec, tokens: Tokens, rank: Rank | None) -> None:
        self._spec = spec
        self._tokens = tokens
        self._rank = rank
        self._matched = spec.matching is Matching.KEY
        self._walkable = not spec.sensitive and spec.key != "record_id"
        self._facet = facet_field(spec) if spec.facet else None
        self._sort = sort_field(spec)
        tailed = self._matched and spec.type in TAILED
        self._endings = IdentifierWriter(spec, tokens) if tailed else None
        # The identifiers' writer adds the whole of sensitive ones by itself.
        self._key = None if tailed and spec.sensitive else key_maker(spec, tokens)

    def write(self, draft: Draft, values: Sequence[Any]) -> None:
        """Write the values."""
        self.add(draft.keys, values)

    def keys_of(self, values: Sequence[Any]) -> Keys:
        """Give the keys of values by themselves."""
        keys: Keys = {}
        self.add(keys, values)
        return keys

    def add(self, keys: Keys, values: Sequence[Any]) -> None:
        """Add what the values become to the keys of a document."""
        if self._matched:
            self._match(keys, values)
        if self._facet:
            keys[self._facet] = self._shown(values)
        if self._rank:
            keys[self._sort] = (self._rank(str(values[0])),)

    def _match(self, keys: Keys, values: Sequence[Any]) -> None:
        spec = self._spec
        if self._walkable:
            hidden = [value for value in values if conceals(spec, value)]
            if hidden:
                # An ID number that got into an open field must not be walked by patterns.
                secret = [secret_key(spec, value, self._tokens) for value in hidden]
                keys[secret_field(spec)] = tuple(dict.fromkeys(secret))
                values = [value for value in values if value not in hidden]
        if self._endings:
            self._endings.add(keys, values)
        if self._key:
            keys[spec.key] = distinct([self._key(value) for value in values])

    def _shown(self, values: Sequence[Any]) -> tuple[str, ...]:
        shown = [mask_text(str(value)) for value in values]
        if self._spec.hierarchical:
            shown = [path for value in shown for path in paths(value)]
        return distinct(shown)


class IdentifierWriter:
    """Writes the tokens of parts of identifiers, and of sensitive ones as a whole.

    Their whole is what :func:`key_maker` has it, from the identifier that is at hand here.
    """

    def __init__(self, spec: FieldSpec, tokens: Tokens) -> None:
        self._spec = spec
        self._whole = tokens.stamp(spec.key, Purpose.WHOLE) if spec.sensitive else None
        self._last6 = tokens.stamp(spec.key, Purpose.LAST6)
        self._field6 = f"{spec.key}#{Purpose.LAST6}"
        parts = [(Purpose.LAST4, slice(-4, None)), (Purpose.HEAD3, slice(3))]
        if spec.type is FieldType.PHONE:
            parts.append((Purpose.MIDDLE4, slice(3, 7)))
        self._fields = [f"{spec.key}#{purpose}" for purpose, _ in parts]
        self._parts = [
            (part, lru_cache(_FOUR_DIGITS)(tokens.stamp(spec.key, purpose)))
            for purpose, part in parts
        ]

    def write(self, draft: Draft, values: Sequence[Any]) -> None:
        """Write the values."""
        self.add(draft.keys, values)

    def add(self, keys: Keys, values: Sequence[Any]) -> None:
        """Add the tokens to the keys of a document."""
        found = [identifier_key(self._spec, str(value)) for value in values]
        if self._whole:
            keys[self._spec.key] = distinct([self._whole(value) for value in found])
        long = [value for value in found if len(value) >= SHORTEST_TAILED]
        if long:
            keys[self._field6] = distinct([self._last6(value[-6:]) for value in long])
            rows = [[stamp(value[part]) for part, stamp in self._parts] for value in long]
            keys.update(zip(self._fields, map(distinct, zip(*rows, strict=True)), strict=True))
