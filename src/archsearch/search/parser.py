"""The query language: text to expression, with positions in every complaint.

words             all must match                      张伟 逾期
"…" “…”           phrase                              "北京天安门"
field:value       one field, by any of its names      备注:逾期  地区：华东
-word, NOT word   must not match                      张伟 -销户
OR, 或            either                              逾期 或 展期
( … ) （ … ）      grouping; without spaces part of a word                华夏（北京）科技
word~             fuzzy                               张玮~
* ?               in names and keyword fields         档号:QY-2024*
a..b              range, of dates and numbers         成立日期:2020..2023-06
#tag              keyword tag                         #授信
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum, auto

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
from archsearch.errors import QuerySyntaxError, QueryTooComplexError

FieldFinder = Callable[[str], str | None]
"""Finds the schema key of a field by any of its names."""


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """Bounds on a query: characters, clauses (words, phrases, ranges …), and nesting."""

    length: int = 512
    clauses: int = 32
    depth: int = 8


class _Kind(Enum):
    OPEN = auto()
    CLOSE = auto()
    OR = auto()
    AND = auto()
    NOT = auto()
    FIELD = auto()
    TEXT = auto()
    QUOTED = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: _Kind
    text: str
    position: int


_OPENERS = "(（"
_CLOSERS = ")）"
_QUOTES = {'"': '"“”', "“": '”"', "”": '”"', "＂": "＂"}
_MINUSES = "-－"
_COLONS = ":："
_HASHES = "#＃"
_TILDES = "~～"
_WORDS = {"OR": _Kind.OR, "或": _Kind.OR, "AND": _Kind.AND, "NOT": _Kind.NOT}
_PLAIN = r"[^\s()（）\"“”＂:：]"
_BRACKETED = rf"[(（](?![-－#＃]){_PLAIN}+[)）]"
_CHUNK = re.compile(rf"(?:{_PLAIN}|{_BRACKETED})+")
_LEADING = re.compile(rf"{_BRACKETED}(?={_PLAIN})")
_INTERVAL = re.compile(r"^(.*?)\.\.(.*)$")


def parse(
    text: str, find_field: FieldFinder, limits: QueryLimits, names: Sequence[str] = ()
) -> Expression:
    """Parse a query.

    Args:
        text: The query.
        find_field: Tells a field by its name.
        limits: How much is too much.
        names: All names of fields, to suggest one of for a name that is none.

    Raises:
        QuerySyntaxError: The text cannot be read; says where.
        QueryTooComplexError: A limit is exceeded.
    """
    if len(text) > limits.length:
        raise QueryTooComplexError(
            f"检索式有 {len(text)} 个字符，最多 {limits.length} 个；请缩短，名单请用批量比对。"
        )
    tokens = _Lexer(text, find_field, names).tokens()
    return _Parser(tokens, limits).parse()


class _Lexer:
    def __init__(self, text: str, find_field: FieldFinder, names: Sequence[str]) -> None:
        self._text = text
        self._names = names
        self._find_field = find_field
        self._at = 0
        self._found: list[_Token] = []

    def tokens(self) -> list[_Token]:
        while self._at < len(self._text):
            character = self._text[self._at]
            if character.isspace():
                self._at += 1
            elif character in _OPENERS and not self._begins_text():
                self._take(_Kind.OPEN)
            elif character in _CLOSERS:
                self._take(_Kind.CLOSE)
            elif character in _QUOTES:
                self._quoted()
            elif character in _COLONS:
                raise QuerySyntaxError("冒号前缺少字段名；要查冒号本身请加引号。", self._at)
            else:
                self._chunk()
        self._add(_Kind.END, "", len(self._text))
        return self._found

    def _add(self, kind: _Kind, text: str, position: int) -> None:
        self._found.append(_Token(kind, text, position))

    def _take(self, kind: _Kind) -> None:
        self._add(kind, self._text[self._at], self._at)
        self._at += 1

    def _quoted(self) -> None:
        start = self._at
        closers = _QUOTES[self._text[start]]
        end = start + 1
        while end < len(self._text) and self._text[end] not in closers:
            end += 1
        if end == len(self._text):
            raise QuerySyntaxError("引号没有闭合；请补上后一个引号。", start)
        inner = self._text[start + 1 : end]
        if not inner.strip():
            raise QuerySyntaxError("引号里没有内容。", start)
        self._add(_Kind.QUOTED, inner, start + 1)
        self._at = end + 1

    def _chunk(self) -> None:
        if self._text[self._at] in _MINUSES and self._followed():
            self._take(_Kind.NOT)
            return
        if self._text[self._at] in _HASHES and self._followed():
            self._add(_Kind.FIELD, "tags", self._at)
            self._at += 1
            return
        match = _CHUNK.match(self._text, self._at)
        if match is None:
            raise QuerySyntaxError("这里的字符无法识别；请加引号。", self._at)
        chunk, start = match.group(), self._at
        self._at = match.end()
        if self._at < len(self._text) and self._text[self._at] in _COLONS:
            self._field(chunk, start)
        else:
            self._add(_WORDS.get(chunk, _Kind.TEXT), chunk, start)

    def _begins_text(self) -> bool:
        """Whether a bracket is that of a text, as in （北京）华夏, and not one around words."""
        after_sign = bool(self._found) and self._found[-1].kind in {_Kind.NOT, _Kind.FIELD}
        return not after_sign and _LEADING.match(self._text, self._at) is not None

    def _followed(self) -> bool:
        following = self._text[self._at + 1 : self._at + 2]
        return bool(following) and not following.isspace() and following not in _CLOSERS

    def _field(self, name: str, start: int) -> None:
        key = self._find_field(name)
        if key is None:
            near = get_close_matches(name, self._names, n=1, cutoff=0.5)
            hint = f"是不是“{near[0]}”？" if near else ""
            raise QuerySyntaxError(
                f"没有叫“{name}”的字段；{hint}若要查这段文字本身，请加引号。", start
            )
        self._at += 1
        if not self._text[self._at : self._at + 1].strip():
            raise QuerySyntaxError(f"字段“{name}”后面缺少值；冒号后不要留空格。", self._at)
        self._add(_Kind.FIELD, key, start)


class _Parser:
    def __init__(self, tokens: list[_Token], limits: QueryLimits) -> None:
        self._tokens = tokens
        self._limits = limits
        self._at = 0
        self._clauses = 0

    def parse(self) -> Expression:
        if self._peek().kind is _Kind.END:
            return Everything()
        found = self._either(depth=0)
        if self._peek().kind is not _Kind.END:
            raise QuerySyntaxError("多了一个右括号。", self._peek().position)
        return found

    def _peek(self) -> _Token:
        return self._tokens[self._at]

    def _advance(self) -> _Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _either(self, *, depth: int) -> Expression:
        if depth > self._limits.depth:
            raise QueryTooComplexError(f"括号嵌套超过 {self._limits.depth} 层；请拆成几次检索。")
        children = [self._both(depth=depth)]
        while self._peek().kind is _Kind.OR:
            self._advance()
            children.append(self._both(depth=depth))
        return children[0] if len(children) == 1 else Either(tuple(children))

    def _both(self, *, depth: int) -> Expression:
        children = [self._unary(depth=depth)]
        while self._peek().kind not in {_Kind.OR, _Kind.CLOSE, _Kind.END}:
            if self._peek().kind is _Kind.AND:
                self._advance()
            children.append(self._unary(depth=depth))
        return children[0] if len(children) == 1 else Both(tuple(children))

    def _unary(self, *, depth: int) -> Expression:
        negations = 0
        while self._peek().kind is _Kind.NOT:
            self._advance()
            negations += 1
            if negations > self._limits.depth:
                raise QueryTooComplexError("连续的 NOT 太多；请去掉多余的。")
        found = self._primary(depth=depth)
        return Without(found) if negations % 2 else found

    def _primary(self, *, depth: int) -> Expression:
        token = self._advance()
        match token.kind:
            case _Kind.OPEN:
                return self._group(token, depth=depth)
            case _Kind.FIELD:
                return self._in_field(token, depth=depth)
            case _Kind.QUOTED:
                self._count()
                return Quoted(token.text, token.position)
            case _Kind.TEXT:
                self._count()
                return _leaf(token)
            case _Kind.END:
                raise QuerySyntaxError("检索式没有写完，后面缺少内容。", token.position)
            case _:
                raise QuerySyntaxError(
                    f"“{token.text}”的位置不对，它的前面或后面缺少内容。", token.position
                )

    def _group(self, opener: _Token, *, depth: int) -> Expression:
        if self._peek().kind is _Kind.CLOSE:
            raise QuerySyntaxError("括号里没有内容。", opener.position)
        found = self._either(depth=depth + 1)
        if self._advance().kind is not _Kind.CLOSE:
            raise QuerySyntaxError("括号没有闭合；请补上右括号。", opener.position)
        return found

    def _in_field(self, token: _Token, *, depth: int) -> Expression:
        following = self._peek()
        if following.kind not in {_Kind.OPEN, _Kind.QUOTED, _Kind.TEXT}:
            raise QuerySyntaxError("字段后面要跟一个值、引号或括号。", following.position)
        child = self._primary(depth=depth + 1)
        if _holds_field(child):
            raise QuerySyntaxError("字段的括号里不能再写字段。", following.position)
        return InField(token.text, child, token.position)

    def _count(self) -> None:
        self._clauses += 1
        if self._clauses > self._limits.clauses:
            raise QueryTooComplexError(
                f"检索式超过 {self._limits.clauses} 个词；请减少，名单请用批量比对。"
            )


def _leaf(token: _Token) -> Expression:
    text = token.text
    interval = _INTERVAL.match(text)
    if interval:
        low, high = interval.groups()
        if not low and not high:
            raise QuerySyntaxError("范围的两端不能都空着。", token.position)
        return Interval(low, high, token.position)
    if text[-1] in _TILDES and len(text) > 1:
        return Word(text[:-1], token.position, fuzzy=True)
    if "*" in text or "?" in text or "＊" in text:
        return Pattern(text.replace("＊", "*"), token.position)
    return Word(text, token.position)


def _holds_field(expression: Expression) -> bool:
    match expression:
        case InField():
            return True
        case Both(children) | Either(children):
            return any(_holds_field(child) for child in children)
        case Without(child):
            return _holds_field(child)
        case _:
            return False
