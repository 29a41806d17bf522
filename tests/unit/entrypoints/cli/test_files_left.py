"""Files that take their place when they are whole, and what is left of those that never were."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from archsearch.entrypoints.cli.files import replaced
from archsearch.entrypoints.cli.main import end_politely


@pytest.fixture
def handlers() -> Iterator[None]:
    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [(number, signal.getsignal(number)) for number in numbers]
    yield
    for number, handler in before:
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_whoever_is_told_to_end_leaves_nothing_half_written(
    number: signal.Signals, tmp_path: Path
) -> None:
    signal.signal(number, signal.SIG_DFL)
    end_politely()

    with pytest.raises(KeyboardInterrupt), replaced(tmp_path / "k.csv") as file:  # noqa: PT012
        file.write(b"secret")
        os.kill(os.getpid(), number)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("handlers")
def test_a_hangup_that_is_to_be_ignored_stays_so() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    end_politely()

    assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN


def test_what_a_killed_writer_left_goes_with_the_next_file_and_nothing_else_does(
    tmp_path: Path,
) -> None:
    for name in (".k.csv.abcd1234.unfinished", ".other.csv.abcd1234.unfinished", ".k.csv.mine"):
        (tmp_path / name).write_bytes(b"secret")

    with replaced(tmp_path / "k.csv") as first:
        first.write(b"one")
        with replaced(tmp_path / "k.csv") as second:
            second.write(b"two")

    left = {each.name for each in tmp_path.iterdir()}
    assert left == {"k.csv", ".other.csv.abcd1234.unfinished", ".k.csv.mine"}
    assert (tmp_path / "k.csv").read_bytes() == b"one"
