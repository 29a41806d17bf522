"""Users, with their role, departments and clearance."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from archsearch.domain.access import Role
from archsearch.domain.users import NAME_LIMIT, User, folded_name, is_user_name
from archsearch.errors import ConflictError, InvalidRequestError, NotFoundError
from archsearch.storage.bulk import chunks
from archsearch.storage.encoding import json_text, read_member
from archsearch.storage.moments import next_id, next_seq
from archsearch.storage.prepared import Prepared, Row
from archsearch.storage.tables import DEPARTMENTS, USER_DEPARTMENTS, USER_STATES, USERS

_MISSING: Final = "没有这个用户；请用 archsearch user list 查看现有用户。"
_USER: Final = select(
    USERS.c.id,
    USERS.c.name,
    USERS.c.display_name,
    USERS.c.role,
    USERS.c.clearance,
    USERS.c.disabled,
)
_BY_NAME: Final = Prepared(_USER.where(USERS.c.name == bindparam("name")))
_DEPARTMENTS_OF: Final = Prepared(
    select(DEPARTMENTS.c.path)
    .join(USER_DEPARTMENTS, USER_DEPARTMENTS.c.department_id == DEPARTMENTS.c.id)
    .where(USER_DEPARTMENTS.c.user_id == bindparam("user_id"))
)


def add(connection: Connection, user: User, *, at: datetime) -> None:
    """Add a user.

    Raises:
        InvalidRequestError: The name is not fit to be one.
        ConflictError: There is a user of this name, or of one that differs only in case.
        NotFoundError: A department does not exist.
    """
    if not is_user_name(user.name):
        raise InvalidRequestError(
            f"用户名须为 1 至 {NAME_LIMIT} 个汉字、半角字母、数字或 . _ @ -，且不以符号开头。"
        )
    folded = folded_name(user.name)
    taken = select(USERS.c.id).where(USERS.c.folded_name == folded)
    if connection.execute(taken).scalar() is not None:
        raise ConflictError("该用户名已存在（不区分大小写）；请换一个用户名。")
    connection.execute(
        insert(USERS).values(
            name=user.name,
            folded_name=folded,
            display_name=user.display_name,
            role=user.role,
            clearance=user.clearance,
            disabled=user.disabled,
            created_at=at,
        )
    )
    set_departments(connection, user.name, user.departments)


def get(connection: Connection, name: str) -> User | None:
    """Look a user up by exact name."""
    row = _BY_NAME.row(connection, name=name)
    if row is None:
        return None
    return _user(row, [path for (path,) in _DEPARTMENTS_OF.rows(connection, user_id=row[0])])


def existing(connection: Connection, name: str) -> User:
    """Look up a user who must be there.

    Raises:
        NotFoundError: The user does not exist.
    """
    found = get(connection, name)
    if found is None:
        raise NotFoundError(_MISSING)
    return found


def all_users(connection: Connection) -> tuple[User, ...]:
    """List every user, disabled ones too, by name."""
    paths: dict[int, list[str]] = defaultdict(list)
    statement = select(USER_DEPARTMENTS.c.user_id, DEPARTMENTS.c.path).join(
        DEPARTMENTS, USER_DEPARTMENTS.c.department_id == DEPARTMENTS.c.id
    )
    for user_id, path in connection.execute(statement):
        paths[user_id].append(path)
    rows = connection.execute(_USER.order_by(USERS.c.name))
    return tuple(_user(row, paths[row.id]) for row in rows)


def set_departments(connection: Connection, name: str, paths: Collection[str]) -> None:
    """Put a user into exactly these departments.

    Raises:
        NotFoundError: The user or a department does not exist.
    """
    user_id = user_id_of(connection, name)
    ids = {
        path: department_id
        for piece in chunks(paths)
        for path, department_id in connection.execute(
            select(DEPARTMENTS.c.path, DEPARTMENTS.c.id).where(DEPARTMENTS.c.path.in_(piece))
        )
    }
    unknown = sorted(set(paths) - set(ids))
    if unknown:
        raise NotFoundError(f"没有部门“{unknown[0]}”；请先建立该部门。")
    connection.execute(delete(USER_DEPARTMENTS).where(USER_DEPARTMENTS.c.user_id == user_id))
    rows = [{"user_id": user_id, "department_id": each} for each in sorted(ids.values())]
    if rows:
        connection.execute(insert(USER_DEPARTMENTS), rows)
    _remember(connection, name)


def set_role(connection: Connection, name: str, role: Role | None) -> None:
    """Give a user another role, or none.

    Raises:
        NotFoundError: The user does not exist.
    """
    _change(connection, name, role=role)


def set_clearance(connection: Connection, name: str, clearance: str) -> None:
    """Give a user another clearance.

    Raises:
        NotFoundError: The user does not exist.
    """
    _change(connection, name, clearance=clearance)


def set_display_name(connection: Connection, name: str, display_name: str) -> None:
    """Show another name of a user to people.

    Raises:
        NotFoundError: The user does not exist.
    """
    _change(connection, name, display_name=display_name)


def set_disabled(connection: Connection, name: str, *, disabled: bool) -> None:
    """Lock a user out, or let them in again.

    Raises:
        NotFoundError: The user does not exist.
    """
    _change(connection, name, disabled=disabled)


def user_id_of(connection: Connection, name: str) -> int:
    """Look up the number by which other tables refer to a user.

    Raises:
        NotFoundError: The user does not exist.
    """
    found: int | None = connection.execute(select(USERS.c.id).where(USERS.c.name == name)).scalar()
    if found is None:
        raise NotFoundError(_MISSING)
    return found


def _change(connection: Connection, name: str, **values: object) -> None:
    if connection.execute(update(USERS).where(USERS.c.name == name).values(values)).rowcount == 0:
        raise NotFoundError(_MISSING)
    _remember(connection, name)


def _remember(connection: Connection, name: str) -> None:
    """Note what a user is from now on: who could what can be told ever after."""
    user = existing(connection, name)
    connection.execute(
        insert(USER_STATES).values(
            id=next_id(USER_STATES),
            seq=next_seq(connection),
            user_id=user_id_of(connection, name),
            role=user.role,
            clearance=user.clearance,
            departments=json_text(sorted(user.departments)),
            disabled=user.disabled,
        )
    )


def _user(row: Row, departments: Collection[str]) -> User:
    _, name, display_name, role, clearance, disabled = row
    return User(
        name=name,
        display_name=display_name,
        role=None if role is None else read_member(Role, role),
        departments=frozenset(departments),
        clearance=clearance,
        disabled=bool(disabled),
    )
