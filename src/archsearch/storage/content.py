"""What counts as the content of a record, and the digest by which it is recognised."""

import hmac
from collections.abc import Mapping
from typing import Final

from archsearch.domain.record import Origin, Values
from archsearch.storage.encoding import canonical_bytes

NOT_CONTENT: Final = frozenset({"record_id", "updated_at", "quality"})
"""Fields that may differ between two deliveries of the same content."""


def content_digest(values: Values, origins: Mapping[str, Origin], key: bytes) -> str:
    """Digest the content of a record, so that the same content is recognised.

    Values that were filled in by default (owner, time of creation, …) do not count: the same row
    delivered tomorrow by somebody else is still the same content. It is made with a key
    (HMAC-SHA256), so that who has the store cannot try contents out.

    Raises:
        InvalidRequestError: A value cannot be written as JSON.
    """
    content = dict(values)
    for field in NOT_CONTENT:
        content.pop(field, None)
    for field, origin in origins.items():
        if origin is Origin.DEFAULT:
            content.pop(field, None)
    return hmac.digest(key, canonical_bytes(content), "sha256").hex()
