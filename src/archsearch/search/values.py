"""What a value in a query or filter means for its field: vocabulary, region, date, number."""

from typing import Protocol

from archsearch.domain.schema import FieldSpec


class ValueReader(Protocol):
    """Reads values as ingest does, so that both sides speak of the same things."""

    def read(self, spec: FieldSpec, text: str) -> str | float | None:
        """Give the canonical value that a text means in a field, or None when it means none.

        Vocabulary terms come back canonical (VIP → 高价值), regions as a path, dates as ISO 8601
        (partial ones too), numbers and amounts as numbers, identifiers in their stored form; other
        text as it is.
        """
        ...

    def faulty(self, spec: FieldSpec, text: str) -> bool:
        """Whether a text stands for a value of a field and is none, or not surely the one meant.

        Placeholders such as ``不详`` and ``-`` stand for no value.
        """
        ...

    def nearest(self, spec: FieldSpec, text: str) -> str | None:
        """Name the known value that is most like the text, for error messages."""
        ...
