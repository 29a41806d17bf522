"""Who is asking: from a user name to the principal and scope in force now."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from archsearch.domain.access import Principal
from archsearch.domain.callers import limits_of, via_of
from archsearch.domain.policy import Errand, Policy, Right, within
from archsearch.domain.sessions import Session, SessionRules, lasts
from archsearch.domain.users import User
from archsearch.errors import AccessDeniedError, NotAuthenticatedError
from archsearch.storage import api_tokens, audit_log, grants, sessions, users

Clock = Callable[[], datetime]
"""Tells the time, aware, in UTC."""


def principal_of(connection: Connection, user: str, at: datetime) -> Principal:
    """Load a user with the grants in force.

    A clock that is set back brings no grant back that had ended.

    Raises:
        AccessDeniedError: There is no such user, or it is disabled.
    """
    found = users.get(connection, user) if user else None
    if found is None or found.disabled:
        raise AccessDeniedError("没有这个用户，或已停用；请联系管理员。")
    return as_principal(connection, found, at, user)


def require_open(connection: Connection, caller: str, at: datetime) -> None:
    """Refuse to go on for whoever came in by a session or a token that is no more.

    Raises:
        NotAuthenticatedError: It was ended or revoked, or its time is over.
    """
    door, _, number = via_of(caller).partition(":")
    if door == "token":
        token = api_tokens.get(connection, int(number))
        there = (
            token is not None
            and token.revoked_at is None
            and not_before(connection, at, token.created_at) < token.expires_at
        )
    elif door == "session":
        there = any(
            one.id == int(number) and not_before(connection, at, one.created_at) < one.ends_at
            for one in sessions.of_user(connection, str(caller))
        )
    else:
        there = True
    if not there:
        raise NotAuthenticatedError("登录已退出或令牌已失效，操作中止；请重新登录后再试。")


def not_before(connection: Connection, at: datetime, born: datetime) -> datetime:
    """Give a moment that is never earlier than any entry of the log since something began.

    What has ended stays ended, though the clock is set back. What the clock said before ``born``
    does not count: time passes for what begins after a clock was wrong.
    """
    return audit_log.later_moment(connection, at, born) or at


def lasting(connection: Connection, session: Session, rules: SessionRules, at: datetime) -> bool:
    """Whether time has not ended a session; nor has a clock set back by more than it may idle."""
    now = not_before(connection, at, session.created_at)
    return lasts(session, rules, now) and now - at < rules.idle


def as_principal(connection: Connection, user: User, at: datetime, caller: str = "") -> Principal:
    """Give a user as access rules see them, with the grants in force.

    ``caller`` is the name that they came by: what is done in the name of the principal is logged
    with their door, and narrowed as they are.
    """
    lent = grants.in_force(connection, user.name, at)
    return Principal(
        name=caller or user.name,
        role=user.role,
        departments=user.departments,
        clearance=user.clearance,
        grants=lent.records,
        unmasked=lent.unmasked,
        limits=limits_of(caller),
    )


def in_person(policy: Policy, principal: Principal, name: str) -> None:
    """Refuse to touch what somebody logs in by, but to themselves and to who manages users.

    No token, and no session of narrower rights, makes others or changes what it came by.

    Raises:
        AccessDeniedError: The principal is neither, or came in by something narrower.
    """
    trusted = principal.name == name or policy.may(principal, Right.USERS)
    if principal.limits is not None or not trusted:
        raise AccessDeniedError("您没有权限执行此操作；请联系管理员。")


def require_reading(principal: Principal) -> None:
    """Refuse who came in by something that lets them read nothing, though they may themselves.

    Raises:
        AccessDeniedError: They did.
    """
    if not within(principal.limits, Right.READ):
        raise AccessDeniedError("所用的令牌或会话没有读档案的权限。")


def require_errand(principal: Principal, errand: Errand) -> None:
    """Refuse who came in by something that is not good for an errand.

    Raises:
        AccessDeniedError: They did.
    """
    if not within(principal.limits, errand):
        raise AccessDeniedError(f"所用的令牌或会话不能用来申请（没有 {errand}）。")


def require(policy: Policy, principal: Principal, *rights: Right) -> None:
    """Refuse an operation to everyone who has none of the rights, over whatever records.

    Raises:
        AccessDeniedError: The principal has none of them.
    """
    if not any(policy.may(principal, right) for right in rights):
        raise AccessDeniedError("您没有权限执行此操作；请联系管理员。")
