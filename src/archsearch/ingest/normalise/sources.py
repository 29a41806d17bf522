"""What normalising needs to know of vocabularies and regions."""

from typing import Protocol


class Vocabulary(Protocol):
    """A list of allowed terms with their synonyms."""

    @property
    def open(self) -> bool:
        """Whether other terms are allowed too."""
        ...

    @property
    def terms(self) -> tuple[str, ...]:
        """The allowed terms in order."""
        ...

    def resolve(self, text: str) -> str | None:
        """Find the term that a text stands for."""
        ...

    def nearest(self, text: str) -> str | None:
        """Find the term most like a text."""
        ...


class Region(Protocol):
    """A place of the administrative tree."""

    @property
    def code(self) -> str:
        """The GB/T 2260 code."""
        ...

    @property
    def path(self) -> str:
        """The path from the great region down."""
        ...


class Regions(Protocol):
    """The administrative tree."""

    def by_code(self, code: str, *, year: int | None = None) -> Region | None:
        """Find a region by its code, withdrawn ones included, as the code was used in a year."""
        ...

    def resolve(self, text: str) -> Region | None:
        """Find the region that a text names."""
        ...

    def locate(self, address: str) -> Region | None:
        """Find the deepest region that an address names."""
        ...
