"""YAML: one list, one object, or many documents; no anchors, aliases or tags.

Plain values are read as YAML 1.2 does, and text whenever a number would not read the same again:
``no`` is a word, ``010`` is not eight, ``2024.10`` keeps its zero and a date stays text. An export
that a person edits must not turn a telephone number into an octal one.
"""

import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

from archsearch.domain.problem import Problem, Where
from archsearch.ingest.readers.faults import (
    Fault,
    RefusalError,
    cell_too_long,
    not_an_object,
    too_deep,
    too_long,
    too_many_columns,
    truncated,
)
from archsearch.ingest.readers.json_document import RECORD_LISTS
from archsearch.ingest.readers.json_text import duplicate_key, longest_text
from archsearch.ingest.readers.source import Source
from archsearch.ingest.rows import Row

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,39})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


def read_yaml(source: Source) -> Iterator[Row | Problem]:
    """Yield the rows of a YAML stream, holding one row in memory at a time."""
    text = _CountedText(source)
    try:
        yield from _Documents(yaml.parse(text, Loader=_LOADER), source).rows()
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line if exc.problem_mark else 0
        if line >= text.line_ends and text.ended:
            raise truncated(f"第 {line + 1} 行") from exc
        raise RefusalError(
            "unreadable",
            f"第 {line + 1} 行不符合 YAML 语法，请检查缩进、冒号和引号；后面的内容没有读取。",
            f"第 {line + 1} 行",
        ) from exc
    except yaml.YAMLError as exc:
        raise RefusalError("unreadable", "文件里有 YAML 不允许的控制字符，请删除后再试。") from exc


class _CountedText:
    """The text as the parser pulls it, with the number of line ends seen."""

    def __init__(self, source: Source) -> None:
        self._texts = source.texts()
        self.line_ends = 0
        self.ended = False

    def read(self, _size: int = -1) -> str:
        text = next(self._texts, "")
        self.line_ends += text.count("\n")
        self.ended = not text
        return text


class _Documents:
    """The walk over the events of a YAML stream."""

    def __init__(self, events: Iterator[Any], source: Source) -> None:
        self._events = events
        self._source = source
        self._limits = source.limits
        self._number = 0
        self._start = 0
        self._fault: Fault | None = None

    def rows(self) -> Iterator[Row | Problem]:
        """Yield the rows of every document."""
        for event in self._events:
            if isinstance(event, yaml.SequenceStartEvent):
                self._check(event)
                yield from self._list()
            elif isinstance(event, yaml.MappingStartEvent):
                self._check(event)
                yield from self._object(event)
            elif isinstance(event, yaml.NodeEvent):
                self._begin(event)
                value = self._node(event, 0)
                if value is not None:
                    yield self._row(value, event)

    def _list(self) -> Iterator[Row | Problem]:
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            self._begin(event)
            yield self._row(self._node(event, 1), event)

    def _object(self, start: Any) -> Iterator[Row | Problem]:
        """Read a wrapping object, or else one record."""
        self._begin(start)
        members: list[tuple[str, Any]] = []
        wrapped = False
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event)
            event = self._next()
            if key in RECORD_LISTS and isinstance(event, yaml.SequenceStartEvent):
                wrapped = True
                self._check(event)
                yield from self._list()
                self._begin(event)
            else:
                members.append((key, self._node(event, 1)))
        if not wrapped:
            yield self._row(self._unique(members), start)

    def _row(self, value: object, start: Any) -> Row | Problem:
        self._number += 1
        where = Where(self._source.name, f"第 {start.start_mark.line + 1} 行", self._number)
        fault = self._fault
        if not isinstance(value, dict):
            return (fault or not_an_object()).at(where)
        if len(value) > self._limits.max_columns:
            fault = too_many_columns(self._limits.max_columns)
        elif longest_text(value) > self._limits.max_cell_chars:
            fault = cell_too_long(self._limits.max_cell_chars)
        return fault.at(where) if fault else Row(where, value)

    def _begin(self, event: Any) -> None:
        self._fault = None
        self._start = event.start_mark.index

    def _next(self) -> Any:
        return next(self._events)

    def _node(self, event: Any, depth: int) -> Any:
        self._check(event)
        if depth > self._limits.max_depth:
            raise self._refuse(too_deep(self._limits.max_depth), event)
        if event.end_mark.index - self._start > self._limits.max_row_bytes:
            raise self._refuse(too_long(self._limits.max_row_bytes), event)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event.value) if event.implicit[0] and not event.style else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(inner := self._next(), yaml.SequenceEndEvent):
                items.append(self._node(inner, depth + 1))
            return items
        members = []
        while not isinstance(inner := self._next(), yaml.MappingEndEvent):
            key = self._key(inner)
            members.append((key, self._node(self._next(), depth + 1)))
        return self._unique(members)

    def _key(self, event: Any) -> str:
        self._check(event)
        if not isinstance(event, yaml.ScalarEvent):
            raise self._forbid(event, "列名必须是文字")
        return str(event.value)

    def _unique(self, members: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(members)
        if len(found) < len(members):
            self._fault = duplicate_key(members)
        return found

    def _check(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise self._forbid(event, "不允许使用锚点和引用（& 和 *）")
        if event.tag:
            raise self._forbid(event, "不允许使用类型标记（!）")

    def _forbid(self, event: Any, what: str) -> RefusalError:
        line = event.start_mark.line + 1
        message = f"第 {line} 行：{what}；内容以 & * ! 开头时请加引号。"
        return RefusalError("yaml_forbidden", message, f"第 {line} 行")

    def _refuse(self, fault: Fault, event: Any) -> RefusalError:
        position = f"第 {event.start_mark.line + 1} 行"
        return RefusalError(fault.code, fault.message + "后面的内容没有读取。", position)


def _scalar(text: str) -> str | int | float | bool | None:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        number = float(text)
        if math.isfinite(number) and ("e" in text.lower() or repr(number) == text):
            return number
    return text
