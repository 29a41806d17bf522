"""Users and departments, as administrators manage them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from archsearch.domain.access import Role
from archsearch.domain.audit import Action
from archsearch.domain.record import JsonValue
from archsearch.domain.users import User
from archsearch.errors import InvalidRequestError
from archsearch.services.identity import principal_of, require_role
from archsearch.services.trail import Trail
from archsearch.storage import audit_log, departments, users

_ORDINARY_LEVELS: Final = 2
"""Users who are no administrators see the two lowest levels of secrecy unless told otherwise."""


@dataclass(frozen=True, slots=True)
class UserService:
    """Adds and changes users; only administrators may."""

    trail: Trail
    levels: tuple[str, ...]

    def add(self, user: User, by: str) -> User:
        """Add a user; departments named for the first time are created.

        An administrator without a clearance gets the highest.

        Raises:
            AccessDeniedError: Who asks is no administrator.
            ConflictError: There is such a user.
            InvalidRequestError: A name or the clearance is not possible.
        """
        clearance = user.clearance or self._default_clearance(user.role)
        if clearance not in self.levels:
            raise InvalidRequestError(f"密级“{clearance}”不存在；可选：{'、'.join(self.levels)}。")
        added = User(user.name, user.display_name, user.role, user.departments, clearance)
        with self.trail.failures(by, Action.USER_ADD, target=user.name):
            self._authorise(by)
            now = self.trail.clock()
            detail = {"role": str(user.role or ""), "clearance": clearance}
            with self.trail.database.write() as connection:
                for path in sorted(user.departments):
                    departments.ensure(connection, path, at=now)
                users.add(connection, added, at=now)
                entry = self.trail.entry(by, Action.USER_ADD, target=user.name, detail=detail)
                audit_log.append(connection, entry)
        return added

    def all(self, by: str) -> tuple[User, ...]:
        """List every user."""
        self._authorise(by)
        with self.trail.database.read() as connection:
            return users.all_users(connection)

    def disable(self, name: str, by: str, *, disabled: bool) -> None:
        """Lock a user out, or let them in again; effective at the next request."""
        with self.trail.failures(by, Action.USER_CHANGE, target=name):
            self._authorise(by)
            with self.trail.database.write() as connection:
                users.set_disabled(connection, name, disabled=disabled)
                self._log(connection, by, name, {"disabled": disabled})

    def move(self, name: str, paths: Collection[str], by: str) -> None:
        """Put a user into exactly these departments."""
        with self.trail.failures(by, Action.USER_CHANGE, target=name):
            self._authorise(by)
            now = self.trail.clock()
            with self.trail.database.write() as connection:
                for path in sorted(paths):
                    departments.ensure(connection, path, at=now)
                users.set_departments(connection, name, paths)
                self._log(connection, by, name, {"departments": "、".join(sorted(paths))})

    def _authorise(self, by: str) -> None:
        with self.trail.database.read() as connection:
            principal = principal_of(connection, by, self.trail.clock())
        require_role(principal, Role.ADMINISTRATOR)

    def _log(
        self, connection: Connection, by: str, name: str, detail: Mapping[str, JsonValue]
    ) -> None:
        entry = self.trail.entry(by, Action.USER_CHANGE, target=name, detail=detail)
        audit_log.append(connection, entry)

    def _default_clearance(self, role: Role | None) -> str:
        ordinary = self.levels[:_ORDINARY_LEVELS][-1]
        return self.levels[-1] if role is Role.ADMINISTRATOR else ordinary
