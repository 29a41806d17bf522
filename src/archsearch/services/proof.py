"""Proof beyond a session: a session may be stolen, and alone it is to take no account over."""

from dataclasses import dataclass
from typing import Final

from archsearch.domain.callers import via_of
from archsearch.errors import LoginRefusedError
from archsearch.services.passwords import PasswordService
from archsearch.services.throttle import Attempt, Throttle, must_wait
from archsearch.services.trail import Trail
from archsearch.storage import passwords

CODES: Final = "codes"
"""Wrong codes of an account are counted together: another session buys no further guesses."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Asks people who are in already for passwords and codes; guessing is slow here, too."""

    trail: Trail
    passwords: PasswordService
    throttle: Throttle

    def tried(self, name: str, place: str) -> Attempt:
        """Count a try as wrong, before it is looked at.

        Raises:
            LoginWaitError: There were too many.
        """
        attempt = self.throttle.inside(name, place)
        with self.trail.database.write() as connection:
            now = self.trail.clock()
            wait = self.throttle.wait(connection, attempt, now)
            if wait is None:
                self.throttle.count(connection, attempt, now)
        if wait is not None:
            raise must_wait(wait.length)
        return attempt

    def password(self, by: str, given: str) -> None:
        """Refuse who came in by a session and does not know the password.

        Raises:
            LoginRefusedError: It is wrong.
            LoginWaitError: It was wrong too often.
        """
        attempt = self.tried(by, via_of(by))
        with self.trail.database.read() as connection:
            kept = passwords.get(connection, by)
        if not self.passwords.matches(given, kept.hash if kept else None):
            raise LoginRefusedError("密码不对；请输入您现在的密码。")
        with self.trail.database.write() as connection:
            self.throttle.take_back(connection, attempt, self.trail.clock())


def by_session(name: str, by: str) -> bool:
    """Whether somebody who came in by a session turns to their own account."""
    return by == name and bool(via_of(by))
