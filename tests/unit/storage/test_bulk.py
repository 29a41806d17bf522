from hypothesis import given
from hypothesis import strategies as st

from archsearch.storage.bulk import chunks


@given(st.lists(st.integers()), st.integers(1, 9))
def test_chunks_join_to_the_whole_and_none_is_empty_or_too_large(
    items: list[int], size: int
) -> None:
    pieces = list(chunks(items, size))

    assert [item for piece in pieces for item in piece] == items
    assert all(0 < len(piece) <= size for piece in pieces)
