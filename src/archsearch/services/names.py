"""Names: completing one while it is typed, and screening a list of them."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from archsearch.domain.audit import Action
from archsearch.domain.plan import AnyOf, GivenNode, Plan
from archsearch.domain.query import Hit, Suggestion
from archsearch.domain.record import JsonValue
from archsearch.errors import InvalidRequestError
from archsearch.search.compiler import may_be_name
from archsearch.search.language import Language
from archsearch.search.likely import NOBODY, TEXT, LikelyNames
from archsearch.search.likeness.finder import Ask, Sought
from archsearch.services.asking import Asker, Asking, Presenter, SearchRules, bounded
from archsearch.services.trail import Trail

_LONGEST_LIST: Final = 200_000
_LOGGED: Final = 20
"""Names of a list that are kept in the log; its digest stands for the others."""


class NameService:
    """Answers questions that are nothing but names."""

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
        self._trail = trail
        self._rules = rules
        self._presenter = presenter

    def suggest(self, text: str, user: str, limit: int) -> tuple[Suggestion, ...]:
        """Complete what is being typed to names inside the scope."""
        limit = bounded(limit, self._rules.most_suggestions, "limit")
        longest = self._language.limits.length
        with self._trail.failures(user, Action.SUGGEST):
            asker = self._asking.asker(user)
            found = self._suggestions(text[:longest], asker, limit)
        query = self._presenter.masker.text(text[:longest])
        self._trail.note(user, Action.SUGGEST, detail={"query": query, "total": len(found)})
        return found

    def match(self, texts: Sequence[str], user: str, limit: int) -> tuple[tuple[Hit, ...], ...]:
        """Screen a list of names: the best hits of each line."""
        limit = bounded(limit, self._rules.most_suggestions, "limit")
        if len(texts) > self._rules.most_lines:
            raise InvalidRequestError(f"一次最多比对 {self._rules.most_lines} 行；请分批提交。")
        if sum(map(len, texts)) > _LONGEST_LIST:
            raise InvalidRequestError(f"一次最多比对 {_LONGEST_LIST} 个字；请分批提交。")
        with self._trail.failures(user, Action.MATCH):
            asker = self._asking.asker(user)
            found = tuple(self._matches(text, asker, limit) for text in texts)
        detail: dict[str, JsonValue] = {
            "lines": len(texts),
            "hits": sum(map(len, found)),
            "names": [self._presenter.masker.text(text) for text in texts[:_LOGGED]],
            "digest": hashlib.sha256("\n".join(texts).encode()).hexdigest(),
        }
        self._trail.note(user, Action.MATCH, detail=detail)
        return found

    def _suggestions(self, text: str, asker: Asker, limit: int) -> tuple[Suggestion, ...]:
        node = self._language.leaves.beginning(text)
        if node is None:
            return ()
        # Several records may bear one name; a few more than asked for make up for it.
        found = self._asking.ask(Plan(node, limit=limit * 4), asker)
        named: dict[str, Suggestion] = {}
        for hit in found.result.hits:
            name = self._presenter.name(found.records[hit.record_id])
            channel = str(hit.channels[0]) if hit.channels else ""
            named.setdefault(name, Suggestion(name, channel, hit.record_id))
        if len(named) < limit and may_be_name(text):
            for suggestion in self._likely(text, asker, limit):
                named.setdefault(suggestion.text, suggestion)
        return tuple(named.values())[:limit]

    def _likely(self, text: str, asker: Asker, limit: int) -> Iterator[Suggestion]:
        """Complete to names that are like what is typed."""
        (matches,) = self._language.likeness.names([text], self._asks(asker), limit)
        matches = [match for match in matches if match.score >= self._language.likeness.suggested]
        given = GivenNode(tuple((match.record_id, match.score) for match in matches))
        found = self._asking.ask(Plan(given, limit=limit), asker)
        by_id = {match.record_id: match for match in matches}
        for hit in found.result.hits:
            name = self._presenter.name(found.records[hit.record_id])
            channel = self._language.likeness.channel(text, by_id[hit.record_id])
            yield Suggestion(name, str(channel), hit.record_id)

    def _asks(self, asker: Asker) -> Ask:
        return lambda gathers: self._asking.gather(gathers, asker)

    def _matches(self, text: str, asker: Asker, limit: int) -> tuple[Hit, ...]:
        if len(text) > self._language.limits.length:
            raise InvalidRequestError(f"名单中有超过 {self._language.limits.length} 字的行。")
        first = self._language.leaves.name_exact(text)
        if first is None:
            return ()
        likely = NOBODY
        if may_be_name(text):
            likely = self._language.likeness.find({TEXT: Sought(text)}, self._asks(asker))
        node = AnyOf((first, *likely.nodes.values()))
        found = self._asking.ask(Plan(node, first=first, limit=limit), asker)
        terms = [(text, None)]
        hits = (
            self._presenter.hit(hit, found.records[hit.record_id], terms, likely)
            for hit in found.result.hits
        )
        return tuple(self._judged(hit, likely) for hit in hits)

    def _judged(self, hit: Hit, likely: LikelyNames) -> Hit:
        """Score a hit by its name alone, and say what that means."""
        score = likely.score(hit.record_id) or 0.0
        verdict = self._language.likeness.verdict(score)
        return replace(hit, score=round(score, 6), verdict=str(verdict))
