from hypothesis import given
from hypothesis import strategies as st

from archsearch.engines.whoosh.format.dictionary import encode
from archsearch.engines.whoosh.writing.numbers import catalogued

DIGITS = st.integers(1, 11).flatmap(
    lambda size: st.lists(
        st.binary(min_size=size, max_size=size).map(bytes.hex) | st.just("00" * size), min_size=1
    )
)
STRINGS = st.lists(st.text("aA0f甲", max_size=4), min_size=1)


@given(DIGITS | STRINGS)
def test_a_catalogue_holds_each_string_once_and_knows_where(texts: list[str]) -> None:
    dictionary, ordinals = catalogued(texts)

    assert dictionary.entries() == sorted(set(map(encode, texts)))
    assert [dictionary[ordinal] for ordinal in ordinals.tolist()] == [*map(encode, texts)]
