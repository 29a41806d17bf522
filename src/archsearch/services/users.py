"""Users and departments, as administrators manage them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from archsearch.domain.access import Principal, Role, is_below
from archsearch.domain.audit import Action
from archsearch.domain.policy import Policy, Right
from archsearch.domain.record import JsonValue
from archsearch.domain.sessions import End
from archsearch.domain.users import User
from archsearch.errors import ConflictError, InvalidRequestError
from archsearch.services.identity import principal_of, require
from archsearch.services.trail import Trail
from archsearch.storage import departments, sessions, users

_ORDINARY_LEVELS: Final = 2
"""Users who are no administrators see the two lowest levels of secrecy unless told otherwise."""


@dataclass(frozen=True, slots=True)
class UserChange:
    """What becomes different about a user; None stays as it is."""

    role: Role | None = None
    clearance: str | None = None
    display_name: str | None = None


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which users to list; every condition given must hold.

    ``department`` is theirs or one above it.
    """

    role: Role | None = None
    department: str = ""
    disabled: bool | None = None

    def admits(self, user: User) -> bool:
        """Whether a user is one of them."""
        return (
            (self.role is None or user.role is self.role)
            and (self.disabled is None or user.disabled is self.disabled)
            and (
                not self.department
                or any(is_below(each, self.department) for each in user.departments)
            )
        )


EVERYBODY: Final = UserFilter()


@dataclass(frozen=True, slots=True)
class UserService:
    """Adds and changes users on behalf of those who may, by the policy shipped administrators."""

    trail: Trail
    policy: Policy

    def add(self, user: User, by: str) -> User:
        """Add a user; departments named for the first time are created.

        An administrator without a clearance gets the highest.

        Raises:
            AccessDeniedError: Who asks may not, or a department is new and they make none.
            ConflictError: There is such a user.
            InvalidRequestError: A name or the clearance is not possible.
        """
        clearance = user.clearance or self._default_clearance(user.role)
        self._check_clearance(clearance)
        added = User(user.name, user.display_name, user.role, user.departments, clearance)
        with self.trail.failures(by, Action.USER_ADD, target=user.name):
            principal = self._authorise(by)
            now = self.trail.clock()
            detail = {"role": str(user.role or ""), "clearance": clearance}
            detail["departments"] = _joined(user.departments)
            with self.trail.database.write() as connection:
                self._ensure(connection, user.departments, principal, by)
                users.add(connection, added, at=now)
                entry = self.trail.entry(by, Action.USER_ADD, target=user.name, detail=detail)
                self.trail.log.append(connection, entry)
        return added

    def all(self, by: str, wanted: UserFilter = EVERYBODY) -> tuple[User, ...]:
        """List users, by default all of them.

        Raises:
            AccessDeniedError: Who asks may not.
        """
        with self.trail.failures(by, Action.USER_LIST):
            self._authorise(by)
            with self.trail.database.read() as connection:
                found = tuple(filter(wanted.admits, users.all_users(connection)))
        self.trail.note(by, Action.USER_LIST, detail={"users": len(found)})
        return found

    def disable(self, name: str, by: str, *, disabled: bool) -> User:
        """Lock a user out, or let them in again; effective at the next request.

        Raises:
            ConflictError: Administrators cannot lock themselves out.
        """

        def switch(connection: Connection) -> None:
            users.set_disabled(connection, name, disabled=disabled)
            if disabled:
                sessions.end_all(connection, name, End.DISABLED, self.trail.clock())

        return self._change(name, by, switch, {"disabled": disabled})

    def set(self, name: str, wanted: UserChange, by: str) -> User:
        """Give a user another role, clearance or display name; effective at the next request.

        Raises:
            ConflictError: Administrators cannot take the role from themselves.
            InvalidRequestError: Nothing is to change, or there is no such clearance.
        """
        detail: dict[str, JsonValue] = {}
        if wanted.role is not None:
            detail["role"] = str(wanted.role)
        if wanted.clearance is not None:
            self._check_clearance(wanted.clearance)
            detail["clearance"] = wanted.clearance
        if wanted.display_name is not None:
            # A person's name is nothing for the log.
            detail["display_name"] = True
        if not detail:
            raise InvalidRequestError("请写明要改什么：角色、密级或姓名。")

        def apply(connection: Connection) -> None:
            if wanted.role is not None:
                if users.existing(connection, name).role is not wanted.role:
                    sessions.end_all(connection, name, End.ROLE, self.trail.clock())
                users.set_role(connection, name, wanted.role)
            if wanted.clearance is not None:
                users.set_clearance(connection, name, wanted.clearance)
            if wanted.display_name is not None:
                users.set_display_name(connection, name, wanted.display_name)

        return self._change(name, by, apply, detail)

    def move(self, name: str, paths: Collection[str], by: str) -> User:
        """Put a user into exactly these departments.

        Raises:
            AccessDeniedError: Who asks may not, or a department is new and they make none.
        """

        def place(connection: Connection) -> None:
            principal = principal_of(connection, by, self.trail.clock())
            self._ensure(connection, paths, principal, by)
            users.set_departments(connection, name, paths)

        return self._change(name, by, place, {"departments": _joined(paths)})

    def _ensure(
        self, connection: Connection, paths: Collection[str], principal: Principal, by: str
    ) -> None:
        """Make departments that are new, if whoever names them may."""
        for path in sorted(paths):
            if departments.ensure(connection, path, at=self.trail.clock()):
                require(self.policy, principal, Right.DEPARTMENTS)
                entry = self.trail.entry(by, Action.DEPARTMENT_ADD, target=path)
                self.trail.log.append(connection, entry)

    def _change(
        self,
        name: str,
        by: str,
        change: Callable[[Connection], None],
        detail: Mapping[str, JsonValue],
    ) -> User:
        with self.trail.failures(by, Action.USER_CHANGE, target=name):
            self._authorise(by)
            with self.trail.database.write() as connection:
                change(connection)
                self._keep_in(connection, by)
                entry = self.trail.entry(by, Action.USER_CHANGE, target=name, detail=detail)
                self.trail.log.append(connection, entry)
                return users.existing(connection, name)

    def _keep_in(self, connection: Connection, by: str) -> None:
        """See to it that who made a change can still undo it, and that there is an administrator.

        Under every policy administrators manage users; others may only until the next one.
        """
        actor = users.existing(connection, by)
        if actor.disabled or self.policy.rule(actor.role, Right.USERS) is None:
            raise ConflictError(
                "管理员不能停用自己，也不能取消自己的管理员角色；请由另一位管理员操作。"
            )
        everyone = [actor] if actor.role is Role.ADMINISTRATOR else users.all_users(connection)
        if not any(one.role is Role.ADMINISTRATOR and not one.disabled for one in everyone):
            raise ConflictError("这是最后一位管理员；请先添加另一位管理员。")

    def _authorise(self, by: str) -> Principal:
        with self.trail.database.read() as connection:
            principal = principal_of(connection, by, self.trail.clock())
        require(self.policy, principal, Right.USERS)
        return principal

    def _check_clearance(self, clearance: str) -> None:
        if clearance not in self.policy.levels:
            raise InvalidRequestError(
                f"密级“{clearance}”不存在；可选：{'、'.join(self.policy.levels)}。"
            )

    def _default_clearance(self, role: Role | None) -> str:
        ordinary = self.policy.levels[:_ORDINARY_LEVELS][-1]
        return self.policy.levels[-1] if role is Role.ADMINISTRATOR else ordinary


def _joined(paths: Collection[str]) -> str:
    return "、".join(sorted(paths))
