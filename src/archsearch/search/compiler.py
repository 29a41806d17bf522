"""From an expression to nodes: pure functions of the schema, the analysis and the query."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from math import ceil
from typing import Final, TypeAlias

from archsearch.analysis.folding import fold
from archsearch.analysis.segmenter import Segmenter
from archsearch.analysis.units import is_han
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
from archsearch.search.likely import WHOLE
from archsearch.search.likeness.costs import Costs
from archsearch.search.likeness.finder import Sought
from archsearch.search.likeness.lexicon import Lexicon
from archsearch.search.numbers import is_uscc
from archsearch.search.walks import bare_words, leaves_of, words_of

_FEWEST_WORDS = 2
_SHORTEST_CHOICE = 2 * _FEWEST_WORDS
"""Characters of the shortest text in which there are so many words of two or more."""
_LONGEST_NAME = 60
_DIGITS = re.compile(r"[0-9]+x?")
_GROUP = re.compile(r"[0-9a-z]+")
_MOST_NUMBERS = 8
_MOST_PATTERNS = 4
_NUMBER_DIGITS = 4
_NUMBER_LENGTHS = {10, 11, 12, 15, 17, 18, 19}
"""Lengths of telephone, registration and ID numbers, which people write in groups, with a digit too
few or too many."""


Loose: TypeAlias = Word | Pattern
Likely: TypeAlias = Mapping[Loose, Node]
"""By word, or pattern that may be a name with marks in it, the records whose names are like it."""
NOBODY: Final[Likely] = {}


class Compiler:
    """Compiles expressions; one for all queries of a schema."""

    def __init__(
        self, schema: Schema, leaves: Leaves, segmenter: Segmenter, lexicon: Lexicon
    ) -> None:
        self._schema = schema
        self._leaves = leaves
        self._segmenter = segmenter
        self._lexicon = lexicon

    @property
    def _costs(self) -> Costs:
        return self._lexicon.costs

    def exact(self, expression: Expression, likely: Likely = NOBODY) -> Node:
        """Compile to what matches the normalised text only; ``word~`` stays fuzzy.

        Args:
            expression: What is asked.
            likely: Whose names are like the marked words; see :meth:`sought`.

        Raises:
            QuerySyntaxError: A word cannot mean anything where it stands.
            QueryTooComplexError: So many numbers that it looks like guessing a masked one.
        """
        leaves = list(leaves_of(expression))
        if sum(map(_is_number, leaves)) > _MOST_NUMBERS:
            raise QueryTooComplexError(f"一次最多查 {_MOST_NUMBERS} 个号码；请分几次检索。")
        if sum(isinstance(leaf, Pattern) for leaf in leaves) > _MOST_PATTERNS:
            raise QueryTooComplexError(f"一次最多用 {_MOST_PATTERNS} 个通配词；请分几次检索。")
        return _require(self._node(expression, None, likely, fuzzy=False))

    def fuzzy(self, expression: Expression, likely: Likely = NOBODY, *, exact: bool = True) -> Node:
        """Compile to the exact matches, those of parts, and those whose names are likely meant.

        Without ``exact`` a single word's exact matches, of which it is known that there are none,
        are not asked for again.
        """
        if not exact and isinstance(expression, Word):
            return self._leaves.inexactly(expression.text, likely.get(expression))
        node = self._node(expression, None, likely, fuzzy=True)
        if WHOLE not in likely:
            return _require(node)
        words, others = bare_words(expression)
        together = _joined(AllOf, list(self._all(words, None, likely, fuzzy=True)))
        nodes = [self._node(other, None, likely, fuzzy=True) for other in others]
        return _require(_joined(AllOf, [_joined(AnyOf, [together, likely[WHOLE]]), *nodes]))

    def sought(self, expression: Expression, *, fuzzy: bool) -> dict[Loose, Sought]:
        """List the words that names are to be found by, those marked ``~`` alone if not fuzzy.

        What else must match narrows where a word is looked for. Several bare words are also looked
        for as one name, under the key ``WHOLE``.
        """
        found: dict[Loose, Sought] = dict(self._sought(expression, None, (), fuzzy=fuzzy))
        words, others = bare_words(expression)
        text = " ".join(word.text for word in words)
        if fuzzy and len(words) > 1 and may_be_name(text):
            found[WHOLE] = Sought(text, None, self._exactly(others, None))
        return found

    def synonymous(self, expression: Expression) -> dict[Loose, Node]:
        """Match other words for those of an expression, as the dictionary has them."""
        found = (
            (word, self._leaves.synonymous(word.text, spec))
            for word, spec in words_of(self._schema, expression, None)
        )
        return {word: node for word, nodes in found if (node := _joined(AnyOf, [*nodes]))}

    def _sought(
        self,
        expression: Expression,
        spec: FieldSpec | None,
        within: tuple[Node, ...],
        *,
        fuzzy: bool,
    ) -> Iterator[tuple[Loose, Sought]]:
        match expression:
            case Both(children):
                for child in children:
                    others = self._exactly([c for c in children if c is not child], spec)
                    yield from self._sought(child, spec, (*within, *others), fuzzy=fuzzy)
            case Either(children):
                for child in children:
                    yield from self._sought(child, spec, within, fuzzy=fuzzy)
            case InField(key, child, _):
                yield from self._sought(child, self._schema.by_key[key], within, fuzzy=fuzzy)
            case Word(text) | Pattern(text) as word if _is_loose(word, fuzzy=fuzzy):
                if spec is None:
                    yield word, Sought(text, None, within)
                elif spec in self._leaves.names:
                    yield word, Sought(text, self._leaves.names.index(spec), within)

    def _exactly(
        self, expressions: Sequence[Expression], spec: FieldSpec | None
    ) -> tuple[Node, ...]:
        nodes = (self._node(each, spec, NOBODY, fuzzy=False) for each in expressions)
        return tuple(node for node in nodes if node is not None)

    def evidence(
        self, expression: Expression, *, beside: bool = False, named: bool = False
    ) -> Node | None:
        """Compile to records that hold some of the words; None when there is no choice of words.

        Only bare words are taken apart; fields, phrases and exclusions still hold. More is asked
        of records ``beside`` those that hold all words, and where some are ``named`` a little like
        the text.
        """
        children = expression.children if isinstance(expression, Both) else (expression,)
        typed = [child for child in children if isinstance(child, Word)]
        texts = [fold(child.text) for child in typed]
        if sum(map(len, texts)) < _SHORTEST_CHOICE or not self._leaves.uses(Channel.EVIDENCE):
            return None
        pairs = self._leaves.clues.pairs(texts, self._costs.evidence_pairs)
        cut = [] if beside else [self._segmenter.cut(text) for text in texts]
        some = self._most(pairs) if beside else self._some(cut, named=named)
        if some is None:
            return None
        others = (self._node(c, None, NOBODY, fuzzy=False) for c in children if c not in typed)
        kept = tuple(node for node in others if node is not None)
        # These decide between records, but find none.
        telling = AnyOf((MatchAll(), *pairs, *self._leaves.clues.neighbours(texts)))
        return AllOf((Labelled(Channel.EVIDENCE, some), telling, *kept))

    def _some(self, cut: Sequence[Sequence[str]], *, named: bool) -> Node | None:
        """Match records that hold some of the words, or a name that stands among them."""
        every = [word for each in cut for word in self._words(each)]
        telling = [word for word in every if word not in self._lexicon.question_words]
        words = dict.fromkeys(telling if len(telling) >= _FEWEST_WORDS else every)
        nodes = [n for word in words if (n := self._leaves.evident(word)) is not None]
        if len(nodes) < _FEWEST_WORDS:
            return None
        share = self._costs.evidence_named if named else self._costs.evidence
        enough = max(1, ceil(len(nodes) * share))
        return AnyOf((AtLeast(enough, tuple(nodes)), *self._leaves.clues.named_in(cut)))

    def _words(self, cut: Sequence[str]) -> Iterator[str]:
        """Give words of two characters and more; what no dictionary has is cut into single ones."""
        single = ""
        for word in (*cut, ""):
            if len(word) == 1 and word.isalnum() and word not in self._lexicon.question_words:
                single += word
                continue
            if len(single) > 1:
                yield single
            single = ""
            if len(word) > 1:
                yield word

    def _most(self, pairs: tuple[Node, ...]) -> Node | None:
        """Match records that hold many of the pairs of neighbouring characters."""
        enough = max(_FEWEST_WORDS, ceil(len(pairs) * self._costs.evidence_beside))
        return AtLeast(enough, pairs) if len(pairs) > enough else None

    def _node(
        self, expression: Expression, spec: FieldSpec | None, likely: Likely, *, fuzzy: bool
    ) -> Node | None:
        match expression:
            case Everything():
                return MatchAll()
            case Both(children):
                return _joined(AllOf, list(self._all(children, spec, likely, fuzzy=fuzzy)))
            case Either(children):
                return _joined(AnyOf, [self._node(c, spec, likely, fuzzy=fuzzy) for c in children])
            case Without(child):
                # What is excluded is excluded exactly: a near miss is no reason to hide a record.
                node = self._node(child, spec, NOBODY, fuzzy=False)
                return None if node is None else NotNode(node)
            case InField(key, child, _):
                return self._node(child, self._schema.by_key[key], likely, fuzzy=fuzzy)
            case Word() | Quoted() | Pattern() | Interval():
                try:
                    return self._leaf(expression, spec, likely, fuzzy=fuzzy)
                except InvalidRequestError as error:
                    raise QuerySyntaxError(error.message, expression.position) from error

    def _all(
        self,
        children: Sequence[Expression],
        spec: FieldSpec | None,
        likely: Likely,
        *,
        fuzzy: bool,
    ) -> Iterator[Node | None]:
        """Compile what must all match; groups of digits also as the one number they may be."""
        for grouped, run in groupby(children, _is_group):
            words = list(run)
            if grouped and spec is None and is_uscc(_number(words)):
                nodes = [self._node(word, spec, likely, fuzzy=fuzzy) for word in words]
                yield self._together(words, nodes, fuzzy=fuzzy)
            else:
                yield from self._runs(words, spec, likely, fuzzy=fuzzy)

    def _runs(
        self, children: Sequence[Expression], spec: FieldSpec | None, likely: Likely, *, fuzzy: bool
    ) -> Iterator[Node | None]:
        for digits, run in groupby(children, _is_digits):
            words = list(run)
            nodes = [self._node(word, spec, likely, fuzzy=fuzzy) for word in words]
            if digits and spec is None and len(_number(words)) in _NUMBER_LENGTHS:
                yield self._together(words, nodes, fuzzy=fuzzy)
            else:
                yield from nodes

    def _together(
        self, words: Sequence[Expression], nodes: list[Node | None], *, fuzzy: bool
    ) -> Node | None:
        """Match words one by one, or as one number in groups."""
        apart = _joined(AllOf, nodes)
        if len(words) == 1:
            return apart
        return _joined(AnyOf, [self._word(_number(words), None, None, fuzzy=fuzzy), apart])

    def _leaf(
        self,
        leaf: Word | Quoted | Pattern | Interval,
        spec: FieldSpec | None,
        likely: Likely,
        *,
        fuzzy: bool,
    ) -> Node | None:
        match leaf:
            case Word(text, _, marked):
                return self._word(text, spec, likely.get(leaf), fuzzy=fuzzy or marked)
            case Quoted(text):
                return self._word(text, spec, None, fuzzy=False)
            case Pattern(text):
                return self._pattern(text, spec, likely.get(leaf))
            case Interval(low, high):
                if spec is None:
                    raise InvalidRequestError("范围要写在字段后面，例如 成立日期:2020..2023。")
                return self._leaves.interval(spec, low, high)

    def _word(
        self, text: str, spec: FieldSpec | None, likely: Node | None, *, fuzzy: bool
    ) -> Node | None:
        if spec is None:
            if fuzzy:
                return self._leaves.anywhere_fuzzy(text, likely)
            exact: Node | None = self._leaves.anywhere(text)
        elif fuzzy:
            return self._leaves.in_field_fuzzy(spec, text, likely)
        else:
            exact = self._leaves.in_field(spec, text)
        return exact if exact is None or likely is None else AnyOf((exact, likely))

    def _pattern(self, text: str, spec: FieldSpec | None, likely: Node | None) -> Node:
        if spec is None:
            node = self._leaves.pattern_anywhere(text)
        else:
            node = self._leaves.pattern(spec, text)
        return node if likely is None else AnyOf((node, likely))


def may_be_name(text: str) -> bool:
    """Whether a text may be (a part of) somebody's name: with characters, or of letters alone."""
    folded = "".join(fold(text).split())
    if len(folded) > _LONGEST_NAME:
        return False
    return any(map(is_han, folded)) or (len(folded) > 1 and folded.isalpha() and folded.isascii())


def _is_loose(word: Loose, *, fuzzy: bool) -> bool:
    return (fuzzy or (isinstance(word, Word) and word.fuzzy)) and may_be_name(word.text)


def _is_number(leaf: Expression) -> bool:
    text = leaf.text if isinstance(leaf, Word | Quoted | Pattern) else ""
    return sum(character.isdigit() for character in text) >= _NUMBER_DIGITS


def _number(words: Sequence[Expression]) -> str:
    return "".join(fold(word.text) for word in words if isinstance(word, Word)).upper()


def _is_group(expression: Expression) -> bool:
    return isinstance(expression, Word) and _GROUP.fullmatch(fold(expression.text)) is not None


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
