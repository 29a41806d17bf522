"""The verifier for auditors: one file, without archsearch."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.offices import Office

VERIFIER = Path(__file__).parents[3] / "tools" / "verify_audit.py"


@pytest.fixture
def evidence(office: Office, tmp_path: Path) -> Path:
    """A folder with what an auditor is given: the database, its key, the anchors."""
    office.feed({"name": "张伟", "notes": '引号" 反斜线\\ \u2028 é 𠮷'})
    office.archive.search('张伟 "短语"', user="admin")
    folder = tmp_path / "evidence"
    folder.mkdir()
    (folder / "audit.key").write_text(office.application.audit.key("admin") + "\n")
    office.archive.close()
    for name in ("archive.db", "audit.anchors"):
        (folder / name).write_bytes((office.path / "var" / name).read_bytes())
    return folder


def run(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(VERIFIER), "archive.db", "--key", "audit.key", *more]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def tamper(folder: Path, *statements: str) -> None:
    raw = sqlite3.connect(folder / "archive.db")
    raw.executescript(
        "DROP TRIGGER audit_not_updated; DROP TRIGGER audit_not_deleted;"
        "DROP TRIGGER audit_appended;" + ";".join(statements)
    )
    raw.close()


def test_a_log_that_is_whole_is_found_whole(evidence: Path) -> None:
    ran = run(evidence, "--anchors", "audit.anchors")

    assert (ran.returncode, ran.stdout) == (0, "")
    assert "intact" in ran.stderr


def test_edits_and_deletions_are_found_where_they_are(evidence: Path) -> None:
    tamper(
        evidence,
        "UPDATE audit SET user_name = 'x' WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 4",
    )

    ran = run(evidence)

    assert ran.returncode == 1
    assert [line.split("\t")[0] for line in ran.stdout.splitlines()] == ["2", "4"]


def test_a_cut_end_is_found_by_the_anchors(evidence: Path) -> None:
    tamper(
        evidence,
        "DELETE FROM audit WHERE seq > 2",
        "UPDATE audit_head SET seq = 2, digest = (SELECT digest FROM audit WHERE seq = 2)",
    )

    assert run(evidence).returncode == 0
    ran = run(evidence, "--anchors", "audit.anchors")
    assert ran.returncode == 1
    assert "3\t" in ran.stdout


def test_another_key_verifies_nothing(evidence: Path) -> None:
    (evidence / "audit.key").write_text("ab" * 32)

    assert run(evidence).returncode == 1


@pytest.mark.parametrize("missing", ["archive.db", "audit.key"])
def test_what_cannot_be_read_is_told(evidence: Path, missing: str) -> None:
    (evidence / missing).unlink()

    ran = run(evidence)

    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
