"""Models of the Python API's own dataclasses, for the description of the interface."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, NewType, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, create_model

from archsearch.domain.record import JsonValue

_JSON: Final = {get_origin(each) or each for each in get_args(JsonValue)}


@cache
def described(kind: type) -> type[BaseModel]:
    """Make a model of a dataclass or a named tuple, as it is written in answers."""
    # The type of any JSON refers to itself, by a name that not every module has.
    hints = get_type_hints(kind, localns={"JsonValue": object})
    names = [each.name for each in fields(kind)] if is_dataclass(kind) else list(hints)
    members: dict[str, Any] = {name: (_shown(hints[name]), ...) for name in names}
    told = (kind.__doc__ or kind.__name__).strip().partition("\n")[0]
    model: type[BaseModel] = create_model(kind.__name__, __doc__=told, **members)
    return model


@cache
def several(kind: type) -> type[BaseModel]:
    """Make a model of a list of them."""
    members: dict[str, Any] = {"items": (list[_shown(kind)], ...)}  # type: ignore[misc]  # made here
    model: type[BaseModel] = create_model(f"{kind.__name__}s", __doc__="A list.", **members)
    return model


def _shown(hint: Any) -> Any:
    """Give what a value becomes in JSON."""
    if hint in {Any, object} or _is_json(hint):
        return Any
    if isinstance(hint, NewType):
        return _shown(hint.__supertype__)
    origin, inside = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return Union[tuple(None if each is NoneType else _shown(each) for each in inside)]
    if isinstance(origin, type):
        return _container(origin, inside)
    if isinstance(hint, type) and not issubclass(hint, Enum) and _has_names(hint):
        return described(hint)  # type: ignore[arg-type]  # every type can be hashed
    return hint


def _is_json(hint: Any) -> bool:
    """Whether a type is that of any JSON; its inner references differ from place to place."""
    kinds = {get_origin(each) or each for each in get_args(hint)}
    return kinds >= _JSON


def _container(origin: type, inside: tuple[Any, ...]) -> Any:
    if issubclass(origin, Mapping):
        return dict[str, _shown(inside[1])]  # type: ignore[misc]  # made here
    if origin is tuple and inside[-1] is not Ellipsis:
        return tuple[tuple(_shown(each) for each in inside)]  # type: ignore[misc]  # made here
    if issubclass(origin, Sequence | Set):
        return list[_shown(inside[0])]  # type: ignore[misc]  # made here
    return origin


def _has_names(kind: type) -> bool:
    return is_dataclass(kind) or hasattr(kind, "_fields")
