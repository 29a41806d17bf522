"""Deciding about a screened list (比对处理), line by line: whose records they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from archsearch.domain.record import RecordId, Values
from archsearch.domain.screening import LINE, Entry

IGNORED: Final = ""
"""What a column leads to that says nothing of whom a line means."""
TARGETS: Final = (*LINE, IGNORED)
_LONGEST: Final = {True: 400, False: 200}
"""Characters of a name, and of anything else, that are compared."""


class Stage(StrEnum):
    """How far a list is: its columns have still to be named, it is compared, or it was."""

    MAPPING = "mapping"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Choice(StrEnum):
    """What somebody decided about a line."""

    SAME = "same"
    NONE = "none"
    LATER = "later"


class Show(StrEnum):
    """Which lines to show: by verdict of the best hit, or by decision."""

    ALL = "all"
    OPEN = "open"
    DECIDED = "decided"
    SAME = "same"
    LIKELY = "likely"
    POSSIBLE = "possible"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list as it was brought: cells as text, and what each column leads to.

    ``places`` say where each row stands, as a spreadsheet numbers it.
    """

    title: str
    columns: Sequence[str]
    places: Sequence[str]
    rows: Sequence[Sequence[str]]
    targets: Sequence[str]

    def entry(self, number: int) -> Entry:
        """Give a line; several columns for one thing are put together."""
        said: dict[str, list[str]] = {}
        for target, cell in zip(self.targets, self.rows[number], strict=True):
            if target != IGNORED and cell:
                said.setdefault(target, []).append(cell)
        values = {key: "、".join(cells)[: _LONGEST[key == "name"]] for key, cells in said.items()}
        return Entry(**{"name": "", **values})


@dataclass(frozen=True, slots=True)
class Screening:
    """A list under screening, as its owner sees it."""

    id: str
    title: str
    stage: Stage
    lines: int
    done: int
    began_at: datetime
    touched_at: datetime
    code: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about a line, when, and in which words; of ``SAME``, which record it is."""

    choice: Choice
    record_id: RecordId
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that a line may mean; ``values`` are masked."""

    record_id: RecordId
    verdict: str
    score: float
    why: str
    values: Values


@dataclass(frozen=True, slots=True)
class Sifted:
    """A line with the records it may mean, and what was decided."""

    number: int
    place: str
    entry: Entry
    doubts: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Sifting:
    """Some lines of a list, how many there are to be shown, and how many of each kind."""

    screening: Screening
    lines: tuple[Sifted, ...]
    total: int
    counts: Mapping[Show, int]
