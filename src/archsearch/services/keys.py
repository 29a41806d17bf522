"""The keys of a workspace, as administrators care for them."""

from collections.abc import Callable
from dataclasses import dataclass

from archsearch.domain.audit import Action
from archsearch.domain.policy import Policy, Right
from archsearch.errors import ConflictError
from archsearch.security.keyring import FileKeys, KeySource
from archsearch.services.identity import principal_of, require
from archsearch.services.trail import Trail
from archsearch.storage.vault import Vault

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
    """What a change of keys did. ``obsolete`` are keys that nothing is wrapped under any more."""

    newest: int
    rewrapped: int
    obsolete: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeyService:
    """Tells about keys and changes them."""

    trail: Trail
    policy: Policy
    vault: Vault
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
            ConflictError: Keys come from elsewhere, and there is no newer one.
            WorkspaceError: A key is missing, or the file cannot be written.
        """
        self._authorise(user, Action.KEY_ROTATE)
        ring = self.source.load()
        mine = isinstance(self.source, FileKeys)
        used = self.vault.wrapped_by() == ring.newest
        finished = used and not self.vault.wrapped_otherwise(ring.newest)
        if finished and not mine:
            raise ConflictError(
                f"没有比 {ring.newest} 号更新的密钥；请先把编号更大的新密钥加进去，旧的留着。"
            )
        if isinstance(self.source, FileKeys) and finished and len(ring.keys) == 1:
            ring = ring.with_new()
            self.source.save(ring)
        rewrapped = self.vault.rewrap(ring, progress)
        obsolete = tuple(sorted(ring.keys.keys() - {ring.newest}))
        self.trail.note(
            user, Action.KEY_ROTATE, detail={"newest": ring.newest, "rewrapped": rewrapped}
        )
        if isinstance(self.source, FileKeys):
            self.source.save(ring.only_newest())
        return Rotation(ring.newest, rewrapped, () if mine else obsolete)

    def _authorise(self, user: str, action: Action) -> None:
        with self.trail.failures(user, action):
            with self.trail.database.read() as connection:
                principal = principal_of(connection, user, self.trail.clock())
            require(self.policy, principal, Right.KEYS)
