from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from archsearch.storage.account_tables import SESSIONS
from archsearch.storage.database import Database

METADATA = SESSIONS.metadata
"""Of all tables: those of accounts are declared apart, in the same."""


def test_tables_are_those_that_the_migrations_make(database: Database) -> None:
    declared = {
        table.name: {
            column.name: "key" if column.primary_key else column.nullable
            for column in table.columns
        }
        for table in METADATA.sorted_tables
    }
    with database.read() as connection:
        inspector = inspect(connection)
        keys = {
            name: inspector.get_pk_constraint(name)["constrained_columns"]
            for name in inspector.get_table_names()
            if name != "schema_migrations"
        }
        made = {
            name: {
                column["name"]: "key" if column["name"] in key else column["nullable"]
                for column in inspector.get_columns(name)
            }
            for name, key in keys.items()
        }

    assert made == declared


def test_references_are_those_that_the_migrations_make(database: Database) -> None:
    declared = {
        (table.name, key.parent.name, key.target_fullname)
        for table in METADATA.sorted_tables
        for key in table.foreign_keys
    }
    with database.read() as connection:
        inspector = inspect(connection)
        made = {
            (name, key["constrained_columns"][0], f"{key['referred_table']}.{column}")
            for name in inspector.get_table_names()
            for key in inspector.get_foreign_keys(name)
            for column in key["referred_columns"]
        }

    assert made == declared


def test_tables_can_be_written_for_postgresql() -> None:
    for table in METADATA.sorted_tables:
        assert str(CreateTable(table).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call] # SQLAlchemy's own lack
