"""The compiled form of a search: a tree over index fields and tokens.

Every engine executes it alike. Nodes know nothing of analysis or schema; tokens are final. Matching
and scoring are defined here, once, so that a brute-force oracle and a fast engine can be held
against each other.

Scoring. ``TermNode`` and ``PhraseNode`` score BM25 with statistics of the records inside the scope
only: ``weight * idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average_length))`` with
``idf = ln(1 + (n - df + 0.5) / (df + 0.5))``, where ``n`` counts the records in scope, ``df`` those
of them that match the node, ``tf`` its occurrences, ``length`` the field's units in the record and
``average_length`` their mean over the ``n`` records (0 where the field is absent). ``KeyNode``,
``PrefixNode``, ``WildcardNode`` and ``RangeNode`` score their constant ``weight``, a ``GivenNode``
what it gives to each record. ``AllOf`` and
``AnyOf`` add up the scores of their matching children in the order given, starting from 0.0;
``AtLeast`` as ``AnyOf``. ``BestOf`` takes the highest. ``NotNode``, ``MatchAll`` and ``MatchNone``
score 0. ``Labelled`` passes its child's score on. Arithmetic is in IEEE double precision, evaluated
in the order written, so that equal inputs give equal scores to the last bit.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, Union

from archsearch.domain.record import RecordId

K1 = 1.2
B = 0.75
"""BM25 parameters (Robertson and Zaragoza 2009, section 3.3, suggested ranges)."""


class Channel(StrEnum):
    """Why a hit matched (命中方式)."""

    EXACT = "精确"
    WRITTEN = "繁简"
    """Another form of the same: traditional, variant, full width, another numeral."""
    ALIAS = "别名"
    """A short name in public use."""
    SYNONYM = "同义"
    """Another word that means the same, by the dictionary."""
    SUBSTRING = "子串"
    PINYIN = "拼音"
    INITIALS = "首字母"
    HOMOPHONE = "同音"
    SIMILAR = "模糊音"
    LOOKALIKE = "形近"
    WRONG = "错字"
    MISSING = "缺字"
    EXTRA = "多字"
    SWAPPED = "换位"
    MASKED = "掩码"
    EVIDENCE = "相关"


@dataclass(frozen=True, slots=True)
class MatchAll:
    """Every record in scope."""


@dataclass(frozen=True, slots=True)
class MatchNone:
    """No record."""


@dataclass(frozen=True, slots=True)
class TermNode:
    """Records whose text field holds the token; scored."""

    field: str
    token: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class PhraseNode:
    """Records whose text field holds every token at its offset from one start.

    Scored by the number of starts. ``tokens`` are (token, offset) pairs with offsets counted from
    0; at least one pair.
    """

    field: str
    tokens: tuple[tuple[str, int], ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class KeyNode:
    """Records whose key field holds one of the keys; constant score."""

    field: str
    keys: frozenset[str]
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class PrefixNode:
    """Records whose key field holds a key that starts with ``prefix``; constant score."""

    field: str
    prefix: str
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class WildcardNode:
    """Records whose key field holds a key that matches the whole pattern; constant score.

    ``*`` stands for any run of characters, ``?`` for one.
    """

    field: str
    pattern: str
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class RangeNode:
    """Records whose key field holds a key between two bounds; constant score.

    Both bounds are included, compared in code point order; ``None`` is open.
    """

    field: str
    low: str | None
    high: str | None
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class AllOf:
    """Records that match every child; an empty one matches everything."""

    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Records that match at least one child; an empty one matches nothing."""

    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class BestOf:
    """As AnyOf, but scored by the best child alone."""

    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Records that match at least ``count`` children; ``count`` is 1 or more."""

    count: int
    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class NotNode:
    """Records in scope that do not match the child."""

    child: "Node"


@dataclass(frozen=True, slots=True)
class Labelled:
    """The child, and the channel to report on hits that match it."""

    channel: Channel
    child: "Node"


@dataclass(frozen=True, slots=True)
class GivenNode:
    """Records by their ids, each with the score it was given; an id stands here once."""

    records: tuple[tuple[RecordId, float], ...]


Node: TypeAlias = Union[
    MatchAll,
    MatchNone,
    TermNode,
    PhraseNode,
    KeyNode,
    PrefixNode,
    WildcardNode,
    RangeNode,
    AllOf,
    AnyOf,
    BestOf,
    AtLeast,
    NotNode,
    Labelled,
    GivenNode,
]


@dataclass(frozen=True, slots=True)
class Order:
    """How hits are sorted.

    By the lowest (ascending) or highest (descending) key of a key field, records without one last;
    ``field`` None means by score, highest first. Ties always break by record id, ascending.
    """

    field: str | None = None
    descending: bool = False


BY_SCORE = Order()


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything an engine needs but the scope.

    Hits match ``node`` and every one of ``filters`` (which do not score). Those that also match
    ``first`` come before the
    others, whatever the score, unless ``order`` names a field. ``facets`` names key fields to
    count over all hits.
    """

    node: Node
    filters: tuple[Node, ...] = ()
    first: Node | None = None
    order: Order = BY_SCORE
    facets: tuple[str, ...] = ()
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Gather:
    """A question for the records that share the most telling tokens with something.

    Counted are the records inside the scope that match every one of ``filters``. A token that
    ``df`` of these ``n`` records hold is worth ``log1p(n / df) * weight``. Tokens are read in order
    of worth, ties in the order given, until the next would make it more than ``most_read`` postings
    (sums of ``df``); the first is read in any case. A record weighs the sum of the worths of those
    it holds, added in that order, minus ``per_unit`` for each unit that its length differs from
    ``length``. For each of ``classes``, of the records that hold a token read and match its node,
    so many are chosen as it says: the heaviest, ties by record id.
    """

    field: str
    tokens: tuple[tuple[int, float], ...]
    """Each token once, with a weight above 0; see :class:`archsearch.engines.base.Grams`."""
    classes: tuple[tuple[Node, int], ...]
    length: int = 0
    filters: tuple[Node, ...] = ()
    per_unit: float = 0.02
    most_read: int = 120_000
