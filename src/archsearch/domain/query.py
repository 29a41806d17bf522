"""What is asked and answered: the parsed query, the request around it, the page it gets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeAlias, Union

from archsearch.domain.plan import Channel
from archsearch.domain.record import RecordId, Values


@dataclass(frozen=True, slots=True)
class Word:
    """A word as typed; ``fuzzy`` when marked with ``~``."""

    text: str
    position: int
    fuzzy: bool = False


@dataclass(frozen=True, slots=True)
class Quoted:
    """A phrase in quotation marks."""

    text: str
    position: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """A word with ``*`` or ``?`` in it."""

    text: str
    position: int


@dataclass(frozen=True, slots=True)
class Interval:
    """``low..high``; an empty end is open."""

    low: str
    high: str
    position: int


@dataclass(frozen=True, slots=True)
class InField:
    """The child, looked for in one schema field only."""

    field: str
    child: "Expression"
    position: int


@dataclass(frozen=True, slots=True)
class Both:
    """Every child must match."""

    children: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one child must match."""

    children: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Without:
    """The child must not match."""

    child: "Expression"


@dataclass(frozen=True, slots=True)
class Everything:
    """The empty query: every record in scope, newest first."""


Expression: TypeAlias = Union[
    Word, Quoted, Pattern, Interval, InField, Both, Either, Without, Everything
]


class Mode(StrEnum):
    """How far a search may go from what was typed."""

    AUTO = "auto"
    EXACT = "exact"
    FUZZY = "fuzzy"


FilterValue: TypeAlias = Union[str, int, float, Sequence[Any], Mapping[str, Any]]
"""One value, several of which any will do, or a mapping: ``any``, ``all``, ``none``, ``from``,
``to``."""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search as a caller states it; keys of ``filters``, ``facets`` and ``sort`` are schema keys.

    ``sort`` is ``relevance`` or a sortable key, ``-key`` for descending order.
    """

    text: str = ""
    mode: Mode = Mode.AUTO
    filters: Mapping[str, FilterValue] = field(default_factory=dict)
    facets: tuple[str, ...] = ()
    sort: str = "relevance"
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a field's text, and the (start, end) spans in it that matched."""

    text: str
    spans: tuple[tuple[int, int], ...]


class Reason(NamedTuple):
    """How a piece of the query stands for a piece of a name.

    ``said`` is what the query has, ``meant`` what the name has, from ``start`` to ``end`` of the
    value of ``field`` as it is shown; either text may be empty. ``text`` says all that as it is
    shown: ``同音 章→张``.
    """

    channel: str
    said: str
    meant: str
    field: str
    start: int
    end: int
    text: str

    @property
    def telling(self) -> bool:
        """Whether it says more than that the words are there as they were typed."""
        return self.channel not in _AS_TYPED or not self.text.startswith(self.channel)


_AS_TYPED: Final = frozenset({Channel.EXACT, Channel.SUBSTRING})


class Verdict(StrEnum):
    """How sure it is that a name of a list is that of a record."""

    SAME = "same"
    LIKELY = "likely"
    POSSIBLE = "possible"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Hit:
    """One record found. ``record`` is masked; ``channels`` and ``reasons`` say why it matched.

    ``score`` is from 0 to 1, 1 being the same name, where a name was found by likeness; exact hits
    of a search have that of their words, which has no upper bound. ``verdict`` is given where a
    list is screened.
    """

    record_id: RecordId
    score: float
    channels: tuple[str, ...]
    highlights: Mapping[str, tuple[Snippet, ...]]
    record: Values
    reasons: tuple[Reason, ...] = ()
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of hits.

    ``total`` is exact and counts inside the scope; ``took_ms`` is in milliseconds; ``facets`` hold
    (value, count) over all hits, highest count first. ``mode`` is what was done in the end:
    ``exact``, ``fuzzy``, or ``evidence`` when no record holds all words and those with most of them
    are listed. ``suggestion`` is another query to try, or None; ``note`` explains the answer, or is
    empty.
    """

    total: int
    hits: tuple[Hit, ...]
    took_ms: float
    mode: str
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    suggestion: str | None = None
    note: str = ""
    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A completion while typing: a customer's name, how it matches, whose record it is."""

    text: str
    channel: str
    record_id: RecordId
