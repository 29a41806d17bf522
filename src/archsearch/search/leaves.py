"""What one word, phrase, pattern or range matches: in one field, or anywhere.

Sensitive fields are matched through keyed tokens of whole values and endings alone; patterns and
ranges on them are refused, since walking them would spell a hidden value out.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from string import ascii_lowercase

from archsearch.analysis.folding import fold, fold_key
from archsearch.analysis.pinyin import Pinyin
from archsearch.analysis.units import positioned
from archsearch.domain.plan import (
    AllOf,
    AnyOf,
    BestOf,
    Channel,
    KeyNode,
    Labelled,
    MatchNone,
    Node,
    PhraseNode,
    PrefixNode,
    RangeNode,
    TermNode,
    WildcardNode,
)
from archsearch.domain.schema import FieldSpec, FieldType, Matching, Schema
from archsearch.engines.documents import Analysis
from archsearch.engines.fields import (
    conceals,
    facet_field,
    identifier_key,
    key_of,
    number_key,
    phrase_tokens,
    secret_field,
    secret_key,
    sort_field,
)
from archsearch.errors import InvalidRequestError
from archsearch.search.clues import Clues
from archsearch.search.likeness.lexicon import Lexicon
from archsearch.search.numbers import Numbers, other_forms
from archsearch.search.synonyms import Synonyms
from archsearch.search.values import ValueReader
from archsearch.security.prose import without_numbers

LAST = "\U0010ffff"
"""Sorts after every other character; closes ranges that hold everything with a prefix."""

_DAY = re.compile(r"[0-9〇零一二三四五六七八九十]{2}")
_WHOLE_DAY = len("2024-03-05")
_NUMERIC = {FieldType.NUMBER, FieldType.AMOUNT}
_TEXTUAL = {Matching.TEXT, Matching.NAME}
_UNMATCHED = re.compile(r"[^\w*?]|_")
_SPELLINGS = 4
_REMEMBERED = 64
_LONGEST_SYLLABLE = 6


class Leaves:
    """Makes nodes from texts; one for all queries of a schema.

    Every method raises :class:`~archsearch.errors.InvalidRequestError` when a text cannot mean
    anything in a field. ``None`` stands for a text without anything to search for, such as ``——``.
    """

    def __init__(
        self,
        schema: Schema,
        analysis: Analysis,
        values: ValueReader,
        lexicon: Lexicon,
        channels: frozenset[Channel],
    ) -> None:
        self._enabled = channels
        self._schema = schema
        self._analysis = analysis
        self._values = values
        self._weights = lexicon.weights
        self._addresses = lexicon.addresses
        self._default = tuple(spec for spec in schema.leaves if spec.default_search)
        self._textual = [spec for spec in self._default if spec.matching in _TEXTUAL]
        self._numbers = Numbers(self._default, analysis.tokens, lexicon)
        self.synonyms = Synonyms(analysis.glossary, used=self.uses(Channel.SYNONYM))
        self.names = tuple(s for s in schema.leaves if s.matching is Matching.NAME)
        """The fields whose names are found by likeness, in the order they are numbered in."""
        self.clues = Clues(self._default, self.names, lexicon)
        # Of one query every word is asked for several times: alone, as a filter for the others, ….
        self._anywhere = lru_cache(_REMEMBERED)(self._made_anywhere)

    def uses(self, channel: Channel) -> bool:
        """Whether a fuzzy channel is switched on."""
        return channel in self._enabled

    # Anywhere ------------------------------------------------------------------------------------

    def anywhere(self, text: str) -> Labelled | None:
        """Match a text in any field that a query without a field looks into."""
        return self._anywhere(text)

    def _made_anywhere(self, text: str) -> Labelled | None:
        found = positioned([text])
        if not found:
            return None
        nodes: list[Node] = []
        for spec in self._default:
            if spec.matching in _TEXTUAL:
                nodes.extend(self._text(spec, text, found))
            elif spec.type is FieldType.DATE:
                nodes.extend(self._day(spec, text))
            elif conceals(spec, text):
                token = secret_key(spec, text, self._analysis.tokens)
                nodes.append(KeyNode(secret_field(spec), frozenset({token}), self._weights.value))
            elif not spec.sensitive:
                key = frozenset({fold_key(text)})
                nodes.append(KeyNode(spec.key, key, self._weights.value))
            elif self._plausible(spec, text):
                nodes.append(KeyNode(spec.key, self._wholes(spec, text), self._weights.value))
        return Labelled(Channel.EXACT, AnyOf(tuple(nodes)))

    def anywhere_fuzzy(self, text: str, likely: Node | None) -> Node | None:
        """Match as :meth:`anywhere`, and identifiers by a part, and whose names are like it."""
        exact = self.anywhere(text)
        if exact is None:
            return None
        return _either(exact, likely, *self._parts(text), *self.synonymous(text))

    def inexactly(self, text: str, likely: Node | None) -> Node:
        """Match what :meth:`anywhere_fuzzy` does beyond :meth:`anywhere`."""
        return _either(MatchNone(), likely, *self._parts(text), *self.synonymous(text))

    def evident(self, word: str) -> Node | None:
        """Match a word of a question, or one that means the same, anywhere; without channels."""
        exact = self.anywhere(word)
        if exact is None:
            return None
        return AnyOf(tuple(node.child for node in (exact, *self.synonymous(word))))

    def name_exact(self, text: str) -> Node | None:
        """Match names that hold the text as it is."""
        found = positioned([text])
        if not found:
            return None
        nodes = tuple(n for spec in self.names for n in self._text(spec, text, found))
        return Labelled(Channel.EXACT, AnyOf(nodes))

    def beginning(self, text: str) -> Node | None:
        """Match names that begin with a text, in characters or as they are sorted, in pinyin."""
        key = "".join(unit for unit, _ in positioned([text]))
        if not key:
            return None
        nodes: list[Node] = [
            Labelled(Channel.EXACT, PrefixNode(f"{spec.key}#whole", key, self._weights.begins))
            for spec in self.names
        ]
        written = key.rstrip(ascii_lowercase)
        letters = key[len(written) :]
        if letters and self.uses(Channel.PINYIN):
            for spec in self.names:
                if spec.sortable:
                    nodes += self._begun(spec, written, letters)
        return BestOf(tuple(nodes))

    def _begun(self, spec: FieldSpec, written: str, letters: str) -> Iterator[Node]:
        """Match names that begin with some characters and go on as the letters are read."""
        pinyin = self._analysis.pinyin
        head = "".join(f"{syllable} " for syllable in pinyin.main_spelling(list(written)))
        for spelt in _spelt(letters, pinyin):
            node: Node = PrefixNode(sort_field(spec), head + spelt, self._weights.begins_spelt)
            if written:
                node = AllOf((node, PrefixNode(f"{spec.key}#whole", written)))
            yield Labelled(Channel.PINYIN, node)

    # In one field --------------------------------------------------------------------------------

    def in_field(self, spec: FieldSpec, text: str) -> Node | None:
        """Match a text in one field, or in any member of a group."""
        if spec.type is FieldType.GROUP:
            members = (m for m in spec.fields if m.matching is not Matching.NONE)
            nodes = tuple(n for m in members if (n := self.in_field(m, text)) is not None)
            return AnyOf(nodes) if nodes else None
        if spec.matching in _TEXTUAL:
            found = positioned([text])
            if not found:
                return None
            return Labelled(Channel.EXACT, AnyOf(tuple(self._text(spec, text, found))))
        return self.value(spec, text)

    def in_field_fuzzy(self, spec: FieldSpec, text: str, likely: Node | None) -> Node | None:
        """Match as :meth:`in_field`, and whose names are like the text."""
        exact = self.in_field(spec, text)
        if exact is None:
            return None
        return _either(exact, likely, *self.synonymous(text, spec))

    def value(self, spec: FieldSpec, text: str) -> Node:
        """Match a whole value of a key field."""
        if spec.matching is not Matching.KEY:
            raise InvalidRequestError(f"字段“{spec.label}”不能检索。")
        if spec.sensitive:
            return Labelled(Channel.EXACT, self._sensitive(spec, text))
        canonical = self._read(spec, text)
        if spec.type is FieldType.DATE:
            node: Node = RangeNode(spec.key, str(canonical), f"{canonical}{LAST}")
        elif spec.hierarchical:
            node = KeyNode(facet_field(spec), frozenset({str(canonical)}))
        elif conceals(spec, canonical):
            token = secret_key(spec, str(canonical), self._analysis.tokens)
            node = KeyNode(secret_field(spec), frozenset({token}))
        else:
            key = key_of(spec, canonical, self._analysis.tokens)
            node = KeyNode(spec.key, frozenset({key}))
        return Labelled(Channel.EXACT, node)

    def pattern(self, spec: FieldSpec, text: str) -> Node:
        """Match a value of a keyword field, or a name, by ``*`` and ``?``."""
        named = spec.matching is Matching.NAME
        if spec.sensitive or not (named or self._takes_patterns(spec)):
            raise InvalidRequestError(f"字段“{spec.label}”不支持通配符；请写完整的值。")
        if named:
            return _pattern_node(f"{spec.key}#whole", _UNMATCHED.sub("", fold_key(text)))
        return _pattern_node(spec.key, fold_key(text))

    def pattern_anywhere(self, text: str) -> Node:
        """Match names and keyword fields that a query without a field looks into.

        What looks like a number with a mask on it is that number.
        """
        masked = self._numbers.masked(text) if self.uses(Channel.MASKED) else None
        if masked is not None:
            return masked
        nodes = [
            self.pattern(spec, text)
            for spec in self._default
            if spec.matching is Matching.NAME or self._takes_patterns(spec)
        ]
        return AnyOf(tuple(nodes))

    def interval(self, spec: FieldSpec, low: str, high: str) -> Node:
        """Match dates or numbers between two ends, both included; an empty end is open."""
        ranged = spec.type is FieldType.DATE or spec.type in _NUMERIC
        if spec.sensitive or not ranged or spec.matching is not Matching.KEY:
            raise InvalidRequestError(f"字段“{spec.label}”不支持范围；范围只用于日期和数字。")
        start = self._bound(spec, low)
        end = self._bound(spec, high)
        if start is not None and end is not None and start > end:
            raise InvalidRequestError(f"字段“{spec.label}”的范围前后颠倒了。")
        if end is not None and spec.type is FieldType.DATE:
            end += LAST
        return Labelled(Channel.EXACT, RangeNode(spec.key, start, end))

    def synonymous(self, text: str, spec: FieldSpec | None = None) -> Iterator[Labelled]:
        """Match other words for a text, in one field of text or wherever there is text."""
        specs = self._textual if spec is None else [spec] if spec.matching in _TEXTUAL else []
        for other in self.synonyms.of(text) if specs else ():
            found = positioned([other])
            nodes = tuple(node for each in specs for node in self._text(each, other, found))
            yield Labelled(Channel.SYNONYM, AnyOf(nodes))

    # Parts ---------------------------------------------------------------------------------------

    def _text(self, spec: FieldSpec, text: str, found: list[tuple[str, int]]) -> Iterator[Node]:
        folded = fold(text)
        plain, numbers = without_numbers(folded)
        if numbers:
            # Numbers of persons are no units of a text: they are found by themselves.
            left = positioned([plain])
            rest = [PhraseNode(spec.key, phrase_tokens(left), spec.weight)] if left else []
            yield AllOf((*(self._numbers.written(spec, number) for number in numbers), *rest))
            return
        yield PhraseNode(spec.key, phrase_tokens(found), spec.weight)
        if spec.type is FieldType.ADDRESS:
            for counted in self._addresses.other_numerals(folded):
                yield PhraseNode(spec.key, phrase_tokens(positioned([counted])), spec.weight)
        # Whether it is a word, the index knows: what is one anywhere is one by itself. To cut it
        # here would load a dictionary, which takes as long as all the rest of a search.
        word = folded.strip()
        if len(word) > 1 and not any(map(str.isspace, word)):
            yield TermNode(f"{spec.key}#words", word, spec.weight * self._weights.word)

    def _day(self, spec: FieldSpec, text: str) -> Iterator[Node]:
        """Match a day, in whatever form it is written; other texts are none."""
        folded = fold(text)
        if not _DAY.search(folded):
            return
        day = str(self._values.read(spec, folded) or "")
        if len(day) != _WHOLE_DAY:
            return
        if spec.sensitive:
            yield KeyNode(spec.key, frozenset({self._token(spec, day)}), self._weights.value)
        else:
            yield RangeNode(spec.key, day, f"{day}{LAST}", self._weights.value)

    def _parts(self, text: str) -> Iterator[Labelled]:
        """Match identifiers by a part, with a slip, or masked."""
        key = fold_key(text)
        if self.uses(Channel.SUBSTRING):
            yield from self._numbers.parts(text)
            digits = any(map(str.isdigit, key))
            if (
                len(key) >= self._weights.shortest_part
                and digits
                and key.isascii()
                and "*" not in key
            ):
                node = WildcardNode("record_id", f"*{key}*", self._weights.part_of_id)
                yield Labelled(Channel.SUBSTRING, node)
        masked = self._numbers.masked(text) if self.uses(Channel.MASKED) else None
        if masked is not None:
            yield masked
        yield from self._numbers.slips(text, self.uses)

    def _sensitive(self, spec: FieldSpec, text: str) -> Node:
        whole = KeyNode(spec.key, self._wholes(spec, text), self._weights.value)
        ending = self._numbers.ending(spec, text)
        return whole if ending is None else AnyOf((whole, ending))

    def _wholes(self, spec: FieldSpec, text: str) -> frozenset[str]:
        """Make the tokens of a value as a whole, an ID number's of both generations."""
        others = other_forms(spec, identifier_key(spec, text))
        return frozenset({self._token(spec, text), *(self._token(spec, one) for one in others)})

    def _token(self, spec: FieldSpec, text: str) -> str:
        canonical = self._values.read(spec, text)
        return key_of(spec, text if canonical is None else canonical, self._analysis.tokens)

    def _read(self, spec: FieldSpec, text: str) -> str | float:
        canonical = self._values.read(spec, text)
        if canonical is None:
            near = self._values.nearest(spec, text)
            hint = f"您是不是要找“{near}”？" if near else "请检查写法。"
            raise InvalidRequestError(f"“{text}”不是字段“{spec.label}”认得的值；{hint}")
        return canonical

    def _bound(self, spec: FieldSpec, text: str) -> str | None:
        if not text:
            return None
        canonical = self._read(spec, text)
        return number_key(float(canonical)) if spec.type in _NUMERIC else str(canonical)

    def _plausible(self, spec: FieldSpec, text: str) -> bool:
        if spec.type is FieldType.EMAIL:
            return "@" in fold_key(text)
        return len(identifier_key(spec, text)) >= self._weights.shortest_number

    def _takes_patterns(self, spec: FieldSpec) -> bool:
        plain = spec.type in {FieldType.KEYWORD, FieldType.TAGS, FieldType.REGION}
        return spec.matching is Matching.KEY and plain and not spec.sensitive


