"""Everything that can be done about borrowing, wired together."""

from dataclasses import dataclass

from archsearch.domain.borrowing import BorrowRules
from archsearch.domain.policy import Policy
from archsearch.search.claims import Claims
from archsearch.search.language import Language
from archsearch.services.asking import Asking, Masker
from archsearch.services.borrow_desk import Desk
from archsearch.services.borrow_reading import BorrowReading
from archsearch.services.borrowing import BorrowService
from archsearch.services.lending import LendingService
from archsearch.services.trail import Trail


@dataclass(frozen=True, slots=True)
class BorrowCounter:
    """Where records are borrowed: asking, lending, looking requests up."""

    asking: BorrowService
    lending: LendingService
    reading: BorrowReading

    @classmethod
    def of(
        cls,
        trail: Trail,
        asking: Asking,
        language: Language,
        masker: Masker,
        policy: Policy,
        rules: BorrowRules,
    ) -> "BorrowCounter":
        """Open a counter."""
        desk = Desk(asking, Claims(language.schema, language.facts), masker, policy, rules)
        reading = BorrowReading(trail, desk)
        return cls(
            BorrowService(trail, desk, reading), LendingService(trail, desk, reading), reading
        )
