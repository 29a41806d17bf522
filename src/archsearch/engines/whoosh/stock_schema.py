"""How our fields are called and described to Whoosh.

A text field is a TEXT field under its own name, with positions; a key field an ID field, sortable
by its lowest key. Tokens and keys are final, so the analyzers only split what is written with
spaces between tokens, or take a key as it is. Whoosh knows one field by a name: where a text field
and a key field share one, the key field is called ``name#key``. Names that Whoosh does not take (a
leading underscore, a space) stay unknown to it. Only Whoosh's own classes go into the pickle.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from archsearch.engines.base import ID
from archsearch.engines.whoosh.stock import (
    IdField,
    Schema,
    SpaceSeparatedTokenizer,
    StoredField,
    TextField,
)

VERSION: Final = "@version"
"""Stored field with the version of the record."""
_KEY_SUFFIX: Final = "#key"

_Text = TypeVar("_Text")
_Key = TypeVar("_Key")


def named(
    texts: Mapping[str, _Text], keys: Mapping[str, _Key], text_names: Iterable[str]
) -> dict[str, _Text | _Key]:
    """Give the fields by the names that Whoosh knows them by, in order of name.

    Args:
        texts: Text fields, by their own names.
        keys: Key fields, by their own names, but for the record id.
        text_names: The names of all text fields of the index.
    """
    taken = frozenset(text_names)
    fields: dict[str, _Text | _Key] = {
        name + _KEY_SUFFIX if name in taken else name: field for name, field in keys.items()
    }
    fields.update(texts)
    return {name: fields[name] for name in sorted(fields) if _is_nameable(name)}


def schema_of(texts: Iterable[str], keys: Iterable[str]) -> Any:
    """Make the schema of an index with these fields."""
    text_names = frozenset(texts)
    text = TextField(analyzer=SpaceSeparatedTokenizer(), phrase=True)
    key = IdField(sortable=True)
    fields = named(dict.fromkeys(text_names, text), dict.fromkeys(keys, key), text_names)
    schema = Schema()
    schema.add(ID, IdField(stored=True, unique=True, sortable=True))
    schema.add(VERSION, StoredField())
    for name, field in fields.items():
        schema.add(name, field)
    return schema


def _is_nameable(name: str) -> bool:
    return bool(name) and not name.startswith("_") and " " not in name
