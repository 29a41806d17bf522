"""From an expression to nodes: pure functions of the schema, the analysis and the query."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from math import ceil

from archsearch.analysis.folding import fold
from archsearch.analysis.segmenter import Segmenter
from archsearch.domain.plan import (
    AllOf,
    AnyOf,
    AtLeast,
    Channel,
    Labelled,
    MatchAll,
    Node,
    NotNode,
)
from archsearch.domain.query import (
    Both,
    Either,
    Everything,
    Expression,
    InField,
    Interval,
    Pattern,
    Quoted,
    Without,
    Word,
)
from archsearch.domain.schema import FieldSpec, Schema
from archsearch.errors import InvalidRequestError, QuerySyntaxError, QueryTooComplexError
from archsearch.search.leaves import Leaves

_EVIDENCE_SHARE = 1 / 3
"""The part of a question's words that a record must hold to be listed as evidence."""

_FEWEST_WORDS = 2
_SHORTEST_CHOICE = 2 * _FEWEST_WORDS
"""Characters of the shortest text in which there are so many words of two or more."""
_DIGITS = re.compile(r"[0-9]+x?")
_MOST_NUMBERS = 8
_MOST_PATTERNS = 4
_NUMBER_DIGITS = 4
_NUMBER_LENGTHS = {10, 11, 12, 15, 18}
"""Lengths of telephone, registration and ID numbers, which people write in groups."""


class Compiler:
    """Compiles expressions; one for all queries of a schema."""

    def __init__(self, schema: Schema, leaves: Leaves, segmenter: Segmenter) -> None:
        self._schema = schema
        self._leaves = leaves
        self._segmenter = segmenter

    def exact(self, expression: Expression) -> Node:
        """Compile to what matches the normalised text only; ``word~`` stays fuzzy.

        Raises:
            QuerySyntaxError: A word cannot mean anything where it stands.
            QueryTooComplexError: So many numbers that it looks like guessing a masked one.
        """
        leaves = list(_leaves_of(expression))
        if sum(map(_is_number, leaves)) > _MOST_NUMBERS:
            raise QueryTooComplexError(f"一次最多查 {_MOST_NUMBERS} 个号码；请分几次检索。")
        if sum(isinstance(leaf, Pattern) for leaf in leaves) > _MOST_PATTERNS:
            raise QueryTooComplexError(f"一次最多用 {_MOST_PATTERNS} 个通配词；请分几次检索。")
        return _require(self._node(expression, None, fuzzy=False))

    def fuzzy(self, expression: Expression) -> Node:
        """Compile to the exact matches and those of every channel."""
        return _require(self._node(expression, None, fuzzy=True))

    def evidence(self, expression: Expression) -> Node | None:
        """Compile to records that hold some of the words; None when there is no choice of words.

        Only bare words are taken apart; fields, phrases and exclusions still hold.
        """
        children = expression.children if isinstance(expression, Both) else (expression,)
        typed = [child for child in children if isinstance(child, Word)]
        texts = [fold(child.text) for child in typed]
        if sum(map(len, texts)) < _SHORTEST_CHOICE or not self._leaves.uses(Channel.EVIDENCE):
            return None
        words = dict.fromkeys(
            word for text in texts for word in self._segmenter.cut(text) if len(word) > 1
        )
        nodes = [n for word in words if (n := self._leaves.anywhere(word)) is not None]
        if len(nodes) < _FEWEST_WORDS:
            return None
        enough = max(1, ceil(len(nodes) * _EVIDENCE_SHARE))
        bare = tuple(node.child if isinstance(node, Labelled) else node for node in nodes)
        others = (self._node(c, None, fuzzy=False) for c in children if c not in typed)
        kept = tuple(node for node in others if node is not None)
        return AllOf((Labelled(Channel.EVIDENCE, AtLeast(enough, bare)), *kept))

    def _node(self, expression: Expression, spec: FieldSpec | None, *, fuzzy: bool) -> Node | None:
        match expression:
            case Everything():
                return MatchAll()
            case Both(children):
                return _joined(AllOf, list(self._all(children, spec, fuzzy=fuzzy)))
            case Either(children):
                return _joined(AnyOf, [self._node(c, spec, fuzzy=fuzzy) for c in children])
            case Without(child):
                # What is excluded is excluded exactly: a near miss is no reason to hide a record.
                node = self._node(child, spec, fuzzy=False)
                return None if node is None else NotNode(node)
            case InField(key, child, _):
                return self._node(child, self._schema.by_key[key], fuzzy=fuzzy)
            case Word() | Quoted() | Pattern() | Interval():
                try:
                    return self._leaf(expression, spec, fuzzy=fuzzy)
                except InvalidRequestError as error:
                    raise QuerySyntaxError(error.message, expression.position) from error

    def _all(
        self, children: Sequence[Expression], spec: FieldSpec | None, *, fuzzy: bool
    ) -> Iterator[Node | None]:
        """Compile what must all match; groups of digits also as the one number they may be."""
        for digits, run in groupby(children, _is_digits):
            words = list(run)
            nodes = [self._node(word, spec, fuzzy=fuzzy) for word in words]
            number = "".join(word.text for word in words if isinstance(word, Word))
            if digits and spec is None and len(words) > 1 and len(number) in _NUMBER_LENGTHS:
                apart = _joined(AllOf, nodes)
                yield _joined(AnyOf, [self._leaves.anywhere(number), apart])
            else:
                yield from nodes

    def _leaf(
        self, leaf: Word | Quoted | Pattern | Interval, spec: FieldSpec | None, *, fuzzy: bool
    ) -> Node | None:
        match leaf:
            case Word(text, _, marked):
                return self._word(text, spec, fuzzy=fuzzy or marked)
            case Quoted(text):
                return self._word(text, spec, fuzzy=False)
            case Pattern(text):
                if spec is None:
                    return self._leaves.pattern_anywhere(text)
                return self._leaves.pattern(spec, text)
            case Interval(low, high):
                if spec is None:
                    raise InvalidRequestError("范围要写在字段后面，例如 成立日期:2020..2023。")
                return self._leaves.interval(spec, low, high)

    def _word(self, text: str, spec: FieldSpec | None, *, fuzzy: bool) -> Node | None:
        if spec is None:
            return self._leaves.anywhere_fuzzy(text) if fuzzy else self._leaves.anywhere(text)
        if fuzzy:
            return self._leaves.in_field_fuzzy(spec, text)
        return self._leaves.in_field(spec, text)


