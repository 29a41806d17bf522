"""Names: completing one while it is typed."""

from collections.abc import Iterator

from archsearch.domain.audit import Action
from archsearch.domain.plan import GivenNode, Plan
from archsearch.domain.query import Suggestion
from archsearch.search.compiler import may_be_name
from archsearch.search.language import Language
from archsearch.search.likeness.finder import Ask, Sought
from archsearch.services.asking import Asker, Oracle, SearchRules, bounded
from archsearch.services.presenting import Presenter
from archsearch.services.questions import Questions, Typing, digest_of
from archsearch.services.trail import Trail


class NameService:
    """Answers questions that are nothing but names."""

    def __init__(
        self,
        asking: Oracle,
        language: Language,
        trail: Trail,
        rules: SearchRules,
        presenter: Presenter,
        questions: Questions,
    ) -> None:
        self._asking = asking
        self._language = language
        self._trail = trail
        self._rules = rules
        self._presenter = presenter
        self._questions = questions

    def suggest(self, text: str, user: str, limit: int) -> tuple[Suggestion, ...]:
        """Complete what is being typed to names inside the scope."""
        limit = bounded(limit, self._rules.most_suggestions, "limit")
        text = text[: self._language.limits.length]
        with self._trail.failures(user, Action.SUGGEST):
            asker = self._asking.asker(user)
            found = self.suggestions(text, asker, limit)
        asked = asker.asked
        at = None if asked is None else asked.at
        detail = {
            **self._questions.suggest(Typing(text, limit), asked),
            "total": len(found),
            "digest": digest_of(each.record_id for each in found),
        }
        self._trail.note(user, Action.SUGGEST, detail=detail, at=at)
        return found

    def suggestions(self, text: str, asker: Asker, limit: int) -> tuple[Suggestion, ...]:
        """Complete for somebody, without entering it in the log."""
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
        likeness = self._language.likeness
        (matches,) = likeness.seek([Sought(text)], self._asks(asker), limit)
        matches = [match for match in matches if match.score >= likeness.costs.suggested]
        given = GivenNode(tuple((match.record_id, match.score) for match in matches))
        found = self._asking.ask(Plan(given, limit=limit), asker)
        by_id = {match.record_id: match for match in matches}
        for hit in found.result.hits:
            name = self._presenter.name(found.records[hit.record_id])
            channel = likeness.channel(text, by_id[hit.record_id])
            yield Suggestion(name, str(channel), hit.record_id)

    def _asks(self, asker: Asker) -> Ask:
        return lambda gathers: self._asking.gather(gathers, asker)
