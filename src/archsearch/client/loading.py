"""From JSON to the values of the Python API."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from importlib import import_module
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Final, NewType, Union, get_args, get_origin, get_type_hints

Loader = Callable[[Any], Any]


@cache
def loader(name: str) -> Loader:
    """Find what loads values of a type, named as ``module:Type``; the module is loaded now."""
    module, _, kind = name.partition(":")
    return loader_of(getattr(import_module(module), kind))


@cache
def loader_of(hint: Any) -> Loader:
    """Make what loads values of a type."""
    if isinstance(hint, NewType):
        return loader_of(hint.__supertype__)
    if get_origin(hint) is not None or isinstance(hint, UnionType):
        return _container(hint)
    if not isinstance(hint, type):
        return _same
    if issubclass(hint, Enum) or hint in _SCALARS:
        return _SCALARS.get(hint, hint)
    if is_dataclass(hint) or hasattr(hint, "_fields"):
        return _members(hint)
    return _same


def _members(kind: Any) -> Loader:
    # The type of any JSON refers to itself, by a name that not every module has.
    hints = get_type_hints(kind, localns={"JsonValue": object})
    names = [each.name for each in fields(kind)] if is_dataclass(kind) else kind._fields
    loaders = {name: loader_of(hints[name]) for name in names}
    # What a newer server tells besides is not for this client.
    return lambda given: kind(
        **{name: load(given[name]) for name, load in loaders.items() if name in given}
    )


def _optional(hint: Any) -> Loader:
    kinds = [each for each in get_args(hint) if each is not NoneType]
    if len(kinds) != 1:
        return _same
    load = loader_of(kinds[0])
    return lambda given: None if given is None else load(given)


def _container(hint: Any) -> Loader:
    origin, inside = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return _optional(hint)
    if issubclass(origin, Mapping):
        load = loader_of(inside[1])
        return lambda given: {key: load(each) for key, each in given.items()}
    if origin is tuple and inside[-1] is not Ellipsis:
        loaders = [loader_of(each) for each in inside]
        return lambda given: tuple(load(each) for load, each in zip(loaders, given, strict=True))
    if issubclass(origin, Sequence | Set):
        load = loader_of(inside[0])
        kind = frozenset if issubclass(origin, Set) else tuple
        return lambda given: kind(load(each) for each in given)
    return _same


def _same(given: Any) -> Any:
    return given


_SCALARS: Final[Mapping[type, Loader]] = MappingProxyType(
    {datetime: datetime.fromisoformat, date: date.fromisoformat}
)
