"""Accounts as whoever manages users looks at them: state, sessions, and waits to be lifted."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Final

from archsearch.domain.audit import Action
from archsearch.domain.policy import Policy
from archsearch.domain.sessions import End, Session, SessionRules
from archsearch.domain.users import User
from archsearch.errors import NotFoundError
from archsearch.services.identity import in_person, lasting, principal_of
from archsearch.services.second_factor import SecondFactorService
from archsearch.services.throttle import Throttle
from archsearch.services.trail import Trail
from archsearch.storage import api_tokens, passwords, second_factors, sessions, users

_MISSING: Final = "没有这个会话，或已经结束；请用 archsearch user sessions 查看。"


@dataclass(frozen=True, slots=True)
class Account:
    """How a user's account stands.

    ``wait_seconds`` is how long strange sources have to wait before they may try it again.
    """

    user: User
    password: bool
    must_change_password: bool
    second_factor: bool
    recovery_codes: int
    sessions: int
    tokens: int
    wait_seconds: int


@dataclass(frozen=True, slots=True)
class AccountService:
    """Shows accounts to their owners and to who manages users."""

    trail: Trail
    policy: Policy
    throttle: Throttle
    factor: SecondFactorService
    rules: SessionRules

    def show(self, name: str, by: str) -> Account:
        """Tell how an account stands.

        Raises:
            AccessDeniedError: It is not one's own, and one does not manage users.
            NotFoundError: There is no such user.
        """
        with self.trail.failures(by, Action.USER_SHOW, target=name):
            now = self._authorise(name, by)
            with self.trail.database.read() as connection:
                user = users.existing(connection, name)
                kept = passwords.get(connection, name)
                open_ones = sessions.of_user(connection, name)
                account = Account(
                    user=user,
                    password=kept is not None,
                    must_change_password=kept is not None and kept.must_change,
                    second_factor=self.factor.active(connection, name),
                    recovery_codes=second_factors.codes_left(connection, name),
                    sessions=sum(lasting(connection, one, self.rules, now) for one in open_ones),
                    tokens=api_tokens.live(connection, name, now),
                    wait_seconds=ceil(self.throttle.waiting(connection, name, now).total_seconds()),
                )
        self.trail.note(by, Action.USER_SHOW, target=name)
        return account

    def unlock(self, name: str, by: str) -> None:
        """Forget the wrong tries at an account, so that nobody has to wait.

        Raises:
            AccessDeniedError: It is not one's own, and one does not manage users.
            NotFoundError: There is no such user.
        """
        with self.trail.failures(by, Action.LOGIN_UNLOCK, target=name):
            self._authorise(name, by)
            with self.trail.database.write() as connection:
                users.existing(connection, name)
                self.throttle.unlock(connection, name)
                entry = self.trail.entry(by, Action.LOGIN_UNLOCK, target=name)
                self.trail.log.append(connection, entry)

    def sessions(self, name: str, by: str) -> tuple[Session, ...]:
        """List the sessions of a user, the earliest first.

        Raises:
            AccessDeniedError: They are not one's own, and one does not manage users.
            NotFoundError: There is no such user.
        """
        with self.trail.failures(by, Action.SESSION_LIST, target=name):
            now = self._authorise(name, by)
            with self.trail.database.read() as connection:
                users.existing(connection, name)
                found = tuple(
                    one
                    for one in sessions.of_user(connection, name)
                    if lasting(connection, one, self.rules, now)
                )
        self.trail.note(by, Action.SESSION_LIST, target=name)
        return found

    def end(self, name: str, by: str, number: int | None = None) -> int:
        """End a session of a user, or all; from the next request on. Tells how many.

        Raises:
            AccessDeniedError: They are not one's own, and one does not manage users.
            NotFoundError: There is no such user, or the user has no such session.
        """
        with self.trail.failures(by, Action.SESSION_END, target=name):
            now = self._authorise(name, by)
            with self.trail.database.write() as connection:
                users.existing(connection, name)
                found = sessions.of_user(connection, name)
                ending = [
                    one
                    for one in found
                    if number in {None, one.id} and lasting(connection, one, self.rules, now)
                ]
                if number is not None and not ending:
                    raise NotFoundError(_MISSING)
                for one in ending:
                    sessions.end(connection, one.id, End.REVOKED, now)
                detail = {"sessions": " ".join(str(one.id) for one in ending)}
                entry = self.trail.entry(by, Action.SESSION_END, target=name, detail=detail)
                self.trail.log.append(connection, entry)
        return len(ending)

    def _authorise(self, name: str, by: str) -> datetime:
        """Refuse others; tell the time."""
        with self.trail.database.read() as connection:
            now = self.trail.clock()
            in_person(self.policy, principal_of(connection, by, now), name)
        return now
