"""The content of one segment: record ids, versions, text fields and key fields of its documents.

Documents are numbered in order of record id. So the dictionary of ids *is* the document table, ties
break by document number, and the content depends on the documents alone: however they came in or
were merged, the same documents give the same bytes.
"""

import mmap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, TypeVar

from archsearch.engines.base import ID
from archsearch.engines.whoosh.arrays import Ints
from archsearch.engines.whoosh.columns import IdField, KeyField
from archsearch.engines.whoosh.container import Container, ContainerWriter, Seal
from archsearch.engines.whoosh.dictionary import Dictionary
from archsearch.engines.whoosh.postings import TextField

_Field = TypeVar("_Field")


@dataclass(frozen=True)
class Content:
    """All arrays of a segment; fields that no document uses are absent."""

    ids: Dictionary
    versions: Ints
    texts: Mapping[str, TextField]
    keys: Mapping[str, KeyField]

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
        texts, keys = sorted(self.texts), sorted(self.keys)
        for number, name in enumerate(texts):
            self.texts[name].save(writer, f"text.{number}.")
        for number, name in enumerate(keys):
            self.keys[name].save(writer, f"key.{number}.")
        return writer.finish({"documents": len(self), "keys": keys, "texts": texts})

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

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)
