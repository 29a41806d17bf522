"""Searches that somebody keeps under a name (保存的检索), and what they find that is new."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple


class Fresh(NamedTuple):
    """A record that a saved search did not find when it was last looked at; the name is masked."""

    record_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Saved:
    """A search kept under a name, and what it finds now.

    ``new`` counts the records that it did not find when it was last looked at, ``fresh`` names some
    of them. Both are missing where it finds too many to tell; ``wrong`` says why it can no longer
    be asked.
    """

    id: str
    name: str
    query: str
    mode: str
    filters: Mapping[str, Any]
    sort: str
    saved_at: datetime
    looked_at: datetime
    total: int | None = None
    new: int | None = None
    fresh: tuple[Fresh, ...] = field(default=())
    wrong: str = ""
