"""Second factors: secrets of one-time codes, as they are sealed, and digests of recovery codes."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from archsearch.storage.account_tables import RECOVERY_CODES, SECOND_FACTORS
from archsearch.storage.tables import USERS
from archsearch.storage.users import user_id_of


class Factor(NamedTuple):
    """A sealed secret, whether it counts yet, and the last step of which a code was used."""

    sealed: bytes
    active: bool
    last_step: int


def get(connection: Connection, name: str) -> Factor | None:
    """Look a user's second factor up."""
    row = connection.execute(
        select(SECOND_FACTORS.c.secret, SECOND_FACTORS.c.active, SECOND_FACTORS.c.last_step)
        .join(USERS, USERS.c.id == SECOND_FACTORS.c.user_id)
        .where(USERS.c.name == name)
    ).one_or_none()
    return None if row is None else Factor(*row)


def begin(connection: Connection, name: str, sealed: bytes) -> None:
    """Keep a secret that does not count yet, in place of any before.

    Raises:
        NotFoundError: The user does not exist.
    """
    remove(connection, name)
    values = {"user_id": user_id_of(connection, name), "secret": sealed}
    connection.execute(insert(SECOND_FACTORS).values(**values, active=False, last_step=0))


def use(connection: Connection, name: str, step: int) -> bool:
    """Note that the code of a step was used, which makes the secret count; False for used ones."""
    change = update(SECOND_FACTORS).where(
        SECOND_FACTORS.c.user_id == user_id_of(connection, name),
        SECOND_FACTORS.c.last_step < step,
    )
    return connection.execute(change.values(active=True, last_step=step)).rowcount == 1


def remove(connection: Connection, name: str) -> bool:
    """Take a user's second factor away with its recovery codes; tell whether there was one.

    Raises:
        NotFoundError: The user does not exist.
    """
    user_id = user_id_of(connection, name)
    connection.execute(delete(RECOVERY_CODES).where(RECOVERY_CODES.c.user_id == user_id))
    gone = delete(SECOND_FACTORS).where(SECOND_FACTORS.c.user_id == user_id)
    return connection.execute(gone).rowcount == 1


def put_codes(connection: Connection, name: str, digests: Iterable[bytes]) -> None:
    """Keep recovery codes, in place of those before."""
    user_id = user_id_of(connection, name)
    connection.execute(delete(RECOVERY_CODES).where(RECOVERY_CODES.c.user_id == user_id))
    rows = [{"user_id": user_id, "digest": digest} for digest in digests]
    connection.execute(insert(RECOVERY_CODES), rows)


def use_code(connection: Connection, name: str, digest: bytes) -> bool:
    """Use a recovery code up; False if there is none such."""
    gone = delete(RECOVERY_CODES).where(
        RECOVERY_CODES.c.user_id == user_id_of(connection, name), RECOVERY_CODES.c.digest == digest
    )
    return connection.execute(gone).rowcount == 1


def codes_left(connection: Connection, name: str) -> int:
    """Count the recovery codes that a user has left."""
    statement = (
        select(func.count())
        .select_from(RECOVERY_CODES)
        .join(USERS, USERS.c.id == RECOVERY_CODES.c.user_id)
        .where(USERS.c.name == name)
    )
    return connection.execute(statement).scalar_one()
