import warnings
from pathlib import Path

import pytest

from archsearch.domain.inbox import ARCHIVED
from archsearch.ingest.inbox.events import Hints

pytest.importorskip("watchdog")
LONG = 20.0


def until_trusted(hints: Hints) -> None:
    for _ in range(400):
        if hints.trusted:
            return
        hints.wait(0.05)
    raise AssertionError("the probe was not heard")


def test_a_new_file_ends_the_wait(tmp_path: Path) -> None:
    with Hints(tmp_path) as hints:
        until_trusted(hints)

        (tmp_path / "合同.pdf").write_bytes(b"x")

        assert hints.wait(LONG)


def test_a_file_moved_in_from_elsewhere_ends_the_wait(tmp_path: Path) -> None:
    folder, other = tmp_path / "inbox", tmp_path / "other.pdf"
    (folder / "华东").mkdir(parents=True)
    other.write_bytes(b"x")
    with Hints(folder) as hints:
        until_trusted(hints)

        other.rename(folder / "华东" / "合同.pdf")

        assert hints.wait(LONG)


def test_what_is_archived_read_or_unfinished_is_no_news(tmp_path: Path) -> None:
    (tmp_path / ARCHIVED).mkdir()
    (tmp_path / "旧.pdf").write_bytes(b"x")
    with Hints(tmp_path) as hints:
        until_trusted(hints)
        hints.wait(0)

        (tmp_path / "旧.pdf").read_bytes()
        (tmp_path / ARCHIVED / "合同.pdf").write_bytes(b"x")
        (tmp_path / ".合同.pdf.part").write_bytes(b"x")

        assert not hints.wait(0.3)


def test_changes_that_no_event_tells_of_cost_the_trust(tmp_path: Path) -> None:
    with Hints(tmp_path) as hints:
        until_trusted(hints)

        for _ in range(3):
            hints.miss()

        assert not hints.trusted


def test_a_folder_whose_events_cannot_be_had_is_polled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "no room for another listener")

    monkeypatch.setattr("archsearch.ingest.inbox.events._observer", full)
    with Hints(tmp_path) as hints:
        (tmp_path / "合同.pdf").write_bytes(b"x")

        assert (hints.wait(0.01), hints.trusted) == (False, False)
        assert [each.name for each in tmp_path.iterdir()] == ["合同.pdf"]


def test_the_wish_to_end_ends_the_wait_and_all_later_ones(tmp_path: Path) -> None:
    with Hints(tmp_path) as hints:
        hints.stop()

        assert not hints.wait(LONG)
        assert not hints.wait(LONG)
        assert hints.stopped


def test_what_the_library_finds_odd_is_told_to_nobody(tmp_path: Path) -> None:
    """Of folders that are made and moved at once it warns in threads of its own, with paths."""

    def warn(module: str) -> None:
        warnings.warn_explicit("met twice", RuntimeWarning, f"{module}.py", 365, module)

    with Hints(tmp_path):
        warn("watchdog.observers.inotify")
        with pytest.raises(RuntimeWarning):
            warn("archsearch.ingest")
