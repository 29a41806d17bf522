"""The verifier for auditors: one file, without archsearch."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from archsearch.storage.audit_chain import GENESIS, StoredEntry, link
from tests.offices import Office
from tools import verify_audit

VERIFIER = Path(__file__).parents[3] / "tools" / "verify_audit.py"


class Ran(NamedTuple):
    """What came of a verification."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Ran]


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


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Verify what is in a folder, in this process."""

    def run(folder: Path, *more: str) -> Ran:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["v", "archive.db", "--key", "audit.key", *more])
        code = verify_audit.main()
        return Ran(code, *capsys.readouterr())

    return run


def key_of(folder: Path) -> bytes:
    return bytes.fromhex((folder / "audit.key").read_text())


def stored(folder: Path) -> list[tuple[object, ...]]:
    raw = sqlite3.connect(folder / "archive.db")
    rows = raw.execute(f"SELECT {verify_audit.COLUMNS} FROM audit ORDER BY seq").fetchall()
    raw.close()
    return rows


def tamper(folder: Path, *statements: str) -> None:
    raw = sqlite3.connect(folder / "archive.db")
    raw.executescript(
        "DROP TRIGGER audit_not_updated; DROP TRIGGER audit_not_deleted;"
        "DROP TRIGGER audit_appended;" + ";".join(statements)
    )
    raw.close()


def test_a_log_that_is_whole_is_found_whole(evidence: Path, run: Run) -> None:
    ran = run(evidence, "--anchors", "audit.anchors")

    assert ran == (0, "", f"{len(stored(evidence))} entries, intact\n")
    assert run(evidence) == ran


@pytest.mark.parametrize("whole", [True, False])
def test_it_runs_alone_without_anything_installed(evidence: Path, whole: bool) -> None:
    if not whole:
        tamper(evidence, "UPDATE audit SET user_name = 'x' WHERE seq = 2")
    command = [sys.executable, "-I", str(VERIFIER), "archive.db", "--key", "audit.key"]

    ran = subprocess.run(command, cwd=evidence, capture_output=True, text=True, check=False)

    assert ran.returncode == (0 if whole else 1)
    assert ran.stdout == ("" if whole else "2\tis not what was written\n")
    assert ran.stderr.endswith("entries, intact\n" if whole else "entries, broken\n")


def test_edits_and_deletions_are_found_where_they_are(evidence: Path, run: Run) -> None:
    tamper(
        evidence,
        "UPDATE audit SET user_name = 'x' WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 4",
    )

    ran = run(evidence)

    assert ran.returncode == 1
    assert ran.stdout.splitlines() == ["2\tis not what was written", "4\tentries are missing"]
    assert ran.stderr == f"{len(stored(evidence)) + 1} entries, broken\n"


def test_an_entry_that_was_put_in_with_the_key_does_not_follow(evidence: Path, run: Run) -> None:
    row = stored(evidence)[2]
    entry = StoredEntry(*row[:7])._replace(user_name="x")  # type: ignore[arg-type] # as stored
    forged = link(key_of(evidence), str(row[7]), entry)
    tamper(evidence, f"UPDATE audit SET user_name = 'x', digest = '{forged}' WHERE seq = 3")

    assert run(evidence).stdout == "4\tdoes not follow from the entry before\n"


def test_the_first_entry_follows_from_zeros(evidence: Path, run: Run) -> None:
    row = stored(evidence)[0]
    forged = link(key_of(evidence), "1" * 64, StoredEntry(*row[:7]))  # type: ignore[arg-type]
    tamper(
        evidence,
        f"UPDATE audit SET prev_digest = '{'1' * 64}', digest = '{forged}' WHERE seq = 1",
        f"UPDATE audit SET prev_digest = '{forged}' WHERE seq = 2",
    )

    assert row[7] == verify_audit.GENESIS == GENESIS
    assert run(evidence).stdout.splitlines() == [
        "1\tdoes not follow from the entry before",
        "2\tis not what was written",
    ]


@pytest.mark.parametrize("change", ["seq = seq + 1", "digest = 'x'"])
def test_a_head_that_is_not_the_end_is_told(evidence: Path, run: Run, change: str) -> None:
    entries = len(stored(evidence))
    tamper(evidence, f"UPDATE audit_head SET {change}")

    assert run(evidence).stdout == (
        f"{entries + 1}\tthe end is not where the head of the chain says\n"
    )


def test_an_empty_log_is_whole_whatever_anchors_there_are(evidence: Path, run: Run) -> None:
    tamper(
        evidence,
        "DELETE FROM audit",
        f"UPDATE audit_head SET seq = 0, digest = '{GENESIS}'",
    )
    (evidence / "none").write_text("")

    assert run(evidence, "--anchors", "none") == (0, "", "0 entries, intact\n")
    assert run(evidence, "--anchors", "audit.anchors").stdout == (
        "1\tentries that have anchors are missing\n"
    )


def test_each_anchor_must_hold_and_the_last_entry_have_one(evidence: Path, run: Run) -> None:
    path, entries = evidence / "audit.anchors", len(stored(evidence))
    lines = path.read_text().splitlines(keepends=True)
    wrong = f"{2:016} {'0' * 64}\n"

    path.write_text(wrong + "".join(lines))
    assert run(evidence, "--anchors", "audit.anchors").stdout == (
        "2\tis not what its anchor says\n"
    )
    # Of two for one entry the first holds.
    path.write_text("".join(lines) + f"{entries:016} {'0' * 64}\n")
    assert run(evidence, "--anchors", "audit.anchors").returncode == 0
    for rest in ("".join(lines[:-1]), ""):
        path.write_text(rest)
        assert run(evidence, "--anchors", "audit.anchors").stdout == (
            f"{entries}\tthe last entry has no anchor\n"
        )
    path.write_bytes("".join(lines).encode() + b"\xff\xfe\n")
    assert run(evidence, "--anchors", "audit.anchors").returncode == 0


def test_a_cut_end_is_found_by_the_anchors(evidence: Path, run: Run) -> None:
    tamper(
        evidence,
        "DELETE FROM audit WHERE seq > 2",
        "UPDATE audit_head SET seq = 2, digest = (SELECT digest FROM audit WHERE seq = 2)",
    )

    assert run(evidence).returncode == 0
    ran = run(evidence, "--anchors", "audit.anchors")
    assert ran.returncode == 1
    assert "3\t" in ran.stdout


def test_another_key_verifies_nothing(evidence: Path, run: Run) -> None:
    (evidence / "audit.key").write_text("ab" * 32)

    assert run(evidence).returncode == 1


def test_reading_leaves_the_database_as_it_is(evidence: Path, run: Run) -> None:
    before = (evidence / "archive.db").read_bytes()
    (evidence / "archive.db").chmod(0o400)

    assert run(evidence).returncode == 0
    assert (evidence / "archive.db").read_bytes() == before
    (evidence / "archive.db").unlink()
    assert run(evidence).returncode == 2
    assert not (evidence / "archive.db").exists()


@pytest.mark.parametrize("missing", ["archive.db", "audit.key"])
def test_what_cannot_be_read_is_told(evidence: Path, run: Run, missing: str) -> None:
    (evidence / missing).unlink()

    ran = run(evidence)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("cannot be verified: ")


@pytest.mark.parametrize("key", ["", "xyz"])
def test_a_key_that_is_none_verifies_nothing(evidence: Path, run: Run, key: str) -> None:
    (evidence / "audit.key").write_text(key)

    assert run(evidence).returncode == (2 if key else 1)


def test_without_a_key_nothing_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for given in (["archive.db"], ["--key", "audit.key"]):
        monkeypatch.setattr(sys, "argv", ["v", *given])
        with pytest.raises(SystemExit) as left:
            verify_audit.main()
        assert left.value.code == 2
        assert "required" in capsys.readouterr().err


def test_its_help_says_what_it_is_for_and_needs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(sys, "argv", ["v", "--help"])
    with pytest.raises(SystemExit) as asked:
        verify_audit.main()
    told = capsys.readouterr().out.splitlines()

    assert asked.value.code == 0
    assert "Verify an operation log of archsearch." in told
    assert any(line.endswith(" file with the key") for line in told)
    assert any(line.endswith(" file of anchors") for line in told)
    monkeypatch.setattr(sys, "argv", ["v", "archive.db"])
    with pytest.raises(SystemExit):
        verify_audit.main()
    assert "--key" in capsys.readouterr().err
