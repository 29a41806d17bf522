import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.domain.record import Origin
from archsearch.errors import InvalidRequestError, StoreError
from archsearch.storage.encoding import (
    canonical_json,
    json_text,
    read_member,
    read_object,
    read_time,
    time_text,
)

MOMENTS = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours))),
)
PLAIN_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(MOMENTS, MOMENTS)
def test_texts_sort_as_moments_do(one: datetime, other: datetime) -> None:
    assert (time_text(one) < time_text(other)) == (one < other)


@given(MOMENTS)
def test_a_moment_survives_in_utc(moment: datetime) -> None:
    back = datetime.fromisoformat(time_text(moment))

    assert (back, back.tzinfo) == (moment, UTC)


def test_what_has_no_place_in_the_calendar_is_first_or_last() -> None:
    early = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
    late = datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-14)))

    assert time_text(early) == time_text(datetime.min.replace(tzinfo=UTC))
    assert time_text(late) == time_text(datetime.max.replace(tzinfo=UTC))


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        time_text(datetime(2024, 3, 5))  # noqa: DTZ001 - the point


@pytest.mark.parametrize("value", ["\ud800", 2**64, -(2**63) - 1])
def test_what_json_cannot_hold_is_a_mistake_of_the_input(value: object) -> None:
    with pytest.raises(InvalidRequestError, match="无法保存"):
        json_text({"notes": value})


@given(st.dictionaries(PLAIN_TEXT, PLAIN_TEXT | st.integers(-(2**53), 2**53) | st.none()))
def test_an_object_survives(value: dict[str, object]) -> None:
    assert read_object(json_text(value)) == value


def test_canonical_text_does_not_depend_on_the_order_of_keys() -> None:
    assert canonical_json({"b": {"d": 1, "c": 2}, "a": 3}) == '{"a":3,"b":{"c":2,"d":1}}'


@given(st.lists(PLAIN_TEXT))
def test_text_is_written_as_the_standard_library_writes_it(values: list[str]) -> None:
    """The audit chain must be verifiable by a program that has only the standard library."""
    assert json_text(values) == json.dumps(values, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize("text", ['{"name": "张', "[1]", "\x00"])
def test_damaged_text_is_told_without_quoting_it(text: str) -> None:
    with pytest.raises(StoreError, match="已损坏") as caught:
        read_object(text)

    assert caught.value.__cause__ is None


def test_what_cannot_be_a_time_or_a_member_is_damage() -> None:
    assert read_member(Origin, "default") is Origin.DEFAULT
    for read in (lambda: read_member(Origin, "defAult"), lambda: read_time("2024-03-0x")):
        with pytest.raises(StoreError, match="损坏"):
            read()
