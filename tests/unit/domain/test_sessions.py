"""When a session is over."""

from datetime import UTC, datetime, timedelta

from archsearch.domain.sessions import Session, SessionRules, lasts

NOON = datetime(2026, 3, 5, 4, tzinfo=UTC)
RULES = SessionRules(idle_minutes=30, hours=12, most=10)
TICK = timedelta(microseconds=1)


def test_a_session_is_over_at_the_moment_of_its_end_and_not_before() -> None:
    fresh = Session(1, "li", NOON, NOON, NOON + timedelta(hours=12))
    used = Session(1, "li", NOON, NOON + timedelta(hours=11, minutes=50), fresh.ends_at)

    assert lasts(fresh, RULES, NOON + timedelta(minutes=30) - TICK)
    assert not lasts(fresh, RULES, NOON + timedelta(minutes=30))
    assert lasts(used, RULES, fresh.ends_at - TICK)
    assert not lasts(used, RULES, fresh.ends_at)


def test_who_must_change_the_password_may_nothing_else() -> None:
    ends = NOON + timedelta(hours=12)
    free = Session(7, "li", NOON, NOON, ends).caller
    bound = Session(7, "li", NOON, NOON, ends, must_change_password=True).caller

    assert (free, free.limits, free.via) == ("li", None, "session:7")
    assert (bound, bound.limits) == ("li", frozenset())
