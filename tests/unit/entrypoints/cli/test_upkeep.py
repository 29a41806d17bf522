"""`archsearch init`, `index`, `audit`, `doctor`, `completion`."""

import shutil
import sqlite3
from dataclasses import fields
from pathlib import Path

import pytest

from archsearch.domain.audit import Action, Outcome
from archsearch.domain.labels import ACTIONS, OUTCOMES
from archsearch.engines.base import EngineStats
from archsearch.services.doctor import Check

from .conftest import Run, runner


@pytest.fixture
def change(filled_home: Path, tmp_path: Path) -> Run:
    """Run a command line as the administrator of a filled archive of the test's own."""
    shutil.copytree(filled_home, tmp_path / "ws")
    return runner(tmp_path / "ws")


def test_init_makes_a_workspace_and_prints_its_folder(nowhere: Run, tmp_path: Path) -> None:
    ran = nowhere("init", str(tmp_path / "新"))

    assert ran.rows == [[str(tmp_path / "新")]]
    assert "archsearch ingest" in ran.err
    assert runner(tmp_path / "新")("search").code == 0


def test_init_makes_the_current_folder_a_workspace(nowhere: Run, tmp_path: Path) -> None:
    made = nowhere("init", "--json").document

    assert (made["workspace"], made["user"]) == (str(tmp_path.resolve()), "admin")


def test_init_of_a_workspace_is_a_conflict(run: Run, archive_home: Path) -> None:
    assert run("init", str(archive_home)).code == 5


def test_init_where_nothing_can_be_written_fails(nowhere: Run, tmp_path: Path) -> None:
    (tmp_path / "文件").write_text("", encoding="utf-8")

    ran = nowhere("init", str(tmp_path / "文件" / "下"), "--json")

    assert (ran.code, ran.error["code"]) == (1, "workspace_invalid")


@pytest.mark.parametrize("command", ["stats", "rebuild", "purge"])
def test_the_index_is_measured(change: Run, command: str) -> None:
    told = change("index", command, "--yes", "--json").document

    assert list(told) == [each.name for each in fields(EngineStats)]
    assert told["documents"] == 4


def test_sizes_are_lines_of_key_and_value(change: Run) -> None:
    rows = change("index", "stats").rows

    assert [row[0] for row in rows] == [each.name for each in fields(EngineStats)]


def test_a_rebuilt_index_is_another_generation(change: Run) -> None:
    before = change("index", "stats", "--json").document["generation"]

    after = change("index", "rebuild", "--json").document["generation"]

    assert before != after


def test_nothing_waits_after_an_ingest(change: Run) -> None:
    assert change("index", "drain").rows == [["drained", "0"]]
    assert change("index", "drain", "--json").document == {"drained": 0}


def test_a_purge_is_refused_when_nobody_can_be_asked(change: Run) -> None:
    ran = change("index", "purge")

    assert (ran.code, ran.out) == (2, "")


def test_a_sound_index_verifies(change: Run) -> None:
    assert change("index", "verify", "--json").document == {"damage": []}
    assert change("index", "verify").code == 0


def test_a_damaged_index_is_found_by_verify_and_doctor(change: Run, tmp_path: Path) -> None:
    largest = max(
        (each for each in (tmp_path / "ws" / "index").rglob("*") if each.is_file()),
        key=lambda each: each.stat().st_size,
    )
    content = bytearray(largest.read_bytes())
    content[len(content) // 2] ^= 0xFF
    largest.write_bytes(content)

    verified, examined = change("index", "verify"), change("doctor")

    assert (verified.code, examined.code) == (1, 1)
    assert verified.rows[0][0].endswith(largest.name)
    assert "archsearch index rebuild" in verified.err
    assert [row[0] for row in examined.rows if row[1] == "failed"][:1] == ["索引文件"]


def test_only_administrators_touch_the_index(archive_home: Path) -> None:
    auditor = runner(archive_home, "审计")

    for command in ("stats", "verify", "rebuild", "purge"):
        assert auditor("index", command, "-y").code == 4


def test_the_doctor_finds_a_sound_archive_sound(change: Run) -> None:
    ran = change("doctor")
    told = change("doctor", "--json").document

    assert ran.code == 0
    assert {row[1] for row in ran.rows} == {"ok"}
    assert told["passed"] is True
    assert list(told["checks"][0]) == [each.name for each in fields(Check)]


def test_the_log_is_read_newest_first_and_page_by_page(change: Run) -> None:
    first = change("audit", "list", "--limit", "3")
    numbers = [int(row[0]) for row in first.rows]
    second = change("audit", "list", "--limit", "3", "--before", str(numbers[-1]))

    assert numbers == sorted(numbers, reverse=True)
    assert int(second.rows[0][0]) == numbers[-1] - 1
    assert f"--before {numbers[-1]}" in first.err


def test_the_log_is_filtered(change: Run, tmp_path: Path) -> None:
    record_id = change("search", "-q", "张伟", "--mode", "exact").rows[0][0]
    change("show", record_id)
    runner(tmp_path / "ws", "陌生人")("search", "张伟")

    shown = change("audit", "list", "--target", record_id, "--action", "查看").rows
    denied = change("audit", "list", "--outcome", "denied").rows
    theirs = change("audit", "list", "--by-user", "陌生人").rows
    before = change("audit", "list", "--until", "2001-01-01").rows
    since = change("audit", "list", "--since", "2001-01-01", "--action", "init").rows

    assert [(row[2], row[3], row[4]) for row in shown] == [("admin", "show", record_id)]
    assert [row[2] for row in denied] == ["陌生人"]
    assert theirs == denied
    assert before == []
    assert [row[3] for row in since] == ["init"]


def test_the_log_as_json(change: Run) -> None:
    (entry,) = change("audit", "list", "--action", "init", "--json").document["entries"]

    assert list(entry) == ["seq", "entry", "digest"]
    assert entry["entry"]["action"] == "init"


def test_escapes_in_a_user_name_are_shown_harmless(change: Run, tmp_path: Path) -> None:
    runner(tmp_path / "ws", "a\x1b[31m\u202eb\n")("search")

    ran = change("audit", "list", "--outcome", "denied")

    assert ran.rows[0][2] == "a\\x1b[31m\\u202eb\\n"


def test_an_intact_log_verifies(change: Run) -> None:
    told = change("audit", "verify", "--json").document

    assert told["breaks"] == []
    assert told["entries"] > 4


def test_a_log_that_was_edited_does_not(change: Run, tmp_path: Path) -> None:
    store = sqlite3.connect(tmp_path / "ws" / "var" / "archive.db")
    triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    for (name,) in store.execute(triggers).fetchall():
        store.execute(f'DROP TRIGGER "{name}"')
    store.execute("UPDATE audit SET user_name = '别人' WHERE seq = 2")
    store.commit()
    store.close()

    ran = change("audit", "verify")

    assert (ran.code, ran.rows[0][0]) == (1, "2")
    assert "审计员" in ran.err


def test_employees_do_not_read_the_log(archive_home: Path) -> None:
    for command in (("audit", "list"), ("audit", "verify"), ("doctor",)):
        assert runner(archive_home, "li.na")(*command).code == 4


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_is_printed(nowhere: Run, shell: str) -> None:
    ran = nowhere("completion", shell)

    assert ran.code == 0
    assert f"_ARCHSEARCH_COMPLETE={shell}_complete" in ran.out


def test_the_log_has_a_word_for_everything_that_is_done() -> None:
    assert set(ACTIONS) == set(Action)
    assert set(OUTCOMES) == set(Outcome)
