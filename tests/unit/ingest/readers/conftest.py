from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from archsearch.domain.problem import Problem
from archsearch.ingest.readers.limits import DEFAULT_LIMITS, Limits
from archsearch.ingest.readers.reader import read
from archsearch.ingest.rows import Row


@dataclass(frozen=True)
class Reading:
    """Everything that reading one source yields, in order."""

    items: list[Row | Problem]

    @property
    def values(self) -> list[dict[str, Any]]:
        return [dict(item.values) for item in self.items if isinstance(item, Row)]

    @property
    def problems(self) -> list[tuple[str, int]]:
        return [(item.code, item.where.number) for item in self.items if isinstance(item, Problem)]

    @property
    def positions(self) -> list[str]:
        return [item.where.position for item in self.items]


Read = Callable[..., Reading]


@pytest.fixture
def read_file(tmp_path: Path) -> Read:
    """Write a file and read it."""

    def write_and_read(name: str, content: str | bytes, limits: Limits = DEFAULT_LIMITS) -> Reading:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return Reading(list(read(path, limits)))

    return write_and_read
