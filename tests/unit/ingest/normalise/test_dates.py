from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.ingest.normalise.cells import Faults
from archsearch.ingest.normalise.dates import normalise_date

days = st.dates(date(1800, 1, 1), date(2199, 12, 31))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-03-05", "2024-03-05"),
        ("2024-3-5", "2024-03-05"),
        ("2024/3/5", "2024-03-05"),
        ("2024.3.5", "2024-03-05"),
        ("2024．3．5", "2024-03-05"),
        ("２０２４－０３－０５", "2024-03-05"),
        ("20240305", "2024-03-05"),
        ("2024年3月5日", "2024-03-05"),
        ("2024年03月05日", "2024-03-05"),
        ("2024年 3月 5日", "2024-03-05"),
        ("2024 年 3 月 5 日", "2024-03-05"),
        ("2024年3月5号", "2024-03-05"),
        ("2024年3月5", "2024-03-05"),
        ("2024/3/5 0:00:00", "2024-03-05"),
        ("2024-03-05 10:20:30", "2024-03-05"),
        ("2024-03-05T10:20:30.123", "2024-03-05"),
        ("2024-03-05T10:20:30+08:00", "2024-03-05"),
        ("2024-03-05T16:30:00Z", "2024-03-06"),
        ("2024年3月5日 10时20分", "2024-03-05"),
        ("2024年3月5日10:20", "2024-03-05"),
        ("二〇二四年三月五日", "2024-03-05"),
        ("二零二四年十二月三十一日", "2024-12-31"),
        ("二○二四年十月二十日", "2024-10-20"),
        ("一九八八年十一月", "1988-11"),
        ("二〇二四年", "2024"),
        ("2024年3月", "2024-03"),
        ("2024年3月份", "2024-03"),
        ("2024-03", "2024-03"),
        ("2024.10", "2024-10"),
        ("202403", "2024-03"),
        ("2024年", "2024"),
        ("2024", "2024"),
        ("2024-02-29", "2024-02-29"),
        ("长期", "9999-12-31"),
        ("9999-12-31", "9999-12-31"),
        (date(2024, 3, 5), "2024-03-05"),
        (datetime(2024, 3, 5, 10, 20, tzinfo=UTC), "2024-03-05"),
        (datetime(2024, 3, 5, 20, 0, tzinfo=UTC), "2024-03-06"),
        (datetime(2024, 3, 5, 1, 0, tzinfo=timezone(timedelta(hours=9))), "2024-03-05"),
        (45356, "2024-03-05"),
        (45356.75, "2024-03-05"),
        (59, "1900-02-28"),
        (61, "1900-03-01"),
        (20240305, "2024-03-05"),
        (20240305.0, "2024-03-05"),
        (1988, "1988"),
        ("", None),
        ("无", None),
        ("0000-00-00", None),
        (None, None),
        (float("nan"), None),
    ],
)
def test_dates_are_read_as_people_and_programs_write_them(cell: object, expected: object) -> None:
    faults: Faults = []

    assert normalise_date(cell, faults) == expected
    assert faults == []


@pytest.mark.parametrize(
    "cell",
    [
        "2024-02-30",
        "2023-02-29",
        "2024-13-01",
        "2024-00-10",
        "2024-03-00",
        "2024/3-5",
        "24-03-05",
        "3/5/2024",
        "20241345",
        "0024-03-05",
        "9998-12-31",
        "2024-03-05abc",
        "昨天",
        "二〇二四年十三月",
        "二〇二四年三月三十二日",
        "45356",
        "2024年3月5日至2025年",
        "1.10105E+17",
        "x" * 1000,
        0,
        -5,
        2024.5,
        100_001,
        float("inf"),
        10**400,
        True,
        {"y": 2024},
    ],
)
def test_what_is_no_date_is_refused(cell: object) -> None:
    faults: Faults = []

    assert normalise_date(cell, faults) is None
    assert {fault.code for fault in faults} <= {"date_invalid", "value_invalid"}
    assert faults


@given(days)
def test_every_spelling_of_a_day_gives_the_same_date(day: date) -> None:
    chinese = str.maketrans("0123456789", "〇一二三四五六七八九")
    spellings = [
        day,
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}/{day.month}/{day.day}",
        f"{day:%Y%m%d}",
        f"{day.year}.{day.month:02d}.{day.day:02d} 23:59",
        f"{day.year}年".translate(chinese) + f"{_spoken(day.month)}月{_spoken(day.day)}日",
    ]

    assert {normalise_date(spelling, []) for spelling in spellings} == {day.isoformat()}


@given(st.dates(date(1905, 12, 31), date(2118, 12, 31)))
def test_spreadsheet_serials_are_days(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days

    assert normalise_date(serial, []) == day.isoformat() or 1800 <= serial < 2200


@given(st.one_of(st.text("0123456789-/年月日 :TZ.", max_size=20), st.integers(), st.floats()))
def test_normalising_a_date_twice_changes_nothing(cell: object) -> None:
    once = normalise_date(cell, [])

    assert normalise_date(once, []) == once


def _spoken(number: int) -> str:
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else digits[tens] + "十"
    return head + (digits[ones] if ones or not tens else "")
