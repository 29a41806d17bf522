"""What counts as the content of a record, and the digest by which it is recognised."""

import hashlib
from collections.abc import Mapping
from typing import Final

from archsearch.domain.record import Origin, Values
from archsearch.storage.encoding import canonical_json

NOT_CONTENT: Final = frozenset({"record_id", "updated_at", "quality"})
"""Fields that may differ between two deliveries of the same content."""


def content_digest(values: Values, origins: Mapping[str, Origin]) -> str:
    """Digest the content of a record, so that the same content is recognised.

    Values that were filled in by default (owner, time of creation, …) do not count: the same row
    delivered tomorrow by somebody else is still the same content.

    Raises:
        InvalidRequestError: A value cannot be written as JSON.
    """
    content = {
        key: value
        for key, value in values.items()
        if key not in NOT_CONTENT and origins.get(key) is not Origin.DEFAULT
    }
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()
