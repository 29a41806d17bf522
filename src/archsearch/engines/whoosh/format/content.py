"""The content of one segment: record ids, versions, and the fields of its documents.

Documents are numbered in order of record id. So the dictionary of ids *is* the document table, ties
break by document number, and the content depends on the documents alone: however they came in or
were merged, the same documents give the same bytes.
"""

import mmap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar, overload

from archsearch.engines.base import ID
from archsearch.engines.whoosh.format.arrays import Ints
from archsearch.engines.whoosh.format.columns import IdField, KeyField
from archsearch.engines.whoosh.format.container import Container, ContainerWriter, Seal
from archsearch.engines.whoosh.format.dictionary import Dictionary
from archsearch.engines.whoosh.format.grams import GramField
from archsearch.engines.whoosh.format.postings import TextField
from archsearch.engines.whoosh.format.stored import StoredField

_Field = TypeVar("_Field")
_Other = TypeVar("_Other")


class _Savable(Protocol):
    def save(self, writer: ContainerWriter, prefix: str) -> None: ...


@dataclass(frozen=True)
class Content:
    """All arrays of a segment; fields that no document uses are absent."""

    ids: Dictionary
    versions: Ints
    texts: Mapping[str, TextField]
    keys: Mapping[str, KeyField]
    grams: Mapping[str, GramField] = field(default_factory=dict)
    stored: Mapping[str, StoredField] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def key_field(self, name: str) -> KeyField | None:
        """Look a key field up; the record id is one."""
        return self._identity if name == ID else self.keys.get(name)

    @cached_property
    def _identity(self) -> KeyField:
        return IdField.identity(self.ids)

    def save(self, file: BinaryIO) -> Seal:
        """Write the segment file."""
        writer = ContainerWriter(file)
        self.ids.save(writer, "ids.")
        writer.add("versions", self.versions)
        about: dict[str, object] = {"documents": len(self)}
        fields: Mapping[str, Mapping[str, _Savable]] = {
            "text": self.texts,
            "key": self.keys,
            "gram": self.grams,
            "stored": self.stored,
        }
        for kind, members in fields.items():
            names = about[f"{kind}s"] = sorted(members)
            for number, name in enumerate(names):
                members[name].save(writer, f"{kind}.{number}.")
        return writer.finish(about)

    @classmethod
    def load(cls, container: Container) -> "Content":
        """Map a segment file."""
        size = container.about["documents"]
        return cls(
            Dictionary.load(container, "ids."),
            container["versions"],
            _Fields(
                container.about["texts"],
                lambda number: TextField.load(container, f"text.{number}."),
            ),
            _Fields(
                container.about["keys"],
                lambda number: KeyField.load(container, f"key.{number}.", size),
            ),
            _Fields(
                container.about["grams"],
                lambda number: GramField.load(container, f"gram.{number}."),
            ),
            _Fields(
                container.about["storeds"],
                lambda number: StoredField.load(container, f"stored.{number}."),
            ),
        )

    @classmethod
    def map(cls, path: Path) -> "Content":
        """Map a segment file that this process has just written."""
        with path.open("rb") as file:
            return cls.load(Container(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)))


class _Fields(Mapping[str, _Field]):
    """The fields of a segment file, each mapped when it is first asked for."""

    def __init__(self, names: Sequence[str], load: Callable[[int], _Field]) -> None:
        self._numbers = {name: number for number, name in enumerate(names)}
        self._load = load
        self._loaded: dict[str, _Field] = {}

    def __getitem__(self, name: str) -> _Field:
        field = self._loaded.get(name)
        if field is None:
            field = self._loaded[name] = self._load(self._numbers[name])
        return field

    # The mixin's own take an exception for every field that is not there.
    def __contains__(self, name: object) -> bool:
        return name in self._numbers

    @overload
    def get(self, name: str, /) -> _Field | None: ...
    @overload
    def get(self, name: str, default: _Field | _Other, /) -> _Field | _Other: ...
    def get(self, name: str, default: object = None, /) -> object:
        return self[name] if name in self._numbers else default

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)
