"""How long whoever guesses has to wait."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.domain.throttle import (
    NO_WAIT,
    LoginRules,
    Tries,
    budget_wait,
    neighbourhood,
    pair_wait,
    remembered,
)

NOW = datetime(2026, 3, 5, 4, tzinfo=UTC)
RULES = LoginRules(
    free_tries=3,
    first_wait_seconds=2,
    longest_wait_minutes=15,
    account_tries=100,
    source_tries=200,
    window_hours=24,
)
LONGEST = timedelta(minutes=15)


def test_waits_begin_after_the_free_tries_and_double_up_to_the_longest() -> None:
    waits = [pair_wait(Tries(count, NOW), RULES, NOW).total_seconds() for count in range(16)]

    assert waits == [0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]
    assert pair_wait(None, RULES, NOW) == NO_WAIT
    assert pair_wait(Tries(10**9, NOW), RULES, NOW) == LONGEST


@given(st.integers(0, 200), st.timedeltas(timedelta(0), timedelta(hours=30)))
def test_a_wait_runs_out_and_never_exceeds_the_longest(count: int, since: timedelta) -> None:
    wait = pair_wait(Tries(count, NOW), RULES, NOW + since)

    assert NO_WAIT <= wait <= LONGEST
    assert pair_wait(Tries(count, NOW), RULES, NOW + since + wait) == NO_WAIT


def test_a_clock_that_is_set_back_lets_nobody_try_earlier() -> None:
    assert pair_wait(Tries(4, NOW), RULES, NOW - timedelta(hours=5)) > timedelta(hours=5)


def test_a_budget_that_is_spent_comes_back_when_the_window_is_over() -> None:
    spent = Tries(100, NOW)

    assert budget_wait(Tries(99, NOW), 100, RULES, NOW) == NO_WAIT
    assert budget_wait(spent, 100, RULES, NOW) == timedelta(hours=24)
    assert budget_wait(spent, 100, RULES, NOW + timedelta(hours=23)) == timedelta(hours=1)
    assert budget_wait(spent, 100, RULES, NOW + timedelta(hours=24)) == NO_WAIT
    assert budget_wait(None, 100, RULES, NOW) == NO_WAIT
    assert remembered(spent, RULES, NOW + timedelta(hours=24)) is None
    assert remembered(spent, RULES, NOW + timedelta(hours=23)) == spent


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:DB8:0:1:ffff::7", "2001:db8:0:1::/64"),
        ("2001:db8:0:2::7", "2001:db8:0:2::/64"),
        ("::1", "::/64"),
        ("unix:", "unix:"),
        ("", ""),
    ],
)
def test_addresses_of_one_network_are_counted_together(address: str, counted: str) -> None:
    assert neighbourhood(address) == counted
