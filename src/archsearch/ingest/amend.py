"""A known record delivered again: what the row says replaces, what it does not mention stays.

Exports often hold a few columns only; a list of new addresses must not empty the telephones. So an
empty cell changes nothing either.
"""

from collections.abc import Mapping
from typing import Final, TypeVar

from archsearch.domain.record import WORKED_OUT, JsonValue, Origin, Record, Values, changed_keys
from archsearch.ingest.copied import is_copied
from archsearch.ingest.rows import Draft

_SOURCE: Final = frozenset({"source", "source_id"})
"""Given together, or not at all: half of a record's name in its source may be another's."""

_T = TypeVar("_T")


def amend(draft: Draft, before: Record, shown: Values) -> Draft:
    """Lay a draft over the record it is about; problems are to be looked for again.

    ``shown`` is how the record's values look masked: who feeds back what they were shown says
    nothing by it.
    """
    said = {
        key
        for key, value in draft.values.items()
        if _says(draft, before, key) and (value != shown.get(key) or value == before.values[key])
    }
    dropped = WORKED_OUT | (_SOURCE if said & _SOURCE else frozenset())
    kept = before.values.keys() - said - dropped
    values = _laid(before.values, kept, draft.values, said)
    for key in said:
        values[key] = _joined(before.values.get(key), values[key], shown.get(key))
    return draft._replace(
        values=values,
        original=_laid(before.original, kept, draft.original, said),
        origins=_laid(before.origins, kept, draft.origins, said),
        problems=(),
    )


def copied_key(draft: Draft, before: Record, shown: Values) -> str | None:
    """Name a field of which a draft gives back some of the masks, beside something new."""
    for key, value in draft.values.items():
        held, seen = before.values.get(key), shown.get(key)
        if value != seen and is_copied(_new(value, seen), held, seen):
            return key
    return None


def _new(value: JsonValue, shown: JsonValue) -> JsonValue:
    """Give what is said of a field, of a group the members that are not as they are shown."""
    if not (isinstance(value, dict) and isinstance(shown, dict)):
        return value
    return {name: member for name, member in value.items() if member != shown.get(name)}


def same_content(left: Values, right: Values) -> bool:
    """Whether two versions of a record differ in nothing that somebody could have said."""
    return not changed_keys(left, right)


def _joined(before: JsonValue, said: JsonValue, shown: JsonValue) -> JsonValue:
    """Lay the members of a group that is there once over what they were."""
    if not (isinstance(before, dict) and isinstance(said, dict)):
        return said
    masked = shown if isinstance(shown, dict) else {}
    fresh = {k: v for k, v in said.items() if k not in masked or v != masked[k] or v == before[k]}
    return {**before, **fresh}


def _says(draft: Draft, before: Record, key: str) -> bool:
    """Whether a row says something about a field, rather than archsearch filling it in."""
    match draft.origins.get(key, Origin.GIVEN):
        case Origin.DEFAULT:
            return key not in before.values
        case Origin.DERIVED | Origin.FILE_NAME | Origin.FOLDER:
            # What somebody gave outweighs what follows from something else.
            given = before.origins.get(key, Origin.GIVEN) is Origin.GIVEN
            return key not in before.values or not given
        case _:
            return True


def _laid(
    before: Mapping[str, _T], kept: set[str], after: Mapping[str, _T], said: set[str]
) -> dict[str, _T]:
    return {
        **{key: value for key, value in before.items() if key in kept},
        **{key: value for key, value in after.items() if key in said},
    }
