"""What else than names says whether two records are one customer's: numbers, days, places.

Names alone do not decide: many persons bear one, and one is written in many ways. An equal number
of identity does; a telephone, a date of birth, a region speak for or against. ``likeness.tsv`` has
what each of them counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from archsearch.domain.identifiers import IdentifierKind, classify
from archsearch.domain.query import Reason
from archsearch.domain.screening import Bearing
from archsearch.search.facts import DAY, Facts, organisation_in
from archsearch.search.likeness.costs import Costs

_SHORTEST: Final = 15
_PROVINCE: Final = 2
"""Levels of a region's path down to the province."""


@dataclass(frozen=True, slots=True)
class Corroboration:
    """What facts say: how much they add to the likeness of names, and why.

    ``certain`` is whether the number of identity is the same.
    """

    weight: float = 0.0
    certain: bool = False
    reasons: tuple[Reason, ...] = ()


class Corroborator:
    """Weighs facts; ``labels`` are what the schema calls their fields."""

    def __init__(self, costs: Costs, labels: Mapping[str, str]) -> None:
        self._costs = costs
        self._labels = labels

    def most(self, known: Facts, *, called: bool) -> Corroboration:
        """Give the most that facts may add; ``called`` where telephones are known to be equal."""
        c = self._costs
        weight = c.phone_same * called
        if known.number and classify(known.number).fault is not None:
            weight += c.number_slip
        weight += c.birth_same * bool(known.birth_date) + c.region_same * bool(known.region)
        return Corroboration(weight)

    def weigh(self, one: Facts, other: Facts) -> Corroboration:
        """Compare what is known of two."""
        c = self._costs
        weight = 0.0
        reasons: list[Reason] = []
        certain, compared = False, False
        if one.number and other.number:
            match _numbers(one.number, other.number):
                case "same":
                    certain = compared = True
                    reasons.append(self._reason(Bearing.FOR, "id_number", "一致"))
                case "slip":
                    compared = True
                    weight += c.number_slip
                    reasons.append(self._reason(Bearing.FOR, "id_number", "差一位"))
                case "other":
                    compared = True
                    weight -= c.number_differs
                    reasons.append(self._reason(Bearing.AGAINST, "id_number", "不同"))
        if one.phones & other.phones:
            weight += c.phone_same
            reasons.append(self._reason(Bearing.FOR, "phones", "一致"))
        # A number of identity holds the date: the same evidence is not counted twice.
        if not compared and (told := _days(one.birth_date, other.birth_date)) is not None:
            weight += c.birth_same if told else -c.birth_differs
            reasons.append(self._told("birth_date", same=told))
        if (told := _regions(one.region, other.region)) is not None:
            weight += c.region_same if told else -c.region_differs
            reasons.append(self._told("region", same=told))
        return Corroboration(weight, certain, tuple(reasons))

    @staticmethod
    def namesakes(number: int, *, more: bool) -> Reason:
        """Say how many persons in sight bear a name, or that it is ``more`` than so many."""
        text = f"同名 {number} 份" + ("以上" if more else "")
        return Reason(str(Bearing.AGAINST), "", "", "name", 0, 0, text)

    def score(self, likeness: float, found: Corroboration, *, shared: bool) -> float:
        """Add what facts say to the likeness of names; ``shared`` is a name that several bear.

        1 is for equal names that nothing speaks against, and for equal numbers.
        """
        if found.certain:
            return 1.0
        c = self._costs
        doubtful = c.same - c.namesake
        most = c.same if likeness >= c.same else max(doubtful, likeness)
        return min(max((doubtful if shared else likeness) + found.weight, 0.0), most)

    def nameless(self, found: Corroboration) -> float:
        """Give the score of who has the telephone of a line without a name: possible, for a start.

        A telephone is shared by families and colleagues; what else is known moves it.
        """
        if found.certain:
            return 1.0
        c = self._costs
        return min(max(c.possible + (found.weight - c.phone_same), 0.0), c.same - c.namesake)

    def _told(self, key: str, *, same: bool) -> Reason:
        bearing = Bearing.FOR if same else Bearing.AGAINST
        return self._reason(bearing, key, "一致" if same else "不同")

    def _reason(self, bearing: Bearing, key: str, says: str) -> Reason:
        return Reason(str(bearing), "", "", key, 0, 0, f"{self._labels.get(key, key)}{says}")


def _numbers(one: str, other: str) -> str:
    """Tell whether two numbers are the same, different, the same but for a slip, or cannot be told.

    The check characters of GB 11643 and GB 32100 catch every single wrong character: two right
    numbers that differ are two numbers.
    """
    if one == other or one == organisation_in(other) or other == organisation_in(one):
        return "same"
    kinds = classify(one), classify(other)
    if any(kind.fault is not None for kind in kinds):
        return "slip" if _one_slip(one, other) else ""
    same_kind = kinds[0].kind is kinds[1].kind
    return "other" if same_kind and kinds[0].kind is not IdentifierKind.OTHER else ""


def _one_slip(one: str, other: str) -> bool:
    if len(one) != len(other) or len(one) < _SHORTEST:
        return False
    places = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(places) == 2 and places[1] == places[0] + 1:  # noqa: PLR2004 - a pair
        first, second = places
        return one[first] == other[second] and one[second] == other[first]
    return len(places) == 1


def _days(one: str, other: str) -> bool | None:
    """Tell whether two dates are the same; None where one of them is not a whole date."""
    if not (DAY.fullmatch(one) and DAY.fullmatch(other)):
        return None
    return one == other


def _regions(one: str, other: str) -> bool | None:
    """Tell whether one region lies in the other; None where that says nothing."""
    mine, theirs = one.split("/"), other.split("/")
    shared = min(len(mine), len(theirs))
    if shared < _PROVINCE:
        return None
    if mine[:shared] == theirs[:shared]:
        return True
    return None if mine[:_PROVINCE] == theirs[:_PROVINCE] else False
