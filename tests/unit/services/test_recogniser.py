import signal
from pathlib import Path
from select import select

import pytest

from archsearch.services import recogniser
from archsearch.services.recogniser import Limits, Recogniser, Verdict
from tests.scans import scan_of

LIMITS = Limits(pages=2, megapixels=10, seconds=60)


def verdict_of(reader: Recogniser) -> Verdict:
    while (found := reader.verdict()) is None:
        select([], [], [], 0.02)
    return found


@pytest.fixture
def reader() -> Recogniser:
    return Recogniser(LIMITS)


def test_what_is_no_scan_cannot_be_read_and_neither_without_the_extra(reader: Recogniser) -> None:
    reader.give([b"no ", b"scan"])

    assert verdict_of(reader) == Verdict(None)
    reader.close()


def test_a_process_that_dies_has_read_nothing_and_the_next_scan_gets_another(
    reader: Recogniser,
) -> None:
    for _ in range(2):
        reader.give([b"no scan"])
        assert reader._process is not None
        reader._process.send_signal(signal.SIGKILL)

        assert verdict_of(reader) == Verdict(None)
    reader.close()


def test_a_process_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Recogniser(Limits(pages=2, megapixels=10, seconds=0))
    reader.give([b"no scan"])
    process = reader._process
    assert process is not None
    process.send_signal(signal.SIGSTOP)

    assert verdict_of(reader) == Verdict(None)
    assert process.poll() == -signal.SIGKILL


@pytest.mark.parametrize(
    ("heard", "text"),
    [
        (b'"\xe5\xa7\x93"', "姓"),
        (b'"a\\u0000\\u202eb\\tc"', "ab\tc"),
        (b"null", None),
        (b"17", None),
        (b"[", None),
        (b"\xff", None),
        (b"[" * 200_000, None),
    ],
)
def test_only_text_is_believed(heard: bytes, text: str | None) -> None:
    assert recogniser._text(heard, 100) == text


def test_no_more_is_taken_than_was_asked_for() -> None:
    assert recogniser._text(b'"' + b"a" * 500 + b'"', 100) == "a" * 100


def test_without_the_extra_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recogniser, "_NEEDED", ("no_such_library",))

    assert not recogniser.available()


INTRUDER = """
import os, socket
from types import SimpleNamespace


class RapidOCR:
    def __init__(self, params):
        pass

    def __call__(self, picture):
        tried = []
        for deed in (
            lambda: open({book!r}).read(),
            lambda: open({book!r}, "a"),
            lambda: os.unlink({book!r} + ".none"),
            lambda: os.mkdir({book!r} + ".made"),
            lambda: os.listdir("/"),
            lambda: socket.socket(),
            lambda: os.kill(os.getppid(), 0),
            lambda: os.fork() or os._exit(0),
            lambda: os.execv("/bin/true", ["true"]),
        ):
            try:
                deed()
                tried.append("done")
            except PermissionError:
                tried.append("refused")
            except OSError:
                tried.append("tried")
            if "done" in tried:
                break
        box = [[0, 0], [9, 0], [9, 9], [0, 9]]
        return SimpleNamespace(boxes=[box], txts=[" ".join(tried)], scores=[1.0])
"""


def test_what_breaks_out_of_a_decoder_can_reach_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = tmp_path / "keys"
    book.write_text("of the archive")
    (tmp_path / "rapidocr.py").write_text(INTRUDER.replace("{book!r}", repr(str(book))))
    monkeypatch.syspath_prepend(tmp_path)
    reader = Recogniser(Limits(pages=1, megapixels=1, seconds=60))

    reader.give([scan_of(1)])
    told = verdict_of(reader)
    reader.close()

    assert told == Verdict(" ".join(["refused"] * 9))
    assert book.read_text() == "of the archive"
