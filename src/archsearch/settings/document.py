"""YAML text as a tree of settings that know where they stand.

A small, strict part of YAML: mappings, lists and scalars. Tags, anchors, aliases, duplicate keys
and several documents in one file are refused, so that a file means what it seems to mean and
cannot grow when it is read. What a scalar is (number, truth value, text) is decided by whoever
needs it: ``fonds: 001`` is the text 001 where text is wanted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeAlias, Union

import yaml

from archsearch.errors import SettingsError

MAX_BYTES: Final = 4 << 20
MAX_DEPTH: Final = 20
NULLS: Final = frozenset({"", "~", "null"})

_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Value: TypeAlias = Union[str, list["Setting"], dict[str, "Setting"], None]


@dataclass(frozen=True, slots=True)
class Setting:
    """A value in a configuration file or the environment, with its place.

    ``line`` is that of the key, where there is one; 0 in the environment. ``key`` is the dotted
    path from the top of the file. ``plain`` scalars were written without quotes.
    """

    value: Value
    file: str
    line: int
    key: str = ""
    plain: bool = False

    def wrong(self, message: str) -> SettingsError:
        """Make the error that says where and what."""
        place = f"{self.file} 第 {self.line} 行" if self.line else self.file
        key = f"，{self.key}" if self.key else ""
        return SettingsError(f"{place}{key}：{message}")

    def mapping(self) -> dict[str, "Setting"]:
        """Give the members; nothing at all counts as an empty mapping."""
        if self.value is None:
            return {}
        if not isinstance(self.value, dict):
            raise self.wrong("这里应是若干“键: 值”。")
        return self.value

    def items(self) -> list["Setting"]:
        """Give the elements; nothing at all counts as an empty list."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            raise self.wrong("这里应是列表，如 [甲, 乙]。")
        return self.value

    def text(self) -> str:
        """Give the text of a scalar."""
        if not isinstance(self.value, str) or not self.value:
            raise self.wrong("这里应是文字。")
        return self.value

    def merged(self, other: "Setting") -> "Setting":
        """Lay another setting over this one, key by key; what is empty there changes nothing."""
        if other.value is None:
            return self
        if not (isinstance(self.value, dict) and isinstance(other.value, dict)):
            return other
        members = dict(self.value)
        for key, member in other.value.items():
            members[key] = members[key].merged(member) if key in members else member
        return replace(other, value=members)


def nearest(word: str, known: "list[str] | tuple[str, ...] | set[str]") -> str:
    """Say in Chinese which known word is meant, or which there are."""
    words = sorted(known)
    close = get_close_matches(word, words, n=1, cutoff=0.5)
    if close:
        return f"是不是 {close[0]}？"
    shown = "、".join(words[:12]) + ("……" if len(words) > 12 else "")  # noqa: PLR2004 - a line
    return f"可用：{shown}。"


def read(path: Path, shown: str | None = None) -> Setting:
    """Read a YAML file.

    Args:
        path: The file.
        shown: What messages call it; by default its name.

    Raises:
        SettingsError: It cannot be read, is no YAML, or uses what is refused.
    """
    name = shown or path.name
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise SettingsError(f"{name}：无法读取（{exc.strerror}）。") from exc
    if len(content) > MAX_BYTES:
        raise SettingsError(f"{name}：文件过大，配置文件不应超过 {MAX_BYTES >> 20} MB。")
    try:
        return parse(content.decode("utf-8-sig"), name)
    except UnicodeDecodeError as exc:
        raise SettingsError(f"{name}：不是 UTF-8 编码，请另存为 UTF-8。") from exc


@lru_cache(maxsize=64)
def parse(text: str, file: str) -> Setting:
    """Read YAML text; ``file`` is what messages call it. The same text gives the same tree."""
    loader = _Loader(text)
    try:
        return _Builder(file).build(_events(loader, file))
    finally:
        loader.dispose()


def _events(loader: yaml.SafeLoader, file: str) -> Iterator[yaml.Event]:
    try:
        while loader.check_event():
            yield loader.get_event()  # type: ignore[no-untyped-call]  # untyped in the stubs
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        line = mark.line + 1 if mark else 1
        raise SettingsError(
            f"{file} 第 {line} 行：YAML 格式有误（{exc.problem}），请检查缩进、冒号和引号。"
        ) from exc
    except yaml.YAMLError as exc:
        raise SettingsError(f"{file}：含有不能使用的字符。") from exc


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being filled."""

    setting: Setting
    key: Setting | None = None


class _Builder:
    """Builds the tree from parser events, without recursion."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._stack: list[_Open] = []
        self._top: Setting | None = None

    def build(self, events: Iterator[yaml.Event]) -> Setting:
        for event in events:
            if isinstance(event, yaml.NodeEvent):
                self._refuse(event)
                self._node(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._stack.pop()
        return self._top or Setting(None, self._file, 1)

    def _refuse(self, event: yaml.NodeEvent) -> None:
        here = self._place(event)
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise here.wrong("不支持 YAML 的锚点和引用（& 和 *），请直接写出内容。")
        if getattr(event, "tag", None):
            raise here.wrong("不支持 YAML 标签（!），请删除。")
        if len(self._stack) >= MAX_DEPTH:
            raise here.wrong("嵌套过深。")
        if self._top is not None and not self._stack:
            raise here.wrong("一个文件只能有一份内容，请删除多余的 ---。")

    def _node(self, event: yaml.NodeEvent) -> None:
        if isinstance(event, yaml.ScalarEvent):
            plain = not event.style
            text = None if plain and event.value in NULLS else event.value
            self._put(replace(self._place(event), value=text, plain=plain))
            return
        value: Value = {} if isinstance(event, yaml.MappingStartEvent) else []
        setting = replace(self._place(event), value=value)
        self._put(setting)
        self._stack.append(_Open(setting))

    def _put(self, setting: Setting) -> None:
        if not self._stack:
            self._top = setting
            return
        parent = self._stack[-1]
        target = parent.setting.value
        if isinstance(target, list):
            target.append(setting)
        elif isinstance(target, dict):
            self._put_member(parent, target, setting)

    def _put_member(self, parent: _Open, target: dict[str, Setting], setting: Setting) -> None:
        if parent.key is None:
            if not isinstance(setting.value, str):
                raise setting.wrong("键应是文字。")
            if setting.value in target:
                first = target[setting.value].line
                raise setting.wrong(f"键 {setting.value} 重复，第 {first} 行已有。")
            parent.key = setting
            return
        target[str(parent.key.value)] = setting
        parent.key = None

    def _place(self, event: yaml.Event) -> Setting:
        mark = event.start_mark
        line = mark.line + 1 if mark else 1
        if not self._stack:
            return Setting(None, self._file, line)
        parent = self._stack[-1]
        if parent.key is None:
            return Setting(None, self._file, line, parent.setting.key)
        key = ".".join(part for part in (parent.setting.key, str(parent.key.value)) if part)
        return Setting(None, self._file, parent.key.line, key)
