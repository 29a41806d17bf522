"""What the log says of changed fields: which, and digests by which a value is recognised.

Values of a customer are never in the log, only digests of them under a key. What decides who sees
a record stands in plain: whoever reads the log has to see who moved it where.
"""

from collections.abc import Callable
from typing import Final

from archsearch.domain.record import JsonValue, Values, changed_keys
from archsearch.storage.encoding import canonical_json

_PLAIN: Final = frozenset({"owner", "department", "secrecy", "status", "retention"})

Stamp = Callable[[str], str]
"""Digests a text under the workspace's key."""


def traced(before: Values, after: Values, stamp: Stamp) -> dict[str, JsonValue]:
    """Give old and new of every field that changed, empty for nothing."""
    return {
        key: [_trace(key, values.get(key), stamp) for values in (before, after)]
        for key in changed_keys(before, after)
    }


def _trace(key: str, value: JsonValue, stamp: Stamp) -> str:
    if value is None:
        return ""
    return str(value) if key in _PLAIN else stamp(f"{key}\n{canonical_json(value)}")
