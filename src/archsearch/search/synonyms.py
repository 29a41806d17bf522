"""Words that mean the same, as the dictionary says."""

from collections.abc import Sequence
from typing import NamedTuple

from archsearch.analysis.folding import fold_key
from archsearch.domain.dictionary import Glossary
from archsearch.search.highlight import Term


class Synonym(NamedTuple):
    """What was said, another word for it, and the schema key that it was looked for in."""

    said: str
    meant: str
    key: str | None = None


class Synonyms:
    """Finds synonyms; none where the channel is switched off."""

    def __init__(self, glossary: Glossary, *, used: bool) -> None:
        self._glossary = glossary
        self._used = used

    def of(self, text: str) -> tuple[str, ...]:
        """List the words that mean the same as a text."""
        known = self._glossary.dictionary.synonyms
        return known.get(fold_key(text), ()) if known and self._used else ()

    def of_terms(self, terms: Sequence[Term]) -> tuple[Synonym, ...]:
        """List those of all terms of a query."""
        return tuple(Synonym(text, meant, key) for text, key in terms for meant in self.of(text))
