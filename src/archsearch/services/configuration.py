"""What answers depend on beside records and rights: which configuration gave them, in one word."""

import hashlib
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Final

from sqlalchemy import Connection

from archsearch.domain.audit import Action
from archsearch.domain.record import JsonValue
from archsearch.services.index import SYSTEM
from archsearch.services.trail import Trail
from archsearch.storage import meta
from archsearch.storage.encoding import canonical_bytes, canonical_json, read_object

TARGET: Final = "configuration"
"""What a change of it is entered under."""

_NOTED: Final = "configuration/in-force"
_SHORT: Final = 16


class Configuration:
    """The configuration of this process, made known to the store when it first gives an answer.

    Args:
        trail: The way into the log.
        read: Gives its parts by name, each as a short text that changes when the part does.
    """

    def __init__(self, trail: Trail, read: Callable[[], Mapping[str, str]]) -> None:
        self._trail = trail
        self._read = read

    @cached_property
    def parts(self) -> Mapping[str, str]:
        """What it consists of."""
        return dict(self._read())

    @cached_property
    def noted(self) -> str:
        """Its fingerprint, after seeing to it that the store knows what that stands for.

        A change is entered in the log.
        """
        parts = dict(self.parts)
        fingerprint = _fingerprint(parts)
        with self._trail.database.read() as connection:
            if meta.get(connection, _NOTED) == fingerprint:
                return fingerprint
        with self._trail.database.write() as connection:
            before = meta.get(connection, _NOTED)
            meta.put(connection, _NOTED, fingerprint)
            meta.put(connection, _key(fingerprint), canonical_json(parts))
            if before not in (None, fingerprint):
                differing: list[JsonValue] = [*differences(known(connection, before), parts)]
                detail: dict[str, JsonValue] = {"before": before, "fingerprint": fingerprint}
                detail["changed"] = differing
                entry = self._trail.entry(SYSTEM, Action.CONFIGURE, target=TARGET, detail=detail)
                self._trail.log.append(connection, entry)
        return fingerprint


def known(connection: Connection, fingerprint: str | None) -> Mapping[str, str]:
    """Tell the parts of a configuration that was noted; none if it was not, or was altered."""
    parts = read_object(meta.get(connection, _key(fingerprint or "")))
    return parts if _fingerprint(parts) == fingerprint else {}


def differences(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """List the parts in which two configurations differ."""
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def _fingerprint(parts: Mapping[str, str]) -> str:
    return hashlib.sha256(canonical_bytes(dict(parts))).hexdigest()[:_SHORT]


def _key(fingerprint: str) -> str:
    return f"configuration/{fingerprint}"
