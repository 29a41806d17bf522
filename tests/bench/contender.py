"""What the engines that are compared have in common."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from archsearch.domain.access import ScopedQuery
from archsearch.engines.base import Document


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer in a form that can be compared; ties differ, so ids may."""

    total: int
    ids: tuple[str, ...]
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in an engine's own terms.

    ``run`` is what is timed: it ends with the record ids, the total and the counts of facets in
    whatever form the engine gives them; ``read`` puts them into ours, outside of the timing.
    """

    run: Callable[[], Any]
    read: Callable[[Any], Outcome]


class Inexpressible(Exception):  # noqa: N818 - a fact about an engine, not a mistake
    """The engine has no way of asking this."""


class Contender(Protocol):
    """One engine with its index of the corpus."""

    name: str

    def build(self, documents: Iterable[Document]) -> None:
        """Index all documents, durably and ready to be searched."""
        ...

    def prepare(self, query: ScopedQuery) -> Asked:
        """Put a question into the engine's terms.

        Raises:
            Inexpressible: There are none for it.
        """
        ...

    def forget(self) -> None:
        """Empty the caches that the engine keeps between queries, as far as it has any."""
        ...

    def change(self, document: Document) -> None:
        """Replace one document, durably and visibly."""
        ...

    def bytes(self) -> int:
        """Size of the index on disk."""
        ...

    def close(self) -> None:
        """Let go of files."""
        ...


def field_names(documents: Iterable[Document]) -> tuple[list[str], list[str]]:
    """List the text and key fields that documents have."""
    texts: dict[str, None] = {}
    keys: dict[str, None] = {}
    for document in documents:
        texts.update(dict.fromkeys(document.texts))
        keys.update(dict.fromkeys(document.keys))
    return sorted(texts), sorted(keys)
