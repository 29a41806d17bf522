"""XML: plain records, and packages in the manner of DA/T 48 (EEP).

A record is an element with child elements, either named as one (``记录``, ``record``, ``文件实体``
and others) or a child of the root. Inside a record, repeated children become lists, nested ones
dicts; wrappers that only group metadata (``…块``, ``元数据``) are dissolved.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from typing import Any, Protocol
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

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
from archsearch.ingest.readers.json_text import longest_text
from archsearch.ingest.readers.source import Source
from archsearch.ingest.rows import Row

RECORDS = frozenset(
    {"记录", "档案", "客户", "客户档案", "档案记录", "客户信息", "文件实体", "实体", "条目"}
    | {"record", "customer", "archive", "entity", "row", "recordentity", "fileentity"}
)
"""Names of elements that are records wherever they stand, as long as they have child elements."""
_WRAPPERS = frozenset(
    {"元数据", "封装内容", "内容描述", "基本信息", "属性", "数据", "字段", "来源", "形式特征"}
    | {"metadata", "content", "description", "properties", "attributes", "fields", "body"}
)
_PROPERTIES = frozenset(
    {"元数据项", "元数据", "属性", "字段", "项", "数据项"}
    | {"property", "attribute", "field", "meta", "param", "column", "item"}
)
_NAMING = ("名称", "name", "key", "键")
_VALUES = ("值", "value")
_SKIPPED = frozenset(
    {"文件数据", "编码数据", "文档数据", "电子签名块", "电子签名", "锁定签名", "signature"}
)
"""File contents and signatures in a package; no metadata, and of any size."""
_ITEMS = frozenset({"项", "条目", "item", "entry", "row", "li", "value", "值"})
_LIST_ENDINGS = ("列表", "清单", "集合", "list", "s")
_MOST_NAMES = 10_000


def read_xml(source: Source) -> Iterator[Row | Problem]:
    """Yield the rows of an XML document, holding few rows in memory at a time."""
    collector = _Collector(source)
    parser = DefusedXMLParser(target=collector, forbid_dtd=True)
    collector.place = parser.parser
    for text in source.texts():
        yield from _collect(partial(parser.feed, text), collector, len(text))
    yield from _collect(parser.close, collector, 0)


def _collect(
    work: Callable[[], object], collector: "_Collector", size: int
) -> Iterator[Row | Problem]:
    """Let the parser work; whatever ends it, the rows found before come out first."""
    refusal: RefusalError | None = None
    try:
        work()
        collector.check_progress(size)
    except RefusalError as exc:
        refusal = exc
    except DefusedXmlException:
        refusal = RefusalError("xml_forbidden", "含有 DTD 或实体声明，有安全风险，不予读取。")
    except ParseError as exc:
        place = f"第 {exc.position[0]} 行"
        message = f"{place}不符合 XML 语法；后面的内容没有读取。"
        refusal = RefusalError("unreadable", message, place) if size else truncated(place)
    while collector.found:
        yield collector.found.popleft()
    if refusal:
        raise refusal


class _Place(Protocol):
    CurrentLineNumber: int


class _Mode(Enum):
    """How records are told from what is around them; the first one found decides."""

    OPEN = auto()
    NAMED = auto()
    PLAIN = auto()


@dataclass(slots=True)
class _Element:
    name: str
    line: int
    attributes: dict[str, str]
    members: list[tuple[str, Any]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    nested: bool = False


class _Collector:
    """The parser's target: builds records out of elements as they end."""

    place: _Place

    def __init__(self, source: Source) -> None:
        self.found: deque[Row | Problem] = deque()
        self._source = source
        self._limits = source.limits
        self._stack: list[_Element] = []
        self._names: set[str] = set()
        self._mode = _Mode.OPEN
        self._inside: int | None = None
        self._skipping = 0
        self._size = 0
        self._number = 0
        self._events = 0
        self._stalled = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Open an element."""
        self._events += 1
        name = _local(tag)
        self._names.add(name)
        if len(self._names) > _MOST_NAMES:
            raise self._refuse(too_many_columns(self._limits.max_columns))
        if len(self._stack) > self._limits.max_depth:
            raise self._refuse(too_deep(self._limits.max_depth))
        if self._skipping or name in _SKIPPED:
            self._skipping += 1
        elif self._stack:
            self._enter_child(name)
        element = _Element(name, self.place.CurrentLineNumber, {})
        if self._keeping:
            element.attributes = {_local(key): value for key, value in attributes.items()}
            self._grow(sum(map(len, attributes.values())))
        self._stack.append(element)

    def data(self, text: str) -> None:
        """Take a piece of text."""
        self._events += 1
        if self._keeping and self._stack:
            self._grow(len(text))
            self._stack[-1].text.append(text)

    def end(self, _tag: str) -> None:
        """Close an element."""
        self._events += 1
        element = self._stack.pop()
        depth = len(self._stack)
        if self._skipping:
            self._skipping -= 1
        elif self._is_record(element, depth):
            self._inside = None
            self._emit(element)
        elif self._keeping and self._stack:
            _add(self._stack[-1].members, element)

    def close(self) -> None:
        """Do nothing: every row has been found when the root ends."""

    def check_progress(self, size: int) -> None:
        """Refuse a tag or comment that goes on for longer than a row may."""
        self._stalled = 0 if self._events else self._stalled + size
        self._events = 0
        if self._stalled > self._limits.max_row_bytes:
            raise self._refuse(too_long(self._limits.max_row_bytes))

    @property
    def _keeping(self) -> bool:
        """Whether what is read now may belong to a row."""
        return not self._skipping and (self._mode is not _Mode.NAMED or self._inside is not None)

    def _enter_child(self, name: str) -> None:
        parent, depth = self._stack[-1], len(self._stack) - 1
        parent.nested = True
        if self._mode is _Mode.PLAIN or self._inside is not None:
            return
        # A root named as a record is one, unless it holds others.
        if _is_named(parent.name) and (depth > 0 or not _is_named(name)):
            self._mode, self._inside = _Mode.NAMED, depth
            self._size = 0

    def _is_record(self, element: _Element, depth: int) -> bool:
        if self._mode is _Mode.NAMED:
            return depth == self._inside
        if self._mode is _Mode.OPEN and depth == 1 and _holds_values(element):
            self._mode = _Mode.PLAIN
        if self._mode is _Mode.PLAIN:
            return depth == 1
        return depth == 0 and bool(element.members or element.attributes)

    def _emit(self, element: _Element) -> None:
        self._size = 0
        self._number += 1
        where = Where(self._source.name, f"第 {element.line} 行", self._number)
        value = _value(element)
        if not isinstance(value, dict):
            self.found.append(not_an_object().at(where))
        elif len(value) > self._limits.max_columns:
            self.found.append(too_many_columns(self._limits.max_columns).at(where))
        elif longest_text(value) > self._limits.max_cell_chars:
            self.found.append(cell_too_long(self._limits.max_cell_chars).at(where))
        else:
            self.found.append(Row(where, value))

    def _grow(self, size: int) -> None:
        self._size += size
        if self._size > self._limits.max_row_bytes:
            raise self._refuse(too_long(self._limits.max_row_bytes))

    def _refuse(self, fault: Fault) -> RefusalError:
        position = f"第 {self.place.CurrentLineNumber} 行"
        return RefusalError(fault.code, fault.message + "后面的内容没有读取。", position)


def _is_named(name: str) -> bool:
    return name.lower() in RECORDS


def _holds_values(element: _Element) -> bool:
    return element.nested or bool(element.attributes and not element.text)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _add(members: list[tuple[str, Any]], element: _Element) -> None:
    """Add an ended element to the members of its parent."""
    value = _value(element)
    named = next((element.attributes[key] for key in _NAMING if element.attributes.get(key)), None)
    if named and not element.nested and element.name.lower() in _PROPERTIES:
        given = (element.attributes[key] for key in _VALUES if key in element.attributes)
        members.append((named, "".join(element.text).strip() or next(given, None)))
    elif isinstance(value, dict) and _is_wrapper(element.name):
        members.extend(value.items())
    elif isinstance(value, list):
        members.append((_list_name(element.name), value))
    else:
        members.append((element.name, value))


def _is_wrapper(name: str) -> bool:
    return name.endswith("块") or name.lower() in _WRAPPERS


def _value(element: _Element) -> Any:
    text = "".join(element.text).strip()
    if not element.nested and (text or not element.attributes):
        return text or None
    members: list[tuple[str, Any]] = [*element.attributes.items(), *element.members]
    if text:
        members.append(("文本", text))
    gathered: dict[str, list[Any]] = {}
    listed = {name for name, value in members if isinstance(value, list)}
    for name, value in members:
        gathered.setdefault(name, []).extend(value if isinstance(value, list) else [value])
    if len(gathered) == 1:
        name, values = next(iter(gathered.items()))
        if len(element.members) > 1 or _is_list_of(element.name, name):
            return values
    return {
        name: values[0] if len(values) == 1 and name not in listed else values
        for name, values in gathered.items()
    }


def _is_list_of(name: str, child: str) -> bool:
    return child.lower() in _ITEMS or name.lower() in {
        child.lower() + ending for ending in _LIST_ENDINGS
    }


def _list_name(name: str) -> str:
    for ending in _LIST_ENDINGS[:-1]:
        name = name.removesuffix(ending)
    return name
