"""JSON documents: an array of objects, an object that holds one, or objects one after another."""

from collections.abc import Iterator
from json import JSONDecodeError
from typing import Any

from archsearch.domain.problem import Problem, Where
from archsearch.ingest.readers.faults import (
    Fault,
    RefusalError,
    not_an_object,
    too_deep,
    too_long,
    truncated,
)
from archsearch.ingest.readers.json_lines import ends_early
from archsearch.ingest.readers.json_text import (
    JsonText,
    TooDeepError,
    duplicate_key,
    row_fault,
    skip_space,
)
from archsearch.ingest.readers.limits import Limits
from archsearch.ingest.readers.source import Source
from archsearch.ingest.rows import Row

RECORD_LISTS = frozenset({"records", "data", "rows", "items", "customers", "记录", "数据", "客户"})
"""Keys of a wrapping object under which exports keep the list of records."""


def read_json(source: Source) -> Iterator[Row | Problem]:
    """Yield the rows of a JSON document, holding one row in memory at a time."""
    yield from _Document(source).rows()


class _Document:
    """The walk through one document; ``_text[_at:]`` is what has been read but not yet used."""

    def __init__(self, source: Source) -> None:
        self._name = source.name
        self._limits: Limits = source.limits
        self._texts = source.texts()
        self._parser = JsonText(source.limits)
        self._text = ""
        self._at = 0
        self._number = 0
        self._lines = 0
        self._used = 0

    def rows(self) -> Iterator[Row | Problem]:
        """Yield every row; objects may follow one another as in JSON Lines."""
        listed = False
        while char := self._peek():
            if listed:
                raise self._syntax("列表之后多出了内容")
            if char == "[":
                yield from self._array()
                listed = True
            elif char == "{":
                yield from self._object()
            else:
                raise self._syntax("应当以 [ 或 { 开头")

    def _array(self) -> Iterator[Row | Problem]:
        self._at += 1
        if self._peek() == "]":
            self._at += 1
            return
        while True:
            value, fault = self._value()
            yield self._row(value, fault)
            if self._follows() == "]":
                return

    def _object(self) -> Iterator[Row | Problem]:
        """Read a wrapping object, or else one record, member by member."""
        self._at += 1
        members: list[tuple[str, Any]] = []
        fault: Fault | None = None
        wrapped = self._peek() == "}"
        start = self._used + self._at
        if wrapped:
            self._at += 1
            return
        while True:
            key = self._key()
            if key in RECORD_LISTS and self._list_of_objects():
                wrapped = True
                yield from self._array()
            else:
                value, wrong = self._value()
                fault = fault or wrong
                members.append((key, value))
                # What stands beside the list of records is not kept, so it needs no bound.
                if not wrapped and self._used + self._at - start > self._limits.max_row_bytes:
                    raise self._refuse(too_long(self._limits.max_row_bytes))
            if self._follows("}") == "}":
                break
        if not wrapped:
            values = dict(members)
            if len(values) < len(members):
                fault = duplicate_key(members)
            yield self._row(values, fault)

    def _row(self, value: object, fault: Fault | None) -> Row | Problem:
        self._number += 1
        where = Where(self._name, f"第 {self._number} 个元素", self._number)
        fault = fault or row_fault(value, self._limits)
        if fault or not isinstance(value, dict):
            return (fault or not_an_object()).at(where)
        return Row(where, value)

    def _key(self) -> str:
        if self._peek() != '"':
            raise self._syntax("这里应当是带双引号的列名") if self._peek() else self._cut()
        key, _ = self._value()
        if self._peek() != ":":
            raise self._syntax("列名后应当是冒号") if self._peek() else self._cut()
        self._at += 1
        return str(key)

    def _list_of_objects(self) -> bool:
        if self._peek() != "[":
            return False
        while (inner := skip_space(self._text, self._at + 1)) == len(self._text) and self._more():
            pass
        return self._text[inner : inner + 1] in ("{", "]", "")

    def _value(self) -> tuple[Any, Fault | None]:
        self._peek()
        while True:
            try:
                value, end, fault = self._parser.value(self._text, self._at)
            except TooDeepError:
                raise self._refuse(too_deep(self._limits.max_depth)) from None
            except JSONDecodeError as exc:
                if not ends_early(exc, self._text):
                    self._at = exc.pos
                    raise self._syntax("这里不符合 JSON 语法") from exc
                if not self._more():
                    raise self._cut() from exc
                continue
            # A number at the end of what was read may go on in what was not.
            if end == len(self._text) and not isinstance(value, dict | list) and self._more():
                continue
            self._at = end
            return value, fault

    def _follows(self, close: str = "]") -> str:
        """Step over the comma or closing bracket that must come next."""
        char = self._peek()
        if not char:
            raise self._cut()
        if char not in (",", close):
            raise self._syntax(f"这里应当是逗号或 {close}")
        self._at += 1
        return char

    def _peek(self) -> str:
        """Step over white space; return the character there, empty at the end."""
        while True:
            self._at = skip_space(self._text, self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Read on, at least doubling what is pending so that long rows cost linear time."""
        pending = len(self._text) - self._at
        if pending > self._limits.max_row_bytes:
            raise self._refuse(too_long(self._limits.max_row_bytes))
        pieces, got = [self._text[self._at :]], 0
        for text in self._texts:
            pieces.append(text)
            got += len(text)
            if got >= max(pending, 1):
                break
        self._lines += self._text.count("\n", 0, self._at)
        self._used += self._at
        self._text, self._at = "".join(pieces), 0
        return got > 0

    def _syntax(self, what: str) -> RefusalError:
        line = self._lines + self._text.count("\n", 0, self._at) + 1
        return RefusalError(
            "json_syntax", f"第 {line} 行：{what}；后面的内容没有读取。", f"第 {line} 行"
        )

    def _cut(self) -> RefusalError:
        return truncated(self._after())

    def _refuse(self, fault: Fault) -> RefusalError:
        return RefusalError(fault.code, fault.message + "后面的内容没有读取。", self._after())

    def _after(self) -> str:
        return f"第 {self._number} 个元素之后"
