"""Cursors: where the next page begins, for nobody else and no other search.

A cursor holds a position and nothing besides. Every page is searched for anew, by the rights of the
moment: what one may no longer see is on no page any more.
"""

import base64
import binascii
import hashlib
import hmac
from typing import Any, Final

import orjson

from archsearch.entrypoints.http.problems import TurnedAwayError

_POSITION: Final = 8
_TAG: Final = 16


class Cursors:
    """Writes and reads cursors under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def write(self, position: int, user: str, asked: Any) -> str:
        """Write a cursor for a user's search."""
        at = position.to_bytes(_POSITION, "big")
        return base64.urlsafe_b64encode(at + self._tag(at, user, asked)).decode().rstrip("=")

    def read(self, cursor: str, user: str, asked: Any) -> int:
        """Read a position.

        Raises:
            TurnedAwayError: It was changed, or is somebody else's, or another search's.
        """
        try:
            held = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError):
            held = b""
        at, tag = held[:_POSITION], held[_POSITION:]
        # Of several texts that decode alike, only what was written is a cursor.
        right = self.write(int.from_bytes(at, "big"), user, asked) == cursor
        if not right or not hmac.compare_digest(tag, self._tag(at, user, asked)):
            raise TurnedAwayError(
                400, "cursor_invalid", "cursor 无效：请带着原来的检索条件使用它。"
            )
        return int.from_bytes(at, "big")

    def _tag(self, at: bytes, user: str, asked: Any) -> bytes:
        bound = orjson.dumps([str(user), asked], option=orjson.OPT_SORT_KEYS)
        return hmac.digest(self._key, at + bound, hashlib.sha256)[:_TAG]
