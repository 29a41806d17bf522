"""What a server's processes know of each other."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.errors import StoreError
from archsearch.storage.door_book import DoorBook, Rate, TaskRow

EVERY_SECOND = Rate(1.0, 3)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[DoorBook]:
    book = DoorBook(tmp_path / "door.db")
    yield book
    book.close()


def test_a_burst_is_let_through_and_then_one_at_a_time(book: DoorBook) -> None:
    taken = [book.take(b"a", EVERY_SECOND, 100.0) for _ in range(4)]

    assert [each.left for each in taken] == [2, 1, 0, 0]
    assert [each.wait for each in taken] == [0, 0, 0, 1]
    assert book.take(b"a", EVERY_SECOND, 101.0).wait == 0
    assert book.take(b"a", EVERY_SECOND, 101.5).wait == 0.5


def test_one_budget_is_nothing_to_another(book: DoorBook) -> None:
    for _ in range(4):
        book.take(b"a", EVERY_SECOND, 100.0)

    assert book.take(b"b", EVERY_SECOND, 100.0).left == 2


def test_processes_take_from_the_same_budget(book: DoorBook, tmp_path: Path) -> None:
    other = DoorBook(tmp_path / "door.db")
    for each in (book, other, book):
        assert not each.take(b"a", EVERY_SECOND, 100.0).wait

    assert other.take(b"a", EVERY_SECOND, 100.0).wait
    other.close()


def test_a_clock_that_is_set_back_keeps_nobody_out_for_longer_than_a_full_budget(
    book: DoorBook,
) -> None:
    book.take(b"a", EVERY_SECOND, 1e9)

    assert book.take(b"a", EVERY_SECOND, 100.0).wait == 1


@given(steps=st.lists(st.floats(0, 5), max_size=40), burst=st.integers(1, 5))
def test_never_more_than_the_burst_and_the_rate_get_through(
    steps: list[float], burst: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    book = DoorBook(tmp_path_factory.mktemp("book") / "door.db")
    now, through = 0.0, []
    for step in steps:
        now += step
        if not book.take(b"a", Rate(1.0, burst), now).wait:
            through.append(now)
    book.close()

    for first, start in enumerate(through):
        for last in range(first, len(through)):
            assert last - first + 1 <= burst + (through[last] - start) + 1e-3


def test_an_answer_is_kept_with_its_request_until_it_is_old(book: DoorBook) -> None:
    assert book.begin(b"k", b"r", 100, 0) is None
    assert book.begin(b"k", b"other", 101, 0) == (b"r", None)
    book.finish(b"k", b"sealed")
    assert book.begin(b"k", b"r", 102, 0) == (b"r", b"sealed")
    assert book.begin(b"k", b"r", 200, 150) is None


def test_what_came_to_nothing_is_forgotten(book: DoorBook) -> None:
    book.begin(b"k", b"r", 100, 0)
    book.forget(b"k")

    assert book.begin(b"k", b"other", 100, 0) is None


def row(name: str, began: float = 100.0) -> TaskRow:
    return TaskRow(name, "match", "running", 0, 10, began, None, 1, "")


def test_a_task_is_somebodys_and_has_its_parts_in_order(book: DoorBook) -> None:
    assert book.add_task(row("t"), b"a", 5, 0)
    assert book.part("t", 5, b"second", 10)
    assert book.part("t", 0, b"first", 5)
    book.end_task("t", "done", 110)

    assert book.parts("t") == [(0, b"first"), (5, b"second")]
    found = book.task("t", b"a")
    assert found
    assert (found.state, found.ended_at) == ("done", 110)
    assert book.task("t", b"b") is None
    assert book.tasks(b"b") == []


def test_nobody_has_more_tasks_than_allowed_and_old_ones_go(book: DoorBook) -> None:
    assert book.add_task(row("t"), b"a", 1, 0)
    assert not book.add_task(row("u"), b"a", 1, 0)
    book.end_task("t", "done", 110)
    assert book.add_task(row("v", 200.0), b"a", 1, 150)

    assert [each.id for each in book.tasks(b"a")] == ["v"]


def test_a_task_that_is_dropped_takes_no_more_parts_and_keeps_none(book: DoorBook) -> None:
    book.add_task(row("t"), b"a", 1, 0)
    book.part("t", 0, b"first", 5)
    book.drop_task("t")

    assert not book.part("t", 5, b"second", 10)
    assert book.parts("t") == []


def test_a_task_ends_once(book: DoorBook) -> None:
    book.add_task(row("t"), b"a", 1, 0)
    book.end_task("t", "failed", 105, "interrupted")
    book.end_task("t", "done", 110)

    found = book.task("t", b"a")
    assert found
    assert (found.state, found.code, found.ended_at) == ("failed", "interrupted", 105)


def test_a_damaged_book_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "door.db").write_bytes(b"no database" * 1000)

    book = DoorBook(tmp_path / "door.db")

    assert book.begin(b"k", b"r", 1, 0) is None
    book.close()


def test_a_book_that_cannot_be_opened_is_no_reason_to_lose_it(tmp_path: Path) -> None:
    (tmp_path / "door.db").mkdir()

    with pytest.raises(StoreError):
        DoorBook(tmp_path / "door.db")


def test_nobody_else_on_the_machine_reads_it(tmp_path: Path) -> None:
    book = DoorBook(tmp_path / "door.db")
    book.begin(b"k", b"r", 1, 0)

    for each in tmp_path.iterdir():
        assert each.stat().st_mode & 0o077 == 0
    book.close()
