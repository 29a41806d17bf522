"""Small colliding corpora, and plans and scopes over them, from a seeded ``random.Random``.

Vocabularies are tiny on purpose: tokens, keys, scores and ids collide all the time, so that ties,
shared statistics and near misses are the normal case.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from hypothesis import strategies as st

from archsearch.domain.access import Scope, ScopedGather, ScopedQuery, confine, restrict
from archsearch.domain.plan import (
    AllOf,
    AnyOf,
    AtLeast,
    BestOf,
    Channel,
    Gather,
    GivenNode,
    KeyNode,
    Labelled,
    MatchAll,
    MatchNone,
    Node,
    NotNode,
    Order,
    PhraseNode,
    Plan,
    PrefixNode,
    RangeNode,
    TermNode,
    WildcardNode,
)
from archsearch.domain.record import RecordId
from archsearch.engines.base import (
    DEPARTMENT,
    ID,
    OWNER,
    PAIRS,
    SCOPE_FIELDS,
    SECRECY,
    SINGLES,
    SPLITS,
    Document,
    Grams,
    Removal,
    TextTokens,
    gram,
)

LAST_POSITION: Final = 2**20 - 1
LETTERS: Final = "甲乙丙𬱖"
TEXT_FIELDS: Final = ("name", "notes")
WORDS: Final = tuple(f"词{number}" for number in range(3_000))
"""Seldom asked for, and held by documents of large corpora alone."""
CHANCE_OF_WORD: Final = 0.01
SERIAL: Final = "serial"
KEYS: Final[dict[str, tuple[str, ...]]] = {
    # Characters that are special in patterns, and pairs that code point and UTF-16 order differ on.
    "tags": ("红", "红旗", "红旗渠", "[a]", "[a]c", "a.c", "a\nc", "abc", "Ａ", "𬱖", "𬱖a"),
    "tier": ("高", "中", "低"),
    "day": ("2023-12-31", "2024-01", "2024-01-05", "2024-01-31", "2024-02-01"),
    # More keys than fit into a byte.
    "number": tuple(f"{number:03d}" for number in range(400)),
    # Nearly every document of a large corpus has one of its own.
    SERIAL: tuple(f"{number:05d}" for number in range(0, 90_000, 3)),
    # The same name as a text field: the two are different fields.
    "name": ("甲", "甲乙", "乙"),
}
DEPARTMENTS: Final = ("华东", "华东/信贷", "华东/信贷/一组", "华东二/信贷", "华南", "总行")
OWNERS: Final = ("li.na", "wang.wei", "zhao")
SECRECIES: Final = ("公开", "内部", "秘密", "机密")
# Ids whose order as text differs from their order as numbers and in UTF-16.
IDS: Final = (
    *(RecordId(f"R{number}") for number in range(1, 32)),
    *(RecordId(head + tail) for head in ("档-", "Ａ", "𬱖", "\uffdc") for tail in ("1", "10", "2")),
)
MANY_IDS: Final = (*IDS, *(RecordId(f"N{number}") for number in range(700)))
"""More documents than fit into a byte."""
CHANCE_OF_MANY: Final = 0.01
LONG_TEXT: Final = TextTokens.of(tuple(("甲", 2 * place) for place in range(300)), 300)
"""More occurrences than fit into a byte."""
CHANCE_OF_LONG: Final = 0.01
WEIGHTS: Final = (1.0, 1.0, 1.0, 0.1, 0.3, 2.5, 4.0, 0.0)
CHANCE_OF_ABSENT_FIELD: Final = 0.04
MARKS: Final = "甲乙丙𬱖\ue000"
SHAPES: Final = (SINGLES, PAIRS, SPLITS)
GRAM_FIELD: Final = "names"


class StepKind(StrEnum):
    """What is done to an engine."""

    REBUILD = "rebuild"
    APPLY = "apply"
    PURGE = "purge"
    TIDY = "tidy"


@dataclass(frozen=True, slots=True)
class Step:
    """One change of the index; a rebuild's changes are all documents."""

    kind: StepKind
    changes: tuple[Document | Removal, ...] = ()

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents among the changes."""
        return tuple(change for change in self.changes if isinstance(change, Document))


def make_story(rng: random.Random) -> Iterator[Step]:
    """A life of an index: built, then changed in several commits."""
    many = rng.random() < CHANCE_OF_MANY
    ids = list(MANY_IDS) if many else rng.sample(IDS, rng.choice((0, 2, 8, 16, 25, 40, 40, 40)))
    built = ids[: rng.choice((0, len(ids) // 2, len(ids), len(ids)))]
    yield Step(StepKind.REBUILD, tuple(make_any(rng, record_id, 1) for record_id in built))
    for version in range(2, 2 + rng.randint(0, 4)):
        if rng.random() < 0.12:
            yield Step(rng.choice((StepKind.PURGE, StepKind.TIDY)))
        yield Step(StepKind.APPLY, make_batch(rng, ids, version))


def make_batch(
    rng: random.Random, ids: Sequence[RecordId], version: int
) -> tuple[Document | Removal, ...]:
    """A batch of additions, replacements and removals, with repeats of one id."""
    changes: list[Document | Removal] = []
    for record_id in rng.choices(ids or IDS, k=rng.choice((0, 1, 1, 3, 10, 20))):
        if rng.random() < 0.15:
            changes.append(Removal(record_id))
        else:
            changes.append(make_any(rng, record_id, version))
    return tuple(changes)


def make_any(rng: random.Random, record_id: RecordId, version: int) -> Document:
    """A document, now and then with a long text."""
    document = make_document(rng, record_id, version)
    if rng.random() < CHANCE_OF_LONG:
        return replace(document, texts={**document.texts, "notes": LONG_TEXT})
    return document


def make_corpus(rng: random.Random, *, most: int = 12) -> tuple[Document, ...]:
    """Up to ``most`` documents with different ids."""
    ids = rng.sample(IDS, rng.randint(0, min(most, len(IDS))))
    return tuple(make_document(rng, record_id, 1) for record_id in ids)


def make_document(rng: random.Random, record_id: RecordId, version: int) -> Document:
    """One document; each field may be absent or empty."""
    texts = {name: make_text(rng) for name in TEXT_FIELDS if rng.random() < 0.8}
    keys: dict[str, tuple[str, ...]] = {
        name: tuple(rng.sample(values, rng.choice((0, 1, 1, 2, 3))))
        for name, values in KEYS.items()
        if rng.random() < (0.8 if name != SERIAL else 0.2)
    }
    keys[ID] = (record_id,)
    keys[SECRECY] = (rng.choice(SECRECIES),)
    if rng.random() < 0.9:
        keys[OWNER] = (rng.choice(OWNERS),)
    if rng.random() < 0.9:
        keys[DEPARTMENT] = with_ancestors(rng.choice(DEPARTMENTS))
    grams = {GRAM_FIELD: make_grams(rng)} if rng.random() < 0.8 else {}
    stored = {GRAM_FIELD: "".join(rng.choices(MARKS, k=rng.randint(0, 4)))} if grams else {}
    return Document(record_id, version, texts, keys, grams, stored)


def make_grams(rng: random.Random) -> Grams:
    """A few short rows of marks, holes among them."""
    rows = [
        chr(rng.randint(1, 7)) + "".join(rng.choices(MARKS + "\0", (6, 3, 2, 1, 1, 2), k=size))
        for size in rng.choices((0, 1, 2, 3, 5, 9), k=rng.choice((0, 1, 2, 3)))
    ]
    return Grams("".join(rows), rng.choice((0, 1, 2, 3, 9, 300)))


def with_ancestors(path: str) -> tuple[str, ...]:
    """A department path and every path above it."""
    parts = path.split("/")
    return tuple("/".join(parts[:end]) for end in range(1, len(parts) + 1))


def make_text(rng: random.Random) -> TextTokens:
    """Characters and bigrams of a random text at shared positions, with gaps."""
    text = "".join(rng.choices(LETTERS, (6, 3, 2, 1), k=rng.choice((0, 1, 2, 3, 5, 9, 12))))
    position = 0
    if text and rng.random() < 0.05:
        position = LAST_POSITION - len(text) + 1
    pairs: list[tuple[str, int]] = []
    for index, letter in enumerate(text):
        if rng.random() < 0.9:
            pairs.append((letter, position))
        if index + 1 < len(text) and rng.random() < 0.7:
            pairs.append((text[index : index + 2], position))
        if rng.random() < 0.1 and position < LAST_POSITION - 2 * len(text) - 100:
            position += rng.choice((1, 2, 100))
        position += 1
    rng.shuffle(pairs)
    return TextTokens.of(tuple(pairs), length=len(text) + (rng.random() < 0.1))


def make_query(rng: random.Random) -> ScopedQuery:
    """A plan bound to a scope, some records excluded."""
    excluded = rng.sample(IDS, rng.choice((0, 0, 0, 1, 8)))
    return restrict(make_plan(rng), make_scope(rng), frozenset(excluded))


def make_gathering(rng: random.Random) -> ScopedGather:
    """Gathers bound to a scope, some records excluded; several share their filters."""
    excluded = rng.sample(IDS, rng.choice((0, 0, 0, 1, 8)))
    filters = tuple(make_node(rng, 1) for _ in range(rng.choice((0, 0, 1, 2))))
    gathers = tuple(
        make_gather(rng, filters if rng.random() < 0.6 else ())
        for _ in range(rng.choice((1, 1, 2, 3)))
    )
    return confine(gathers, make_scope(rng), frozenset(excluded))


def make_gather(rng: random.Random, filters: tuple[Node, ...]) -> Gather:
    """A gather of a few tokens, of which many records hold some."""
    tokens: dict[int, float] = {}
    for _ in range(rng.choice((0, 1, 3, 8))):
        shape = rng.choice(SHAPES)
        pair = rng.choices(MARKS, (6, 3, 2, 1, 1), k=2)
        token = gram(shape, pair[0]) if shape == SINGLES else gram(shape, *pair)
        tokens[token] = rng.choice((0.2, 0.5, 0.5, 1.0, 2.0))
    return Gather(
        GRAM_FIELD if rng.random() > CHANCE_OF_ABSENT_FIELD else "absent",
        tuple(tokens.items()),
        tuple(
            (make_node(rng, rng.choice((0, 1))), rng.choice((0, 1, 2, 5, 150)))
            for _ in range(rng.choice((1, 2)))
        ),
        rng.choice((0, 1, 3)),
        filters,
        most_read=rng.choice((1, 5, 20, 120_000)),
    )


def make_scope(rng: random.Random) -> Scope:
    """A scope of any kind: everything, owner, departments, granted, their union, nothing."""
    wide = rng.random() < 0.75
    secrecies = SECRECIES if wide else tuple(rng.sample(SECRECIES, rng.choice((0, 1, 2, 3, 3))))
    owners = (*OWNERS, "nobody")
    return Scope(
        secrecies=frozenset(secrecies),
        everything=rng.random() < 0.55,
        owner=rng.choice(owners) if rng.random() < 0.4 else None,
        departments=frozenset(rng.sample(DEPARTMENTS, rng.choice((0, 1, 1, 3)))),
        granted=frozenset(rng.sample(IDS, rng.choice((0, 0, 1, 5, 20)))),
    )


def make_plan(rng: random.Random) -> Plan:
    """A plan over every kind of node, nested to depth 4."""
    fields = (*KEYS, *SCOPE_FIELDS, "absent")
    return Plan(
        node=make_node(rng, rng.choice((0, 1, 1, 2, 3, 4))),
        filters=tuple(
            make_node(rng, rng.randint(0, 2)) for _ in range(rng.choice((0, 0, 0, 0, 1, 2)))
        ),
        first=make_node(rng, rng.randint(0, 2)) if rng.random() < 0.3 else None,
        order=make_order(rng),
        facets=tuple(rng.sample(fields, rng.choice((0, 0, 1, 2, 5)))),
        limit=rng.choice((0, 1, 3, 10, 20, 20, 1000, 1000)),
        offset=rng.choice((0, 0, 0, 0, 0, 1, 4, 1000)),
    )


def make_order(rng: random.Random) -> Order:
    """By score, or by a key field in either direction."""
    by_field = rng.random() < 0.35
    return Order(
        field=rng.choice((*KEYS, ID, DEPARTMENT, "absent")) if by_field else None,
        descending=rng.random() < 0.5,
    )


def make_node(rng: random.Random, depth: int) -> Node:
    """A node with at most ``depth`` levels below it."""
    if depth == 0 or rng.random() < 0.15:
        return rng.choice(LEAVES)(rng)
    return rng.choice(BRANCHES)(rng, depth - 1)


def _term(rng: random.Random) -> TermNode:
    token = "".join(rng.choices(LETTERS, (6, 3, 2, 1), k=rng.choice((1, 1, 2))))
    if rng.random() < CHANCE_OF_WORD:
        token = rng.choice(WORDS)
    return TermNode(_text_field(rng), token, rng.choice(WEIGHTS))


def _phrase(rng: random.Random) -> PhraseNode:
    text = "".join(rng.choices(LETTERS, (6, 3, 2, 1), k=rng.choice((1, 2, 2, 2, 3, 4))))
    offsets = list(range(len(text)))
    if rng.random() < 0.15:
        gap = rng.choice((1, 2, 100, LAST_POSITION))
        offsets = [offset and offset + gap for offset in offsets]
    pairs = [
        (text[index : index + rng.choice((1, 1, 2))], offset)
        for index, offset in enumerate(offsets)
    ]
    if rng.random() < 0.2:
        pairs.append((text[:1], 0))
    return PhraseNode(_text_field(rng), tuple(pairs), rng.choice(WEIGHTS))


def _key(rng: random.Random) -> KeyNode:
    name, values = _key_field(rng)
    keys = rng.sample(values, min(len(values), rng.choice((0, 1, 1, 1, 2, 2, 3, 3, 40))))
    return KeyNode(name, frozenset(keys), rng.choice(WEIGHTS))


def _prefix(rng: random.Random) -> PrefixNode:
    name, values = _key_field(rng)
    value = rng.choice(values)
    return PrefixNode(name, value[: rng.randint(0, len(value))], rng.choice(WEIGHTS))


def _wildcard(rng: random.Random) -> WildcardNode:
    name, values = _key_field(rng)
    pattern = list(rng.choice(values))
    for _ in range(rng.randint(0, 3)):
        place = rng.randint(0, len(pattern))
        pattern[place : place + rng.choice((0, 1, 2))] = [rng.choice("*?*")]
    return WildcardNode(name, "".join(pattern), rng.choice(WEIGHTS))


def _range(rng: random.Random) -> RangeNode:
    name, values = _key_field(rng)
    low, high = sorted((rng.choice(values), rng.choice(values)))
    if rng.random() < 0.1:
        low, high = high, low
    return RangeNode(
        name,
        low if rng.random() < 0.7 else None,
        high if rng.random() < 0.7 else None,
        rng.choice(WEIGHTS),
    )


def _given(rng: random.Random) -> GivenNode:
    ids = rng.sample((*IDS, RecordId("nobody's")), rng.choice((0, 1, 3, 8, 30)))
    return GivenNode(tuple((record_id, rng.choice(WEIGHTS)) for record_id in ids))


def _text_field(rng: random.Random) -> str:
    return "absent" if rng.random() < CHANCE_OF_ABSENT_FIELD else rng.choice(TEXT_FIELDS)


def _key_field(rng: random.Random) -> tuple[str, tuple[str, ...]]:
    if rng.random() < CHANCE_OF_ABSENT_FIELD:
        return "absent", KEYS["tags"]
    fields: dict[str, tuple[str, ...]] = dict(KEYS)
    if rng.random() < 0.2:
        fields = {ID: IDS, OWNER: OWNERS, DEPARTMENT: DEPARTMENTS, SECRECY: SECRECIES}
    return rng.choice(tuple(fields.items()))


def _children(rng: random.Random, depth: int) -> tuple[Node, ...]:
    children = [make_node(rng, depth) for _ in range(rng.choice((0, 1, 2, 2, 3, 3, 4)))]
    if children and rng.random() < 0.1:
        children.append(rng.choice(children))
    return tuple(children)


def _at_least(rng: random.Random, depth: int) -> AtLeast:
    children = _children(rng, depth)
    return AtLeast(min(rng.randint(1, len(children) + 1), rng.randint(1, 5)), children)


def _labelled(rng: random.Random, depth: int) -> Labelled:
    return Labelled(rng.choice(tuple(Channel)), make_node(rng, depth))


LEAVES: Final[tuple[Callable[[random.Random], Node], ...]] = (
    *(_term,) * 8,
    *(_phrase,) * 4,
    *(_key, _prefix, _wildcard, _range, _given),
    lambda _: MatchAll(),
    lambda _: MatchNone(),
)
BRANCHES: Final[tuple[Callable[[random.Random, int], Node], ...]] = (
    lambda rng, depth: AllOf(_children(rng, depth)),
    *(lambda rng, depth: AnyOf(_children(rng, depth)),) * 3,
    lambda rng, depth: BestOf(_children(rng, depth)),
    *(_at_least,) * 2,
    lambda rng, depth: NotNode(make_node(rng, depth)),
    *(_labelled,) * 2,
)

SOURCES: Final = st.randoms(use_true_random=False)
"""Generators that hypothesis controls, so that it can shrink what was made with them."""
CORPORA: Final = SOURCES.map(make_corpus)
SCOPES: Final = SOURCES.map(make_scope)
PLANS: Final = SOURCES.map(make_plan)
QUERIES: Final = SOURCES.map(make_query)
GATHERINGS: Final = SOURCES.map(make_gathering)
