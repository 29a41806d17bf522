from archsearch.storage import meta
from archsearch.storage.database import Database


def test_a_fact_is_found_as_last_noted(database: Database) -> None:
    with database.write() as connection:
        meta.put(connection, "workspace", "w1")
        meta.put(connection, "workspace", "w2")
        meta.put(connection, "other", "x")

    with database.read() as connection:
        found = [meta.get(connection, key) for key in ("workspace", "other", "unknown")]

    assert found == ["w2", "x", None]
