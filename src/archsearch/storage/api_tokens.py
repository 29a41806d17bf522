"""Tokens of programs, found by a digest of their secrets.

Revoked ones stay, as the log names them.
"""

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, bindparam, func, insert, select, update

from archsearch.domain.policy import Errand, Right
from archsearch.domain.sessions import ApiToken
from archsearch.errors import ConflictError
from archsearch.storage.account_tables import API_TOKENS
from archsearch.storage.encoding import read_member, read_time
from archsearch.storage.prepared import Prepared, Row
from archsearch.storage.tables import USERS
from archsearch.storage.users import user_id_of

_TOKEN: Final = select(
    API_TOKENS.c.id,
    USERS.c.name.label("user_name"),
    API_TOKENS.c.name,
    API_TOKENS.c.rights,
    API_TOKENS.c.created_at,
    API_TOKENS.c.created_by,
    API_TOKENS.c.expires_at,
    API_TOKENS.c.revoked_at,
    API_TOKENS.c.revoked_by,
    API_TOKENS.c.used_on,
    USERS.c.disabled,
    API_TOKENS.c.refused_on,
).join(USERS, USERS.c.id == API_TOKENS.c.user_id)

_ERRANDS: Final = frozenset(Errand)
_BY_DIGEST: Final = Prepared(_TOKEN.where(API_TOKENS.c.digest == bindparam("digest")))
_BY_ID: Final = Prepared(_TOKEN.where(API_TOKENS.c.id == bindparam("token_id")))
_ALL: Final = Prepared(_TOKEN.order_by(USERS.c.name, API_TOKENS.c.id))


class Presented(NamedTuple):
    """A token that was shown: its user may be disabled; the last day of a refusal of it."""

    token: ApiToken
    disabled: bool
    refused_on: str


def add(connection: Connection, token: ApiToken, digest: bytes) -> int:
    """Keep a token and give its number; that of ``token`` does not count.

    Raises:
        ConflictError: The user has one of this name.
        NotFoundError: The user does not exist.
    """
    user_id = user_id_of(connection, token.user)
    taken = select(API_TOKENS.c.id).where(
        API_TOKENS.c.user_id == user_id,
        API_TOKENS.c.name == token.name,
        API_TOKENS.c.revoked_at.is_(None),
    )
    if connection.execute(taken).scalar() is not None:
        raise ConflictError("该用户已有同名的令牌；请换一个名称，或先吊销原来的。")
    made = connection.execute(
        insert(API_TOKENS).values(
            user_id=user_id,
            name=token.name,
            digest=digest,
            rights=" ".join(token.rights),
            created_at=token.created_at,
            created_by=token.created_by,
            expires_at=token.expires_at,
            used_on="",
            refused_on="",
        )
    )
    return int(made.lastrowid)


def find(connection: Connection, digest: bytes) -> Presented | None:
    """Find a token by what was shown."""
    row = _BY_DIGEST.row(connection, digest=digest)
    return None if row is None else Presented(_token(row), bool(row[-2]), row[-1])


def get(connection: Connection, token_id: int) -> ApiToken | None:
    """Look a token up by its number."""
    row = _BY_ID.row(connection, token_id=token_id)
    return None if row is None else _token(row)


def all_tokens(connection: Connection) -> tuple[ApiToken, ...]:
    """List every token, revoked ones too, by user."""
    return tuple(_token(row) for row in _ALL.rows(connection))


def live(connection: Connection, user: str, at: datetime) -> int:
    """Count the tokens of a user that are neither revoked nor expired."""
    statement = (
        select(func.count())
        .select_from(API_TOKENS)
        .join(USERS, USERS.c.id == API_TOKENS.c.user_id)
        .where(
            USERS.c.name == user, API_TOKENS.c.revoked_at.is_(None), API_TOKENS.c.expires_at > at
        )
    )
    return connection.execute(statement).scalar_one()


def revoke(connection: Connection, token_id: int, *, by: str, at: datetime) -> bool:
    """End a token for good; False if it was already."""
    change = update(API_TOKENS).where(
        API_TOKENS.c.id == token_id, API_TOKENS.c.revoked_at.is_(None)
    )
    return connection.execute(change.values(revoked_at=at, revoked_by=str(by))).rowcount == 1


def note_used(connection: Connection, token_id: int, day: str) -> None:
    """Keep the day on which a token was used last."""
    connection.execute(update(API_TOKENS).where(API_TOKENS.c.id == token_id).values(used_on=day))


def note_refused(connection: Connection, token_id: int, day: str) -> None:
    """Keep the day on which a token was refused last."""
    change = update(API_TOKENS).where(API_TOKENS.c.id == token_id)
    connection.execute(change.values(refused_on=day))


def _token(row: Row) -> ApiToken:
    number, user, name, rights, created, by, expires, revoked, revoked_by, used, off, _ = row
    return ApiToken(
        id=number,
        user=user,
        name=name,
        rights=tuple(map(_right, sorted(rights.split()))),
        created_at=read_time(created),
        created_by=by,
        expires_at=read_time(expires),
        revoked_at=None if revoked is None else read_time(revoked),
        revoked_by=revoked_by,
        used_on=used,
        disabled=bool(off),
    )


def _right(text: str) -> Right | Errand:
    return Errand(text) if text in _ERRANDS else read_member(Right, text)
