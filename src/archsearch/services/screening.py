"""Screening a list: for each line the records that it may mean, by name and by what else it says.

A list is worked through in chunks: rights, numbers and records are asked for once for all lines of
a chunk. The answer to a line is that of the line alone, whatever stands around it.
"""

from collections.abc import Sequence
from dataclasses import astuple, replace
from typing import Final

from archsearch.analysis.units import positioned
from archsearch.domain.audit import Action
from archsearch.domain.plan import Channel
from archsearch.domain.policy import Right
from archsearch.domain.query import Hit, Verdict
from archsearch.domain.record import JsonValue, Record, RecordId
from archsearch.domain.screening import Entry
from archsearch.engines.base import EngineHit
from archsearch.errors import InvalidRequestError
from archsearch.search.corroboration import Corroboration, Corroborator
from archsearch.search.facts import NOTHING, Facts
from archsearch.search.language import Language
from archsearch.search.likely import MOST, NOBODY
from archsearch.search.likeness.finder import Match
from archsearch.services.asking import Asker, Asking, SearchRules, bounded
from archsearch.services.candidates import CERTAIN, Candidates, Line, Weighed
from archsearch.services.presenting import Presenter
from archsearch.services.trail import Trail

_LONGEST_LIST: Final = 400_000
_LONGEST_FACT: Final = 200
"""Characters; more is no evidence but a way of trying numbers out."""
_AT_LEAST: Final = 8
"""Candidates of a line that are looked at together."""
CHUNK: Final = 200
"""Lines that are answered at once; more are not faster, and take more memory."""


