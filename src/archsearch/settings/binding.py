"""Settings bound to frozen dataclasses: every key known, every value of the right type and range.

Bounds stand beside the fields: ``field(metadata=at_least(1))``.
"""

import re
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from types import UnionType
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

from archsearch.settings.document import Setting, nearest

T = TypeVar("T")

INTEGER: Final = re.compile(r"[-+]?[0-9]{1,18}(?:_[0-9]{3})*")
DECIMAL: Final = re.compile(r"[-+]?[0-9]{1,18}(?:\.[0-9]{1,18})?")
TRUTH: Final[Mapping[str, bool]] = {"true": True, "false": False}


def between(low: int, high: int) -> Mapping[str, Any]:
    """Bound a number, both ends included."""
    return {"low": low, "high": high}


def one_of(*choices: str) -> Mapping[str, Any]:
    """Limit a text to a few values."""
    return {"choices": choices}


def bind(setting: Setting, kind: type[T]) -> T:
    """Make a dataclass from a mapping.

    Keys that the dataclass does not have are refused, and so are missing ones without a default.

    Raises:
        SettingsError: With file, line, key, and the nearest valid key or value.
    """
    members = setting.mapping()
    known = {spec.name: spec for spec in fields(kind)}  # type: ignore[arg-type]  # any dataclass
    for key, member in members.items():
        if key not in known:
            raise member.wrong(f"没有这个键。{nearest(key, tuple(known))}")
    hints = get_type_hints(kind)
    found: dict[str, Any] = {}
    for name, spec in known.items():
        if name in members and members[name].value is not None:
            found[name] = _value(members[name], hints[name], spec.metadata)
        elif spec.default is MISSING and spec.default_factory is MISSING:
            raise setting.wrong(f"缺少 {name}。")
    return kind(**found)


def _value(setting: Setting, kind: Any, limits: Mapping[str, Any]) -> Any:
    if isinstance(kind, UnionType):
        kind = next(option for option in get_args(kind) if option is not type(None))
    origin = get_origin(kind)
    if origin is tuple:
        return tuple(_value(item, get_args(kind)[0], limits) for item in setting.items())
    if origin is not None:
        return _mapping(setting, kind, limits)
    if is_dataclass(kind) and isinstance(kind, type):
        return bind(setting, kind)
    if issubclass(kind, StrEnum):
        return _member(setting, kind)
    return _scalar(setting, kind, limits)


def _mapping(setting: Setting, kind: Any, limits: Mapping[str, Any]) -> dict[Any, Any]:
    names, values = get_args(kind)
    found: dict[Any, Any] = {}
    for name, member in setting.mapping().items():
        key = name if names is str else _choice(member, name, names)
        found[key] = _value(member, values, limits)
    return found


def _member(setting: Setting, kind: type[StrEnum]) -> StrEnum:
    return _choice(setting, setting.text(), kind)


def _choice(setting: Setting, text: str, kind: type[StrEnum]) -> StrEnum:
    try:
        return kind(text)
    except ValueError:
        message = f"没有 {text} 这个值。{nearest(text, [member.value for member in kind])}"
        raise setting.wrong(message) from None


def _scalar(setting: Setting, kind: type, limits: Mapping[str, Any]) -> str | int | float | bool:
    text = setting.text()
    if kind is bool:
        if not setting.plain or text.casefold() not in TRUTH:
            raise setting.wrong("这里应是 true 或 false。")
        return TRUTH[text.casefold()]
    if kind is str:
        choices = limits.get("choices")
        if choices and text not in choices:
            raise setting.wrong(f"没有 {text} 这个值。{nearest(text, choices)}")
        return text
    return _number(setting, text, kind, limits)


def _number(setting: Setting, text: str, kind: type, limits: Mapping[str, Any]) -> int | float:
    pattern, wanted = (INTEGER, "整数") if kind is int else (DECIMAL, "数字")
    if not setting.plain or not pattern.fullmatch(text):
        raise setting.wrong(f"这里应是{wanted}。")
    number: int | float = int(text) if kind is int else float(text)
    low, high = limits.get("low"), limits.get("high")
    if low is not None and high is not None and not low <= number <= high:
        raise setting.wrong(f"应在 {low} 到 {high} 之间。")
    return number
