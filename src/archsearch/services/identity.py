"""Who is asking: from a user name to the principal and scope in force now."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from archsearch.domain.access import Principal
from archsearch.domain.policy import Policy, Right
from archsearch.domain.users import User
from archsearch.errors import AccessDeniedError
from archsearch.storage import audit_log, grants, users

Clock = Callable[[], datetime]
"""Tells the time, aware, in UTC."""


def principal_of(connection: Connection, user: str, at: datetime) -> Principal:
    """Load a user with the grants in force.

    It is never earlier than any entry of the log: a clock that is set back brings no grant
    back that had ended.

    Raises:
        AccessDeniedError: There is no such user, or it is disabled.
    """
    found = users.get(connection, user) if user else None
    if found is None or found.disabled:
        raise AccessDeniedError("没有这个用户，或已停用；请联系管理员。")
    latest = audit_log.latest_moment(connection)
    return as_principal(connection, found, at if latest is None else max(at, latest))


def as_principal(connection: Connection, user: User, at: datetime) -> Principal:
    """Give a user as access rules see them, with the grants in force."""
    lent = grants.in_force(connection, user.name, at)
    return Principal(
        name=user.name,
        role=user.role,
        departments=user.departments,
        clearance=user.clearance,
        grants=lent.records,
        unmasked=lent.unmasked,
    )


def require(policy: Policy, principal: Principal, *rights: Right) -> None:
    """Refuse an operation to everyone who has none of the rights, over whatever records.

    Raises:
        AccessDeniedError: The principal has none of them.
    """
    if not any(policy.may(principal, right) for right in rights):
        raise AccessDeniedError("您没有权限执行此操作；请联系管理员。")
