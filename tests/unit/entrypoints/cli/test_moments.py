"""Days and moments."""

from datetime import UTC, datetime

import click
import pytest

from archsearch.entrypoints.cli.moments import Moment, shown, written


@pytest.mark.parametrize("text", ["2026-11-22", "2026/11/22", "2026年11月22日", "2026.11.22"])
def test_a_day_begins_at_midnight_in_china(text: str) -> None:
    assert Moment().convert(text, None, None) == datetime(2026, 11, 21, 16, tzinfo=UTC)


def test_a_last_day_counts_to_its_end() -> None:
    until = Moment(whole_day=True).convert("2026-11-22", None, None)

    assert until == datetime(2026, 11, 22, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22T14:30", datetime(2026, 11, 22, 6, 30, tzinfo=UTC)),
        ("2026-11-22 14:30:05", datetime(2026, 11, 22, 6, 30, 5, tzinfo=UTC)),
        ("2026-11-22T14:30+00:00", datetime(2026, 11, 22, 14, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_china_s_unless_it_says_otherwise(text: str, moment: datetime) -> None:
    assert Moment(whole_day=True).convert(text, None, None) == moment


@pytest.mark.parametrize(
    "text", ["昨天", "2026-13-01", "2026-02-30", "0000-01-01", "", "9999-12-31"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Moment(whole_day=True).convert(text, None, None)


def test_moments_are_shown_in_china_s_time_and_written_in_utc() -> None:
    moment = datetime(2026, 11, 21, 16, 5, tzinfo=UTC)

    assert shown(moment) == "2026-11-22 00:05:00"
    assert written(moment) == "2026-11-21T16:05:00+00:00"
