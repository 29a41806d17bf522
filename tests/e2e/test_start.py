"""What a command loads before it answers; everybody waits for it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.shell import Shell
from tests.offices import Office

LISTED = """
import sys
from archsearch.entrypoints.cli.main import main
try:
    main()
finally:
    print(*sorted(sys.modules), sep="\\n", file=sys.stderr)
"""
OF_OTHER_COMMANDS = {
    "archsearch.intake",
    "archsearch.services.ingest",
    "archsearch.ingest.normalise",
    "archsearch.ingest.readers",
    "defusedxml",
    "fastapi",
    "hypothesis",
    "jieba",
    "openpyxl",
    "prometheus_client",
    "pydantic",
    "pytest",
    "uvicorn",
    "watchdog",
}


def loaded_by(workspace: Path, *arguments: str) -> set[str]:
    shell = Shell(workspace)
    run = subprocess.run(
        [sys.executable, "-c", LISTED, *arguments],
        env=shell.environ(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert "张伟" in run.stdout
    return set(run.stderr.splitlines())


@pytest.fixture
def workspace(office: Office) -> Path:
    office.archive.ingest([{"name": "张伟", "notes": "与黄强国有企业合作"}], user="admin")
    return office.path


def test_a_search_loads_nothing_that_only_other_commands_need(workspace: Path) -> None:
    loaded = loaded_by(workspace, "search", "张伟", "--facet", "region", "--json")

    assert "archsearch.services.search" in loaded
    assert not loaded & OF_OTHER_COMMANDS


@pytest.mark.parametrize("query", ["张伟", "zhangwei", "zw", "章伟", '"黄强国"', "#逾期"])
def test_an_ordinary_search_does_not_wait_for_the_dictionary(workspace: Path, query: str) -> None:
    loaded = loaded_by(workspace, "search", f"张伟 OR {query}", "--json")

    assert not {name for name in loaded if "jieba" in name}


def test_a_question_is_cut_into_words(workspace: Path) -> None:
    loaded = loaded_by(workspace, "search", "张伟与哪些国有企业合作", "--json")

    assert {name for name in loaded if "jieba" in name}
