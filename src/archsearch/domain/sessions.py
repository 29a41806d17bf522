"""Sessions of people and tokens of programs, as everything but their secrets."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from archsearch.domain.callers import Caller
from archsearch.domain.policy import Errand, Right

TOKEN_NAME_LIMIT: Final = 64


class End(StrEnum):
    """Why a session ended; stored for ever."""

    LOGOUT = "logout"
    REVOKED = "revoked"
    PASSWORD = "password"  # noqa: S105 - a reason
    SECOND_FACTOR = "second_factor"
    DISABLED = "disabled"
    ROLE = "role"
    CROWDED = "crowded"


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How long a session lasts, and how many one user may have."""

    idle_minutes: int
    hours: int
    most: int

    @property
    def idle(self) -> timedelta:
        """How long a session lasts without a request."""
        return timedelta(minutes=self.idle_minutes)

    @property
    def longest(self) -> timedelta:
        """How long a session lasts whatever is asked in it."""
        return timedelta(hours=self.hours)


@dataclass(frozen=True, slots=True)
class TokenRules:
    """How long tokens last, and how many one user may have."""

    days: int
    max_days: int
    most: int


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who has logged in.

    ``must_change_password`` sessions are good for nothing but that. ``source`` is what the door
    called the place they came from.
    """

    id: int
    user: str
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    source: str = ""
    must_change_password: bool = False

    @property
    def caller(self) -> Caller:
        """Who asks in this session."""
        limits = frozenset[str]() if self.must_change_password else None
        return Caller(self.user, limits=limits, via=f"session:{self.id}")


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A program's way in: a user's rights, narrowed to ``rights``, until ``expires_at``.

    Errands are done in the user's name only if they are among them.

    ``used_on`` is the last day on which it was used, in China's time; empty for never. Nobody comes
    in by it while its user is ``disabled``.
    """

    id: int
    user: str
    name: str
    rights: tuple[Right | Errand, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    used_on: str = ""
    disabled: bool = False

    @property
    def caller(self) -> Caller:
        """Who asks with this token."""
        return Caller(self.user, limits=frozenset(self.rights), via=f"token:{self.id}")


def lasts(session: Session, rules: SessionRules, now: datetime) -> bool:
    """Whether time has not ended a session."""
    return now < session.ends_at and now - session.seen_at < rules.idle
