"""Passwords: set by who manages users, or by their owners."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from archsearch.domain.access import Role
from archsearch.domain.audit import Action
from archsearch.domain.callers import via_of
from archsearch.domain.passwords import PasswordRules, fault, is_too_long, prepared
from archsearch.domain.policy import Policy
from archsearch.domain.sessions import End
from archsearch.domain.users import User
from archsearch.errors import AccessDeniedError, InvalidRequestError
from archsearch.security.passwords import PasswordHasher, generated_password
from archsearch.services.identity import in_person, principal_of
from archsearch.services.trail import Trail
from archsearch.storage import passwords, sessions, users


@dataclass(frozen=True, slots=True)
class PasswordService:
    """Sets passwords.

    Args:
        trail: The log.
        policy: Who may manage users.
        hasher: Hashes them.
        rules: Which are long enough.
        common: Gives the commonest ones.
    """

    trail: Trail
    policy: Policy
    hasher: PasswordHasher
    rules: PasswordRules
    common: Callable[[], frozenset[str]]

    def set(self, name: str, password: str | None, by: str) -> str:
        """Set a user's password, which ends all their sessions.

        One that somebody else has set is good for nothing but choosing another.

        Args:
            name: The user.
            password: What it is to be; None to have one made.
            by: Who sets it.

        Returns:
            The password, if it was made; it is kept nowhere else.

        Raises:
            AccessDeniedError: It is not one's own, and one does not manage users; or it is, and a
                session is all that one shows.
            InvalidRequestError: It is too short, too common, a name; or the user is a program.
            NotFoundError: There is no such user.
        """
        made = generated_password() if password is None else ""
        must_change = by != name
        with self.trail.failures(by, Action.PASSWORD, target=name):
            with self.trail.database.read() as connection:
                in_person(self.policy, principal_of(connection, by, self.trail.clock()), name)
                if by == name and via_of(by):
                    # Whoever stole the session would have the account.
                    raise AccessDeniedError("修改自己的密码须先输入原密码；请在网页上修改密码。")
                user = users.existing(connection, name)
            hashed = self.hashed(made or password or "", user)
            detail = {"made": bool(made), "must_change": must_change}
            with self.trail.database.write() as connection:
                self.keep(connection, name, hashed, must_change=must_change)
                entry = self.trail.entry(by, Action.PASSWORD, target=name, detail=detail)
                self.trail.log.append(connection, entry)
        return made

    def hashed(self, password: str, user: User) -> str:
        """Check a password that is to be a user's, and hash it.

        Raises:
            InvalidRequestError: It is not good enough; or the user is a program.
        """
        if user.role is Role.PROGRAM:
            raise InvalidRequestError(
                "程序账号不用密码登录；请用 archsearch token create 建立令牌。"
            )
        wrong = fault(password, self.rules, self.common(), (user.name, user.display_name))
        if wrong:
            raise InvalidRequestError(wrong)
        return self.hasher.hash(prepared(password))

    def keep(self, connection: Connection, name: str, hashed: str, *, must_change: bool) -> None:
        """Keep a hashed password, and end the sessions that were begun with the one before."""
        now = self.trail.clock()
        passwords.put(connection, name, hashed, must_change=must_change, at=now)
        sessions.end_all(connection, name, End.PASSWORD, now)

    def renewed(self, password: str, hashed: str) -> str | None:
        """Hash a password anew if it is hashed by other costs than today's; None if it need not."""
        return self.hasher.hash(prepared(password)) if self.hasher.outdated(hashed) else None

    def matches(self, password: str, hashed: str | None) -> bool:
        """Check a password; takes as long where there is none to check it against."""
        given = "" if is_too_long(password, self.rules) else prepared(password)
        return self.hasher.verify(given, hashed)