def _either(first: Node, *others: Node | None) -> Node:
    there = tuple(node for node in others if node is not None)
    return AnyOf((first, *there)) if there else first


def _spelt(letters: str, pinyin: Pinyin) -> list[str]:
    """Write letters as names sort by them, the last syllable perhaps unfinished."""
    found = {" ".join(way): None for way in pinyin.split(letters)[:_SPELLINGS]}
    for end in range(len(letters) - 1, max(0, len(letters) - _LONGEST_SYLLABLE), -1):
        tail = letters[end:]
        if any(syllable.startswith(tail) for syllable in pinyin.syllables):
            ways = pinyin.split(letters[:end])[:1]
            found |= {" ".join((*way, tail)): None for way in ways}
    if any(syllable.startswith(letters) for syllable in pinyin.syllables):
        found[letters] = None
    return list(found)


def _pattern_node(field: str, folded: str) -> Node:
    literal = folded.replace("*", "").replace("?", "")
    if not any(character.isalnum() for character in literal):
        raise InvalidRequestError("通配符旁边至少要有一个文字或数字。")
    if folded.endswith("*") and folded.count("*") == 1 and "?" not in folded:
        return Labelled(Channel.EXACT, PrefixNode(field, folded[:-1]))
    return Labelled(Channel.EXACT, WildcardNode(field, folded))
