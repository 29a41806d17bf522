"""The tree of departments; a path such as ``华东分行/信贷部`` names one."""

import unicodedata
from datetime import datetime
from functools import lru_cache
from typing import Final

from sqlalchemy import Connection, insert, select

from archsearch.errors import InvalidRequestError
from archsearch.storage.tables import DEPARTMENTS

DEPTH_LIMIT: Final = 12
NAME_LIMIT: Final = 64


def ensure(connection: Connection, path: str, *, at: datetime) -> bool:
    """Create a department and those above it, unless they are there; tell whether any was new.

    Raises:
        InvalidRequestError: The path has an empty, padded or overlong part, or too many parts.
    """
    fault = path_fault(path)
    if fault:
        raise InvalidRequestError(fault)
    parent: int | None = None
    created = False
    parts = path.split("/")
    for depth in range(1, len(parts) + 1):
        prefix = "/".join(parts[:depth])
        found = _id_of(connection, prefix)
        if found is None:
            statement = insert(DEPARTMENTS).values(path=prefix, parent=parent, created_at=at)
            connection.execute(statement)
            found = _id_of(connection, prefix)
            created = True
        parent = found
    return created


def exists(connection: Connection, path: str) -> bool:
    """Tell whether there is a department of this path."""
    return _id_of(connection, path) is not None


def all_paths(connection: Connection) -> tuple[str, ...]:
    """List every path, parents before their children, sorted."""
    return tuple(
        connection.execute(select(DEPARTMENTS.c.path).order_by(DEPARTMENTS.c.path)).scalars()
    )


@lru_cache(maxsize=4096)
def path_fault(path: str) -> str:
    """Say what keeps a text from being a department's path; nothing if nothing does."""
    parts = path.split("/")
    if len(parts) > DEPTH_LIMIT:
        return f"部门层级超过 {DEPTH_LIMIT} 级。"
    if not all(part and part == part.strip() for part in parts):
        return "部门路径的每一级都须有名称，且首尾不带空格，如 华东分行/信贷部。"
    if any(len(part) > NAME_LIMIT for part in parts):
        return f"部门名称超过 {NAME_LIMIT} 个字。"
    if any(unicodedata.category(character)[0] == "C" for character in path):
        return "部门名称不能含控制字符或不可见字符。"
    return ""


def _id_of(connection: Connection, path: str) -> int | None:
    return connection.execute(select(DEPARTMENTS.c.id).where(DEPARTMENTS.c.path == path)).scalar()
