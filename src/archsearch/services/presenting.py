"""What people see of a hit: masked, highlighted, with the reasons."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from archsearch.domain.plan import Channel
from archsearch.domain.query import Hit, Reason
from archsearch.domain.record import Record, Values
from archsearch.engines.base import EngineHit
from archsearch.search.corroboration import Corroborator
from archsearch.search.highlight import Highlighter, Term
from archsearch.search.likely import NOBODY, LikelyNames, Likeness
from archsearch.search.number_parts import NumberParts
from archsearch.search.synonyms import Synonym
from archsearch.services.asking import Masker


@dataclass(frozen=True, slots=True)
class Presenter:
    """Makes what a user sees of a hit: masked, highlighted, with the reasons."""

    masker: Masker
    highlighter: Highlighter
    likeness: Likeness
    labels: Mapping[str, str]
    parts: NumberParts

    @property
    def corroborator(self) -> Corroborator:
        """What weighs evidence beside names."""
        return Corroborator(self.likeness.costs, self.labels)

    def name(self, record: Record) -> str:
        """Give a record's name as it may be shown."""
        return str(self.masker.values(record.values).get("name", ""))

    def hit(
        self,
        hit: EngineHit,
        record: Record,
        terms: Sequence[Term],
        likely: LikelyNames = NOBODY,
        synonyms: Sequence[Synonym] = (),
    ) -> Hit:
        """Present one hit; ``terms`` are what the query is expected to match."""
        shown = self.masker.values(record.values)
        alike: tuple[Reason, ...] = ()
        if synonyms and Channel.SYNONYM in hit.channels:
            alike = tuple(self._alike(shown, synonyms))
            terms = [*terms, *((synonym.meant, synonym.key) for synonym in synonyms)]
        # One term that is there as written needs no other reason.
        plain = len(terms) == 1 and Channel.EXACT in hit.channels
        meant = () if plain else likely.meant.get(hit.record_id, ())
        reasons = self.likeness.reasons(shown, meant) if meant else ()
        highlights = self.highlighter.highlight(shown, terms, reasons)
        reasons += alike
        if Channel.SUBSTRING in hit.channels:
            reasons += tuple(self.parts.reasons(record.values, terms))
        channels = (Channel.EXACT,) if plain else _channels(hit, reasons)
        score = likely.score(hit.record_id) if Channel.EXACT not in hit.channels else None
        return Hit(
            hit.record_id,
            round(hit.score if score is None else score, 6),
            tuple(map(str, channels)),
            highlights,
            shown,
            reasons,
        )

    def _alike(self, shown: Values, synonyms: Sequence[Synonym]) -> Iterator[Reason]:
        """Say where a word stands for another that means the same."""
        channel = str(Channel.SYNONYM)
        for said, meant, key in synonyms:
            for name, start, end in self.highlighter.places(shown, (meant, key)):
                yield Reason(channel, said, meant, name, start, end, f"{channel} {said}→{meant}")


def _channels(hit: EngineHit, reasons: Sequence[Reason]) -> tuple[Channel, ...]:
    """Give the channels of the engine and those of names, in order; exactness of all or none."""
    found = {*hit.channels, *(Channel(reason.channel) for reason in reasons)}
    if Channel.EXACT not in hit.channels and len(found) > 1:
        found.discard(Channel.EXACT)
    return tuple(channel for channel in Channel if channel in found)
