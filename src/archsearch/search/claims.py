"""A customer by exact name and number of identity, asked for without keeping the number."""

from collections.abc import Mapping
from typing import Any

from archsearch.analysis.folding import fold
from archsearch.analysis.units import marked
from archsearch.domain.borrowing import Claim
from archsearch.domain.plan import AllOf, AnyOf, KeyNode, Node
from archsearch.domain.record import values_at
from archsearch.domain.schema import Matching, Schema
from archsearch.domain.screening import Entry
from archsearch.errors import InvalidRequestError
from archsearch.search.facts import FactReader, Facts
from archsearch.security.prose import mask_text

_NUMBER = "id_number"


class Claims:
    """Makes claims of what is typed, finds and checks the records that bear them out."""

    def __init__(self, schema: Schema, facts: FactReader) -> None:
        self._facts = facts
        self._names = [s.key for s in schema.leaves if s.matching is Matching.NAME]

    def of(self, name: str, id_number: str) -> Claim:
        """Make a claim.

        Raises:
            InvalidRequestError: The name is empty, or the number cannot be one.
        """
        folded = _whole(name)
        if not folded:
            raise InvalidRequestError("请写明客户的完整名称。")
        entry = Entry(name, id_number=id_number)
        bearers = None if self._facts.doubts(entry) else self._facts.bearers(self._facts.of(entry))
        if bearers is None:
            raise InvalidRequestError("证件号码无法识别；请核对后重试。")
        return Claim(folded, bearers.keys)

    def node(self, claim: Claim) -> Node:
        """Match the records that bear a claim out.

        In one step: a record that does so only in part must not take longer than none.
        """
        names = tuple(KeyNode(f"{name}#whole", frozenset({claim.name})) for name in self._names)
        return AllOf((KeyNode(_NUMBER, claim.tokens), AnyOf(names)))

    def of_number(self, id_number: str) -> Node | None:
        """Match the records with a number of identity; None if it cannot be one."""
        return self._facts.bearers(self._facts.of(Entry("", id_number=id_number)))

    def of_name(self, name: str) -> Node:
        """Match the records with a name, as a whole."""
        folded = frozenset({_whole(name)})
        return AnyOf(tuple(KeyNode(f"{key}#whole", folded) for key in self._names))

    def called(self, values: Mapping[str, Any], name: str) -> bool:
        """Tell whether a record, as it now is, has a name."""
        names = (str(one) for key in self._names for one in values_at(values, key))
        return _whole(name) in map(_whole, names)

    def bears(self, values: Mapping[str, Any], claim: Claim) -> bool:
        """Tell whether a record, as it now is, bears a claim out."""
        number = self._facts.bearers(Facts.of(values))
        if number is None or claim.tokens.isdisjoint(number.keys):
            return False
        names = (str(name) for key in self._names for name in values_at(values, key))
        return claim.name in map(_whole, names)

    def digest(self, name: str, id_number: str) -> str:
        """Make a digest of a question for the log, that nobody can prove by guessing."""
        return self._facts.digest(f"{name}\t{id_number}")


def _whole(name: str) -> str:
    """Fold a name to what it is indexed by as a whole."""
    return "".join(marked(fold(mask_text(name))).units())
