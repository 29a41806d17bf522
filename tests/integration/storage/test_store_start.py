"""What every cold command pays for the store."""

import os
import subprocess
import sys
from pathlib import Path

import archsearch

START = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from archsearch.storage.database import open_database
from archsearch.storage.migrations.runner import migrate

database = open_database(Path(sys.argv[1]), create=True)
migrate(database, at=datetime(2024, 3, 5, tzinfo=UTC))
database.close()
print(*sorted(sys.modules))
"""


def test_opening_the_store_loads_neither_orm_nor_alembic(tmp_path: Path) -> None:
    """Each would add a few hundred milliseconds to every command."""
    source = Path(archsearch.__file__).parents[1]
    finished = subprocess.run(
        [sys.executable, "-c", START, str(tmp_path / "archive.db")],
        env={**os.environ, "PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=True,
    )

    loaded = set(finished.stdout.split())
    assert "sqlalchemy.engine" in loaded
    assert not loaded & {"sqlalchemy.orm", "alembic", "numpy"}
