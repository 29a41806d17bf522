"""The keys of a workspace, as administrators care for them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from archsearch.domain.audit import Action
from archsearch.domain.policy import Policy, Right
from archsearch.errors import BusyError, ConflictError
from archsearch.security.keyring import FileKeys, KeySource
from archsearch.services.identity import principal_of, require
from archsearch.services.index import Lock
from archsearch.services.trail import Trail
from archsearch.storage.vault import Vault

_AT_ONCE: Final = 0.0
"""Seconds to wait for another who rotates: minutes would not do."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class KeyState:
    """How the keys stand: what wraps, and how many keys of records wait to be wrapped anew."""

    source: str
    cipher: str
    newest: int
    used: int
    """The number of the key that wraps what is new."""
    numbers: tuple[int, ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a change of keys did. ``obsolete`` are keys to be removed where they come from."""

    newest: int
    rewrapped: int
    obsolete: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeyService:
    """Tells about keys and changes them."""

    trail: Trail
    policy: Policy
    vault: Vault
    lock: Lock
    source: KeySource
    named: str
    """What the settings call the source."""

    def state(self, user: str) -> KeyState:
        """Tell how the keys stand.

        Raises:
            AccessDeniedError: The user may not.
        """
        self._authorise(user, Action.KEY_READ)
        self.trail.note(user, Action.KEY_READ)
        ring = self.source.load()
        return KeyState(
            source=self.named,
            cipher=self.vault.cipher,
            newest=ring.newest,
            used=self.vault.wrapped_by(),
            numbers=tuple(sorted(ring.keys)),
            waiting=self.vault.wrapped_otherwise(ring.newest),
        )

    def rotate(self, user: str, progress: Progress | None = None) -> Rotation:
        """Wrap everything under a new key; others may use the archive meanwhile.

        Of a file the new key is made, and the old ones are removed at the end. From elsewhere it
        must be there already, beside the old ones. Cut short, it is gone on with by the next call.

        Raises:
            AccessDeniedError: The user may not.
            BusyError: Another process rotates.
            ConflictError: Keys come from elsewhere, and there is no newer one.
            WorkspaceError: A key is missing, or the file cannot be written.
        """
        self._authorise(user, Action.KEY_ROTATE)
        try:
            with self.lock(_AT_ONCE):
                return self._rotate(user, progress)
        except BusyError as error:
            raise BusyError("另一个进程正在更换密钥；请等它结束。") from error

    def _rotate(self, user: str, progress: Progress | None) -> Rotation:
        """Rotate; nobody else does at the same time."""
        ring = self.source.load()
        file = self.source if isinstance(self.source, FileKeys) else None
        finished = self.vault.wrappers() == {ring.newest}
        if finished and file is None:
            raise ConflictError(
                f"没有比 {ring.newest} 号更新的密钥；请先把编号更大的新密钥加进去，旧的留着。"
            )
        if file and finished and len(ring.keys) == 1:
            ring = ring.with_new()
            file.save(ring)
        rewrapped = self.vault.rewrap(ring, progress)
        # Of what is needed no key goes, whatever else has happened.
        needed = self.vault.wrappers() | {ring.newest}
        self.trail.note(
            user, Action.KEY_ROTATE, detail={"newest": ring.newest, "rewrapped": rewrapped}
        )
        if file:
            file.save(ring.only(needed))
            return Rotation(ring.newest, rewrapped, ())
        return Rotation(ring.newest, rewrapped, tuple(sorted(ring.keys.keys() - needed)))

    def _authorise(self, user: str, action: Action) -> None:
        with self.trail.failures(user, action):
            with self.trail.database.read() as connection:
                principal = principal_of(connection, user, self.trail.clock())
            require(self.policy, principal, Right.KEYS)
