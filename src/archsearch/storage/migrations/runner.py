"""Brings a database to the newest version of its tables.

A runner of our own, because Alembic takes 0.6 s to import, which every cold command would pay, and
because forward-only numbered steps are all that is needed of it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    insert,
    inspect,
    select,
)

from archsearch.errors import WorkspaceError
from archsearch.storage.database import Database
from archsearch.storage.encoding import UtcTime
from archsearch.storage.migrations import (
    m0001_foundation,
    m0002_dictionary,
    m0003_borrowing,
    m0004_accounts,
    m0005_proposals,
    m0006_history,
    m0007_inbox,
    m0008_tokens,
    m0009_desk,
)
from archsearch.storage.migrations.step import Step

STEPS: Final = (
    m0001_foundation.STEP,
    m0002_dictionary.STEP,
    m0003_borrowing.STEP,
    m0004_accounts.STEP,
    m0005_proposals.STEP,
    m0006_history.STEP,
    m0007_inbox.STEP,
    m0008_tokens.STEP,
    m0009_desk.STEP,
)
"""Every step, in order; versions count from 1 without gaps."""

_LEDGER: Final = Table(
    "schema_migrations",
    MetaData(),
    Column("version", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("checksum", Text, nullable=False),
    Column("applied_at", UtcTime, nullable=False),
)


def migrate(database: Database, *, at: datetime, steps: Sequence[Step] = STEPS) -> tuple[int, ...]:
    """Run the steps that this database has not seen; each is done wholly or not at all.

    Cheap when there is nothing to do. Safe when several processes start at once.

    Args:
        database: The database; new and empty, or of any earlier version.
        at: The time to record.
        steps: The history to follow.

    Returns:
        The versions of the steps that were run.

    Raises:
        WorkspaceError: The database was made by a newer program, or by other steps than these.
    """
    with database.read() as connection:
        missing = _missing(connection, steps)
    if not missing:
        return ()
    done = []
    for step in missing:
        with database.write() as connection:
            # Another process may have been faster since the look above.
            if step in _missing(connection, steps):
                _run(connection, step, at)
                done.append(step.version)
    return tuple(done)


def version_of(connection: Connection) -> int:
    """Tell which version the tables have; 0 for a database without any."""
    return max(_applied(connection), default=0)


def _missing(connection: Connection, steps: Sequence[Step]) -> tuple[Step, ...]:
    applied = _applied(connection)
    newest = steps[-1].version if steps else 0
    if max(applied, default=0) > newest:
        raise WorkspaceError(
            f"档案库的版本（{max(applied)}）比本程序支持的（{newest}）新；请先升级 archsearch。"
        )
    for step in steps:
        if applied.get(step.version, step.checksum) != step.checksum:
            raise WorkspaceError(
                f"档案库的升级步骤 {step.version} 与本程序不一致；请使用正式发布的版本。"
            )
    return tuple(step for step in steps if step.version not in applied)


def _applied(connection: Connection) -> dict[int, str]:
    if not inspect(connection).has_table(_LEDGER.name):
        return {}
    rows = connection.execute(select(_LEDGER.c.version, _LEDGER.c.checksum))
    return {row.version: row.checksum for row in rows}


def _run(connection: Connection, step: Step, at: datetime) -> None:
    _LEDGER.create(connection, checkfirst=True)
    for statement in step.sqlite:
        connection.exec_driver_sql(statement)
    connection.execute(
        insert(_LEDGER).values(
            version=step.version, name=step.name, checksum=step.checksum, applied_at=at
        )
    )
