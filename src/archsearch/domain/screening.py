"""Screening a list (名单比对): what a line of it says about whom it means."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final


class Bearing(StrEnum):
    """What is known beside the names says for or against two records being one customer's."""

    FOR = "佐证"
    AGAINST = "反证"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: a name, and whatever else it happens to carry.

    Values are as people write them; several telephone numbers are separated by ``、`` or ``;``.
    """

    name: str
    id_number: str = ""
    phones: str = ""
    birth_date: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A line where it stands: ``place`` is what people find it by, such as the row's number."""

    place: str
    entry: Entry


LINE: Final = tuple(each.name for each in fields(Entry))
"""The schema keys of what a line may carry."""
