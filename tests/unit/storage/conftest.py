from collections.abc import Iterator
from pathlib import Path

import pytest

from archsearch.storage.database import Database, open_database
from archsearch.storage.migrations.runner import migrate
from tests.unit.storage.samples import NOON
from tests.vaults import with_vault


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "var" / "archive.db", create=True, busy_timeout=0.2)
    migrate(database, at=NOON)
    with_vault(database)
    yield database
    database.close()
