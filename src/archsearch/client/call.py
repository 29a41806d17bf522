"""A request to the server, and what its answer is."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """A request, and what its answer is.

    A value of ``kind``, or a list of them; a ``member`` of what is told; ``text``; or, with none of
    these, nothing. ``file`` is what is known beforehand of an answer that is a file.
    """

    method: str
    path: str
    kind: str = ""
    body: Any = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    many: bool = False
    nested: bool = False
    member: str = ""
    text: bool = False
    file: Mapping[str, Any] | None = None


def in_path(name: str) -> str:
    """Write a name as a piece of an address."""
    return quote(name, safe="")


def once() -> dict[str, str]:
    """Have a request that the client repeats by itself done once."""
    return {"Idempotency-Key": secrets.token_urlsafe(18)}
