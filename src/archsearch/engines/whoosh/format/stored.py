"""Texts that are given back as they are, one for each document.

Arrays (D documents):

===========  ====  ==============================================================
``lengths``  D     length of each document's text, in units of UTF-16
``text``           the texts, one after another
===========  ====  ==============================================================
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from archsearch.engines.whoosh.format.arrays import Docs, Ints, compact, offsets, spread
from archsearch.engines.whoosh.format.container import Container, ContainerWriter


@dataclass(frozen=True)
class StoredField:
    """One field; see the module for the arrays."""

    lengths: Ints
    text: Ints

    @classmethod
    def of(cls, texts: Sequence[str]) -> "StoredField":
        """Make the field of the texts of all documents."""
        joined = "".join(texts)
        units = np.frombuffer(_encoded(joined), "<u2")
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        if units.size > len(joined):
            # Characters beyond the first plane are two units.
            lengths = np.array([len(_encoded(text)) // 2 for text in texts], np.int64)
        return cls(compact(lengths), units)

    @cached_property
    def bounds(self) -> Ints:
        """Where each document's text begins, and where the last ends."""
        return offsets(self.lengths)

    def chosen(self, docs: Docs) -> tuple[Ints, Ints]:
        """Give the lengths and, one after another, the texts of some documents."""
        sizes = self.lengths[docs]
        return sizes, self.text[spread(self.bounds[docs], sizes)]

    def save(self, writer: ContainerWriter, prefix: str) -> None:
        """Write the arrays into a container."""
        writer.add(prefix + "lengths", self.lengths)
        writer.add(prefix + "text", self.text)

    @classmethod
    def load(cls, container: Container, prefix: str) -> "StoredField":
        """Map the arrays of a container."""
        return cls(container[prefix + "lengths"], container[prefix + "text"])


def no_texts(number: int) -> tuple[Ints, Ints]:
    """Give so many empty texts, as :meth:`StoredField.chosen` does."""
    return np.zeros(number, np.uint8), np.empty(0, "<u2")


def cut(chosen: Sequence[tuple[Ints, Ints]]) -> list[str]:
    """Give the texts that were chosen from some fields, one after another."""
    if not chosen:
        return []
    units = np.concatenate([units for _, units in chosen])
    sizes = np.concatenate([sizes for sizes, _ in chosen])
    ends = np.cumsum(sizes, dtype=np.intp).tolist()
    data = units.tobytes()
    if units.size and int(units.max()) >= 0xD800:  # noqa: PLR2004 - where surrogates begin
        return [_decoded(data[2 * begin : 2 * end]) for begin, end in pairwise([0, *ends])]
    joined = _decoded(data)
    return [joined[begin:end] for begin, end in pairwise([0, *ends])]


def _encoded(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _decoded(data: bytes) -> str:
    return data.decode("utf-16-le", "surrogatepass")
