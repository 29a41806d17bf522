"""The query language as one thing: what turns requests into plans and highlights."""

from dataclasses import dataclass

from archsearch.domain.plan import Channel
from archsearch.domain.query import Expression
from archsearch.domain.schema import Schema
from archsearch.engines.documents import Analysis
from archsearch.search.compiler import Compiler
from archsearch.search.facts import FactReader
from archsearch.search.filters import Filters
from archsearch.search.highlight import Highlighter
from archsearch.search.leaves import Leaves
from archsearch.search.likely import Likeness
from archsearch.search.likeness.lexicon import Lexicon
from archsearch.search.parser import QueryLimits, parse
from archsearch.search.values import ValueReader


@dataclass(frozen=True, slots=True)
class Language:
    """Parser, compiler, filters and highlighter of one schema, wired together."""

    schema: Schema
    limits: QueryLimits
    leaves: Leaves
    compiler: Compiler
    filters: Filters
    highlighter: Highlighter
    likeness: Likeness
    facts: FactReader

    @classmethod
    def of(
        cls,
        schema: Schema,
        analysis: Analysis,
        values: ValueReader,
        limits: QueryLimits,
        lexicon: Lexicon,
        channels: frozenset[Channel] = frozenset(Channel),
    ) -> "Language":
        """Wire the parts together; of the fuzzy channels, those given are used."""
        leaves = Leaves(schema, analysis, values, lexicon, channels)
        return cls(
            schema=schema,
            limits=limits,
            leaves=leaves,
            compiler=Compiler(schema, leaves, analysis.segmenter, lexicon),
            filters=Filters(schema, leaves),
            highlighter=Highlighter(schema),
            likeness=Likeness(schema, lexicon, channels),
            facts=FactReader(schema, analysis.tokens, values),
        )

    def parse(self, text: str) -> Expression:
        """Parse a query; see :func:`archsearch.search.parser.parse`."""
        return parse(text, self._field_key, self.limits, self.schema.names())

    def _field_key(self, name: str) -> str | None:
        spec = self.schema.find(name)
        return None if spec is None else spec.key