def positive_texts(expression: Expression) -> Iterator[tuple[str, str | None]]:
    """Yield (text, schema key or None) of every word and phrase that a hit is expected to hold."""
    yield from _positive(expression, None)


def _positive(expression: Expression, field: str | None) -> Iterator[tuple[str, str | None]]:
    match expression:
        case Word(text) | Quoted(text):
            yield text, field
        case Pattern(text):
            yield from ((part, field) for part in text.replace("?", "*").split("*") if part)
        case InField(key, child, _):
            yield from _positive(child, key)
        case Both(children) | Either(children):
            for child in children:
                yield from _positive(child, field)
        case _:
            return


def _leaves_of(expression: Expression) -> Iterator[Expression]:
    match expression:
        case InField(_, child, _) | Without(child):
            yield from _leaves_of(child)
        case Both(children) | Either(children):
            for child in children:
                yield from _leaves_of(child)
        case _:
            yield expression


def _is_number(leaf: Expression) -> bool:
    text = leaf.text if isinstance(leaf, Word | Quoted) else ""
    return sum(character.isdigit() for character in text) >= _NUMBER_DIGITS


def _is_digits(expression: Expression) -> bool:
    return isinstance(expression, Word) and _DIGITS.fullmatch(fold(expression.text)) is not None


def _joined(join: Callable[[tuple[Node, ...]], Node], found: list[Node | None]) -> Node | None:
    nodes = tuple(node for node in found if node is not None)
    if len(nodes) < 2:  # noqa: PLR2004  # one node needs no joining
        return nodes[0] if nodes else None
    return join(nodes)


def _require(node: Node | None) -> Node:
    if node is None:
        raise QuerySyntaxError("检索式里没有可检索的文字。", 0)
    return node
