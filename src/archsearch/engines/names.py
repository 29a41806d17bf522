"""What the names of a record become in an index.

All name fields of a record together become one field of grams, ``NAMES``: units, sounds, exact
syllables and initials of their neighbours, by which names like a query are gathered (see
``docs/likeness.md``); one stored text of the same name, which these are compared by; and the key
field ``KINDS``. By themselves each becomes, beside its text,

- ``name#whole``: key, the folded value as one

The stored text is that of the names one after another: a character for the field, then the units,
with another wherever their part changes (:func:`stored_values` reads it).
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from archsearch.analysis.marks import Sounds, begun, wholly
from archsearch.analysis.parts import Part, Parts
from archsearch.analysis.pinyin import Pinyin
from archsearch.analysis.writing import Written
from archsearch.engines.base import PAIRS, SINGLES, SPLITS

NAMES: Final = "@names"
KINDS: Final = "@kind"
PERSON: Final = "person"
ORGANISATION: Final = "organisation"

_EVERY: Final = chr(SINGLES | PAIRS | SPLITS)
_TOGETHER: Final = chr(PAIRS | SPLITS)
_PAIRS: Final = chr(PAIRS)
_SINGLES: Final = chr(SINGLES)
FIRST_FIELD: Final = 0x10
"""Code point that begins a name of the first field; those of parts are below, of units above."""
_MOST_FIELDS: Final = 16
_PART_MARKS: Final = tuple(chr(part + 1) for part in range(len(Part)))
_LONGEST: Final = 200
"""Units of a name that it is found by."""


class NameForm(NamedTuple):
    """One name: its rows of marks, its stored text, whose it is, how long it is."""

    rows: str
    stored: str
    kind: str
    length: int


class NameForms:
    """Makes the forms of names; one for all records."""

    def __init__(self, pinyin: Pinyin, parts: Parts) -> None:
        self._pinyin = pinyin
        self._parts = parts
        self._writing = parts.writing

    @cached_property
    def _sounds(self) -> Sounds:
        return Sounds(self._pinyin)

    def of(self, folded: str) -> NameForm:
        """Make the forms of a name that is folded already."""
        units = self._writing.plainly(folded)
        if units is not None and len(units) <= self._parts.longest_person:
            return NameForm(self._rows(units, person=True), units, PERSON, len(units))
        parted = self._parts.of(
            self._writing.written(folded) if units is None else Written(units, ())
        )
        units, parts = parted.units, parted.parts
        person = not parts or parts[0] in _PERSONS
        # Organisation forms, which end many names, are not what one is found by.
        core = units if person else units[: len(parts.rstrip(_FORM))]
        if len(core) > _LONGEST:
            core = core[:_LONGEST]
        kind = PERSON if person else ORGANISATION
        return NameForm(self._rows(core, person=person), _stored(units, parts), kind, len(units))

    def _rows(self, core: str, *, person: bool) -> str:
        if not core:
            return ""
        sounds = self._sounds
        heard, said, letters = sounds.marks(core)
        pairs = "".join(map(begun, letters, letters[1:]))
        rows = (
            f"{_EVERY}{core}{_EVERY}{heard}{_PAIRS}{said}{_EVERY if person else _TOGETHER}{pairs}"
        )
        if person and 1 < len(core) <= self._parts.longest_person:
            whole = wholly(letters)
            rows = f"{rows}{_SINGLES if len(whole) == 1 else _PAIRS}{whole}"
        if not sounds.several.isdisjoint(core):
            rows += "".join(self._otherwise(core, heard, said))
        return rows

    def _otherwise(self, core: str, heard: str, said: str) -> Iterator[str]:
        """Give the further readings of units, each among the main readings of its neighbours."""
        sounds = self._sounds
        for place, unit in enumerate(core):
            if unit in sounds.several:
                before, after = max(0, place - 2), place + 1
                for mark in (sounds.heard if place else sounds.first_heard).others.get(unit, ()):
                    yield f"{_EVERY}{heard[before:place]}{mark}{heard[after : after + 2]}"
                for mark in (sounds.said if place else sounds.first_said).others.get(unit, ()):
                    yield f"{_PAIRS}{said[before:place]}{mark}{said[after : after + 2]}"


_PERSONS: Final = (Part.PERSON, Part.LINKED)
_FORM: Final = bytes([Part.FORM])
_ALONE: Final = tuple(bytes([part]) for part in Part)


def _stored(units: str, parts: bytes) -> str:
    """Write the units of a name with a mark wherever their part changes."""
    if not any(parts):
        return units
    pieces: list[str] = []
    start, size = 0, len(parts)
    while start < size:
        part = parts[start]
        end = size - len(parts[start:].lstrip(_ALONE[part]))
        pieces += (_PART_MARKS[part], units[start:end])
        start = end
    return "".join(pieces)


def field_mark(field: int) -> str:
    """Begin a name in the stored text; fields are numbered as they are in the schema."""
    return chr(FIRST_FIELD + min(field, _MOST_FIELDS - 1))


class StoredName(NamedTuple):
    """A name as it is stored: the number of its field, its units and their parts."""

    field: int
    units: str
    parts: bytes


def stored_values(text: str) -> Iterator[StoredName]:
    """Read a stored text."""
    for value in _VALUE.findall(text):
        units: list[str] = []
        parts = bytearray()
        part = 0
        for character in value[1:]:
            if character < _CONTROLS_END:
                part = ord(character) - 1
            else:
                units.append(character)
                parts.append(part)
        yield StoredName(ord(value[0]) - FIRST_FIELD, "".join(units), bytes(parts))


_CONTROLS_END: Final = " "
_VALUE: Final = re.compile("[\x10-\x1f][^\x10-\x1f]*")


def distinct(keys: Sequence[str]) -> tuple[str, ...]:
    """Drop repeats."""
    return tuple(keys) if len(keys) == 1 else tuple(dict.fromkeys(keys))


def name_sort_key(units: Sequence[str], pinyin: Pinyin) -> str:
    """Make a collation key: by the pinyin of a name, then by its characters."""
    return " ".join(pinyin.main_spelling(units)) + "\t" + "".join(units)
