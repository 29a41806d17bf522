from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from archsearch.domain.record import JsonValue, Origin, Values
from archsearch.storage.content import content_digest

KEY = b"k" * 32
VALUES = st.dictionaries(
    st.sampled_from(["name", "notes", "tags", "finance"]),
    st.text(max_size=5) | st.integers(0, 9) | st.lists(st.text(max_size=2), max_size=2),
)


def digest(values: Values, origins: Mapping[str, Origin], key: bytes = KEY) -> str:
    return content_digest(values, origins, key)


def test_who_has_not_the_key_cannot_try_contents_out() -> None:
    assert digest({"name": "甲"}, {}) != digest({"name": "甲"}, {}, b"other")


@given(VALUES, VALUES)
def test_digests_are_equal_exactly_when_contents_are(
    one: dict[str, JsonValue], other: dict[str, JsonValue]
) -> None:
    assert (digest(one, {}) == digest(other, {})) == (one == other)


def test_the_order_of_fields_and_what_is_no_content_do_not_count() -> None:
    one = digest({"name": "甲", "notes": "乙", "record_id": "R1", "quality": 80}, {})
    other = digest({"notes": "乙", "name": "甲", "record_id": "R2", "updated_at": "x"}, {})

    assert one == other


def test_the_order_inside_a_list_counts() -> None:
    assert digest({"tags": ["a", "b"]}, {}) != digest({"tags": ["b", "a"]}, {})


def test_what_was_filled_in_by_default_does_not_count_but_what_was_derived_does() -> None:
    plain = digest({"name": "甲"}, {})
    values: dict[str, JsonValue] = {"name": "甲", "owner": "li.na"}

    assert digest(values, {"owner": Origin.DEFAULT}) == plain
    assert digest(values, {"owner": Origin.DERIVED}) != plain
    assert digest(values, {"owner": Origin.GIVEN}) == digest(values, {}) != plain
