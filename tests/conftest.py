"""Settings for the whole suite, and a small workspace of one's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.offices import Office, copied, found_workspace

# A machine under load is no finding, and a run must be repeatable: the slow set varies its seeds.
settings.register_profile("archsearch", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("archsearch")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new workspace, to be copied."""
    return found_workspace(tmp_path_factory.mktemp("template") / "workspace")


@pytest.fixture
def office(template: Path, tmp_path: Path) -> Iterator[Office]:
    with Office(copied(template, tmp_path / "workspace")) as office:
        yield office
