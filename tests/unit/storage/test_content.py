from hypothesis import given
from hypothesis import strategies as st

from archsearch.domain.record import JsonValue, Origin
from archsearch.storage.content import content_digest

VALUES = st.dictionaries(
    st.sampled_from(["name", "notes", "tags", "finance"]),
    st.text(max_size=5) | st.integers(0, 9) | st.lists(st.text(max_size=2), max_size=2),
)


@given(VALUES, VALUES)
def test_digests_are_equal_exactly_when_contents_are(
    one: dict[str, JsonValue], other: dict[str, JsonValue]
) -> None:
    assert (content_digest(one, {}) == content_digest(other, {})) == (one == other)


def test_the_order_of_fields_and_what_is_no_content_do_not_count() -> None:
    one = content_digest({"name": "甲", "notes": "乙", "record_id": "R1", "quality": 80}, {})
    other = content_digest({"notes": "乙", "name": "甲", "record_id": "R2", "updated_at": "x"}, {})

    assert one == other


def test_the_order_inside_a_list_counts() -> None:
    assert content_digest({"tags": ["a", "b"]}, {}) != content_digest({"tags": ["b", "a"]}, {})


def test_what_was_filled_in_by_default_does_not_count_but_what_was_derived_does() -> None:
    plain = content_digest({"name": "甲"}, {})
    values: dict[str, JsonValue] = {"name": "甲", "owner": "li.na"}

    assert content_digest(values, {"owner": Origin.DEFAULT}) == plain
    assert content_digest(values, {"owner": Origin.DERIVED}) != plain
    assert content_digest(values, {"owner": Origin.GIVEN}) == content_digest(values, {}) != plain