class ScreeningService:
    """Answers lists of names, and of what else is known of whom they mean."""

    def __init__(
        self,
        asking: Asking,
        language: Language,
        trail: Trail,
        rules: SearchRules,
        presenter: Presenter,
    ) -> None:
        self._asking = asking
        self._language = language
        self._likeness = language.likeness
        self._candidates = Candidates(asking, language.likeness, language.facts)
        self._facts = language.facts
        self._trail = trail
        self._presenter = presenter
        self._rules = rules

    def match(self, entries: Sequence[Entry], user: str, limit: int) -> tuple[tuple[Hit, ...], ...]:
        """Screen a list: the best hits of each line, rights being asked for anew each chunk."""
        limit = bounded(limit, self._rules.most_suggestions, "limit")
        self._check(entries)
        found: list[tuple[Hit, ...]] = []
        for begin in range(0, max(len(entries), 1), CHUNK):
            some = entries[begin : begin + CHUNK]
            with self._trail.failures(user, Action.MATCH):
                asker = self._asking.asker(user, Right.SCREEN)
                answers = self._answers(some, asker, limit)
            self._trail.note(user, Action.MATCH, detail=self._detail(some, answers))
            found += answers
        return tuple(found)

    def note(self, user: str) -> str:
        """Say that a user may see no record, if that is so."""
        return self._asking.asker(user).note

    def doubts(self, entry: Entry) -> dict[str, str]:
        """Say by field what of a line is no evidence, as it cannot be read."""
        return self._facts.doubts(entry)

    def sealed(self, text: str) -> str:
        """Give a digest of a text that only this archive can make."""
        return self._facts.digest(text)

    def _check(self, entries: Sequence[Entry]) -> None:
        if len(entries) > self._rules.most_lines:
            raise InvalidRequestError(f"一次最多比对 {self._rules.most_lines} 行；请分批提交。")
        longest = self._language.limits.length
        if any(len(entry.name) > longest for entry in entries):
            raise InvalidRequestError(f"名单中有超过 {longest} 字的行。")
        if any(max(map(len, astuple(entry)[1:])) > _LONGEST_FACT for entry in entries):
            raise InvalidRequestError(f"名单中有佐证超过 {_LONGEST_FACT} 字的行。")
        if sum(len(entry.name) for entry in entries) > _LONGEST_LIST:
            raise InvalidRequestError(f"一次最多比对 {_LONGEST_LIST} 个字；请分批提交。")

    def _detail(
        self, entries: Sequence[Entry], answers: Sequence[Sequence[Hit]]
    ) -> dict[str, JsonValue]:
        ids = ("\t".join(hit.record_id for hit in hits) for hits in answers)
        return {
            "lines": len(entries),
            "hits": sum(map(len, answers)),
            "digest": self._facts.digest("\n".join(map(repr, entries))),
            "found": self._facts.digest("\n".join(ids)),
        }

    def _answers(self, entries: Sequence[Entry], asker: Asker, limit: int) -> list[tuple[Hit, ...]]:
        lines = [Line(entry, self._facts.of(entry)) for entry in entries]
        self._candidates.find(lines, asker)
        weigher = self._presenter.corroborator
        for line in lines:
            line.waiting = self._waiting(line, weigher)
        self._weigh_all(lines, asker, limit, weigher)
        return [
            tuple(self._hit(line, one, weigher) for one in line.weighed[:limit]) for line in lines
        ]

    # Weighing ------------------------------------------------------------------------------------

    def _waiting(self, line: Line, weigher: Corroborator) -> list[tuple[float, RecordId]]:
        bounds = [weigher.most(line.facts, called=called) for called in (False, True)]
        waiting: list[tuple[float, RecordId]] = []
        for record_id, match in line.matches.items():
            if record_id not in line.bearers:
                shared, best = self._shared(line, match), bounds[record_id in line.called]
                waiting.append((-weigher.score(match.score, best, shared=shared), record_id))
        alone = weigher.nameless(bounds[True])
        waiting += [(-alone, record_id) for record_id in line.unmatched]
        waiting += [(-CERTAIN, record_id) for record_id in line.bearers]
        return sorted(waiting)

    def _shared(self, line: Line, match: Match | None) -> bool:
        return line.namesakes > 1 and match is not None and self._candidates.bears(match)

    def _weigh_all(
        self, lines: Sequence[Line], asker: Asker, limit: int, weigher: Corroborator
    ) -> None:
        """Weigh the candidates of all lines, the most promising first, until the best are known."""
        open_lines = [line for line in lines if limit and not line.settled(limit)]
        while open_lines:
            wanted = [(line, line.next(max(limit, _AT_LEAST))) for line in open_lines]
            found = self._asking.visible({one for _, some in wanted for one in some}, asker)
            for line, some in wanted:
                there = (found[record_id] for record_id in some if record_id in found)
                line.weighed += (self._weigh(line, record, weigher) for record in there)
            open_lines = [line for line in open_lines if not line.settled(limit)]

    def _weigh(self, line: Line, record: Record, weigher: Corroborator) -> Weighed:
        match = line.matches.get(record.record_id)
        found = Corroboration()
        if line.facts != NOTHING:
            found = weigher.weigh(line.facts, Facts.of(record.values))
        if record.record_id in line.unmatched:
            return Weighed(record, weigher.nameless(found), found)
        likeness = match.score if match else 0.0
        score = weigher.score(likeness, found, shared=self._shared(line, match))
        return Weighed(record, score, found)

    # Showing -------------------------------------------------------------------------------------

    def _hit(self, line: Line, one: Weighed, weigher: Corroborator) -> Hit:
        record = one.record
        match = line.matches.get(record.record_id)
        text = line.entry.name
        exact = any(holds(name, text) for name in self._likeness.names_of(record.values))
        channels = (Channel.EXACT,) if exact else ()
        likely = self._likeness.given(text, match) if match else NOBODY
        hit = EngineHit(record.record_id, one.score, channels)
        shown = self._presenter.hit(hit, record, [(text, None)], likely)
        reasons = (*shown.reasons, *one.found.reasons)
        if self._shared(line, match) and not one.found.certain:
            reasons = (*reasons, weigher.namesakes(line.namesakes, more=line.namesakes >= MOST))
        verdict = Verdict.SAME if one.found.certain else self._likeness.verdict(one.score)
        return replace(
            shown, score=round(one.score, 6), verdict=str(verdict), reasons=tuple(reasons)
        )


def holds(name: str, text: str) -> bool:
    """Whether a name has a text in it as exact search reads both.

    >>> holds("上海市華信 科技有限公司", "华信科技"), holds("张晓伟", "张伟")
    (True, False)
    """
    there, sought = _units(name), _units(text)
    places = range(len(there) - len(sought) + 1)
    return bool(sought) and any(there[at : at + len(sought)] == sought for at in places)


def _units(text: str) -> list[str]:
    return [unit for unit, _ in positioned([text])]
