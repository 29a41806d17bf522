"""Who is asking: from a user name to the principal and scope in force now."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from archsearch.domain.access import Principal
from archsearch.domain.callers import limits_of, via_of
from archsearch.domain.labels import ERRANDS, RIGHTS
from archsearch.domain.policy import Errand, Facts, Policy, Right, needed, within
from archsearch.domain.sessions import Session, SessionRules, lasts
from archsearch.domain.users import User
from archsearch.errors import AccessDeniedError, NotAuthenticatedError
from archsearch.storage import api_tokens, audit_log, grants, sessions, users

_DENIED: Final = "您没有权限执行此操作；请联系管理员。"
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
    if principal.limits is not None:
        raise AccessDeniedError("令牌和受限的会话不能做这件事；请以本人的密码登录后操作。")
    if not trusted:
        raise AccessDeniedError(_DENIED)


def require_reading(principal: Principal) -> None:
    """Refuse who came in by something that lets them read nothing, though they may themselves.

    Raises:
        AccessDeniedError: They did.
    """
    if not within(principal.limits, Right.READ):
        raise AccessDeniedError(_lacking(principal, Right.READ))


def require_errand(principal: Principal, errand: Errand) -> None:
    """Refuse who came in by something that is not good for an errand.

    Raises:
        AccessDeniedError: They did.
    """
    if not within(principal.limits, errand):
        raise AccessDeniedError(_lacking(principal, errand))


def require(policy: Policy, principal: Principal, *rights: Right) -> None:
    """Refuse an operation to everyone who has none of the rights, over whatever records.

    Raises:
        AccessDeniedError: The principal has none of them.
    """
    if any(policy.may(principal, right) for right in rights):
        return
    free = replace(principal, limits=None)
    held = (right for right in rights if policy.may(free, right))
    right = next(held, None)
    raise AccessDeniedError(_DENIED if right is None else _lacking(principal, right))


def refusal(policy: Policy, principal: Principal, right: Right, facts: Facts, words: str) -> str:
    """Say why a right over a record that is seen is refused: by ``words``, if the user lacks it.

    Where only what they came in by lacks it, that is told instead.
    """
    free = policy.scope(replace(principal, limits=None), right)
    narrowed = not within(principal.limits, right) and free.allows(*facts)
    return _lacking(principal, right) if narrowed else words


def _lacking(principal: Principal, right: Right | Errand) -> str:
    """Say what a token or session lacks, and how to come by one that has it."""
    limits = principal.limits or frozenset()
    lacks = sorted({right, *needed(right)} - limits)
    told = "、".join(f"{each}（{(RIGHTS | ERRANDS)[each]}）" for each in lacks)
    if not via_of(principal.name).startswith("token:"):
        return f"这次登录没有权限：{told}；请重新登录后再试。"
    rights = ",".join(sorted({*limits, *lacks}))
    return (
        f"所用的令牌没有权限：{told}。令牌的权限不能更改，请管理员另建一个："
        f"archsearch token create --user 用户 --name 名称 --rights {rights}"
    )
