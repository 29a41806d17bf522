"""Hashing of passwords: Argon2id (RFC 9106), keyed with a key of the workspace, and making of them.

The key (a "pepper", NIST SP 800-63B, section on password verifiers) makes a stolen database alone
useless for guessing. A hash is a PHC string, which says what it was made with.
"""

import re
import secrets
import threading
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

_SALT: Final = 16
_LENGTH: Final = 32
_LEAST_MEMORY: Final = 8
"""KiB a lane, below which Argon2 is not defined."""
_PHC: Final = re.compile(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$")

_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are taken for one another when read from a screen or paper."""
_GROUPS: Final = 4
_GROUP: Final = 5


@dataclass(frozen=True, slots=True)
class HashCost:
    """What a hash costs: memory in KiB, passes over it, lanes; and how many are made at once."""

    memory_kib: int
    passes: int
    lanes: int
    at_once: int


class PasswordHasher:
    """Hashes passwords and checks them.

    No more than ``at_once`` at a time: the others wait, so that a flood of log-ins cannot take all
    memory.
    """

    def __init__(self, key: bytes, cost: HashCost) -> None:
        self._key = key
        self._cost = cost
        self._turn = threading.BoundedSemaphore(cost.at_once)

    def hash(self, password: str) -> str:
        """Hash a password."""
        return self._derive(password, self._cost.memory_kib)

    def _derive(self, password: str, memory_kib: int) -> str:
        derivation = Argon2id(
            salt=secrets.token_bytes(_SALT),
            length=_LENGTH,
            iterations=self._cost.passes,
            lanes=self._cost.lanes,
            memory_cost=memory_kib,
            secret=self._key,
        )
        with self._turn:
            return derivation.derive_phc_encoded(_bytes(password))

    def verify(self, password: str, hashed: str | None) -> bool:
        """Check a password; without a hash to check it against it takes as long and is wrong."""
        if hashed is None:
            self.hash(password)
            return False
        with self._turn:
            try:
                Argon2id.verify_phc_encoded(_bytes(password), hashed, secret=self._key)
            except InvalidKey:
                right = False
            else:
                right = True
        if not right:
            self._make_up(hashed)
        return right

    def _make_up(self, hashed: str) -> None:
        """Spend what an older hash cost less than one of today, which a name of nobody costs."""
        found = _PHC.match(hashed)
        if found is None:
            return
        memory, passes, _ = map(int, found.groups())
        cost = self._cost
        rest = (cost.memory_kib * cost.passes - memory * passes) // cost.passes
        if rest >= _LEAST_MEMORY * cost.lanes:
            self._derive("", rest)

    def outdated(self, hashed: str) -> bool:
        """Whether a hash was made with other costs than those of today."""
        found = _PHC.match(hashed)
        cost = self._cost
        return found is None or [int(each) for each in found.groups()] != [
            cost.memory_kib,
            cost.passes,
            cost.lanes,
        ]


def generated_password() -> str:
    """Make a password of 99 random bits, fit to be read out: ``xxxxx-xxxxx-xxxxx-xxxxx``."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def _bytes(password: str) -> bytes:
    # Half a character cannot be part of any password that was set.
    return password.encode("utf-8", "surrogatepass")
