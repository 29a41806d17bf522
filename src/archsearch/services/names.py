"""Names: completing one while it is typed, and screening a list of them."""

from collections.abc import Sequence

from archsearch.domain.audit import Action
from archsearch.domain.plan import Node, Plan
from archsearch.domain.query import Hit, Suggestion
from archsearch.errors import InvalidRequestError
from archsearch.search.language import Language
from archsearch.services.asking import Asker, Asking, Presenter, SearchRules, bounded
from archsearch.services.trail import Trail


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
            node = self._language.leaves.beginning(text[:longest])
            found = self._suggestions(node, asker, limit) if node is not None else ()
        query = self._presenter.masker.text(text[:longest])
        self._trail.note(user, Action.SUGGEST, detail={"query": query, "total": len(found)})
        return found

    def match(self, texts: Sequence[str], user: str, limit: int) -> tuple[tuple[Hit, ...], ...]:
        """Screen a list of names: the best hits of each line."""
        limit = bounded(limit, self._rules.most_suggestions, "limit")
        if len(texts) > self._rules.most_lines:
            raise InvalidRequestError(f"一次最多比对 {self._rules.most_lines} 行；请分批提交。")
        with self._trail.failures(user, Action.MATCH):
            asker = self._asking.asker(user)
            found = tuple(self._matches(text, asker, limit) for text in texts)
        hits = sum(map(len, found))
        self._trail.note(user, Action.MATCH, detail={"lines": len(texts), "hits": hits})
        return found

    def _suggestions(self, node: Node, asker: Asker, limit: int) -> tuple[Suggestion, ...]:
        # Several records may bear one name; a few more than asked for make up for it.
        found = self._asking.ask(Plan(node, limit=limit * 4), asker)
        named: dict[str, Suggestion] = {}
        for hit in found.result.hits:
            name = self._presenter.name(found.records[hit.record_id])
            channel = str(hit.channels[0]) if hit.channels else ""
            named.setdefault(name, Suggestion(name, channel, hit.record_id))
        return tuple(named.values())[:limit]

    def _matches(self, text: str, asker: Asker, limit: int) -> tuple[Hit, ...]:
        if len(text) > self._language.limits.length:
            raise InvalidRequestError(f"名单中有超过 {self._language.limits.length} 字的行。")
        node = self._language.leaves.name_fuzzy(text)
        if node is None:
            return ()
        first = self._language.leaves.name_exact(text)
        found = self._asking.ask(Plan(node, first=first, limit=limit), asker)
        return tuple(
            self._presenter.hit(hit, found.records[hit.record_id], [(text, None)], loose=True)
            for hit in found.result.hits
        )
