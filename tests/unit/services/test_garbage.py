import gc

import pytest

from archsearch.services.garbage import fewer_collections


def test_collections_are_seldom_inside_and_as_before_afterwards() -> None:
    before = gc.get_threshold()

    with fewer_collections():
        assert gc.get_threshold()[0] > before[0]
        with fewer_collections():
            assert gc.get_threshold()[0] > before[0]
        assert gc.get_threshold()[0] > before[0]
        with pytest.raises(KeyError), fewer_collections():
            raise KeyError

    assert gc.get_threshold() == before


def test_who_enters_first_may_leave_first() -> None:
    before = gc.get_threshold()
    first, second = fewer_collections(), fewer_collections()
    first.__enter__()
    second.__enter__()

    first.__exit__(None, None, None)
    assert gc.get_threshold()[0] > before[0]

    second.__exit__(None, None, None)
    assert gc.get_threshold() == before


def test_a_program_that_does_not_collect_is_left_alone() -> None:
    before = gc.get_threshold()
    gc.set_threshold(0)
    try:
        with fewer_collections():
            assert gc.get_threshold()[0] == 0
        assert gc.get_threshold()[0] == 0
    finally:
        gc.set_threshold(*before)
