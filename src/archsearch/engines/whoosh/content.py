"""The content of one segment: record ids, versions, text fields and key fields of its documents.

Documents are numbered in order of record id. So the dictionary of ids *is* the document table, ties
break by document number, and the content depends on the documents alone: however they came in or
were merged, the same documents give the same bytes.
"""

import mmap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from archsearch.engines.base import ID
from archsearch.engines.whoosh.arrays import Ints
from archsearch.engines.whoosh.columns import KeyField
from archsearch.engines.whoosh.container import Container, ContainerWriter, Seal
from archsearch.engines.whoosh.dictionary import Dictionary
from archsearch.engines.whoosh.postings import TextField


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
        return KeyField.identity(self.ids)

    def save(self, file: BinaryIO) -> Seal:
        """Write the segment file."""
        writer = ContainerWriter(file)
        writer.add("ids.blob", self.ids.blob)
        writer.add("ids.bounds", self.ids.bounds)
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
        texts, keys = container.about["texts"], container.about["keys"]
        return cls(
            Dictionary(container["ids.blob"], container["ids.bounds"]),
            container["versions"],
            {name: TextField.load(container, f"text.{i}.") for i, name in enumerate(texts)},
            {name: KeyField.load(container, f"key.{i}.") for i, name in enumerate(keys)},
        )

    @classmethod
    def map(cls, path: Path) -> "Content":
        """Map a segment file that this process has just written."""
        with path.open("rb") as file:
            return cls.load(Container(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)))
