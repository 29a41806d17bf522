"""What whoever has to wait is told; the rest of waiting is in ``test_doors.py``."""

from datetime import timedelta

import pytest

from archsearch.services.throttle import must_wait


@pytest.mark.parametrize(
    ("wait", "seconds", "said"),
    [
        (0.2, 1, "1 秒"),
        (2, 2, "2 秒"),
        (119, 119, "119 秒"),
        (120, 120, "2 分钟"),
        (121, 121, "3 分钟"),
        (900, 900, "15 分钟"),
        (7199, 7199, "120 分钟"),
        (7200, 7200, "2 小时"),
        (86_400, 86_400, "24 小时"),
    ],
)
def test_a_wait_is_told_in_seconds_minutes_or_hours(wait: float, seconds: int, said: str) -> None:
    error = must_wait(timedelta(seconds=wait))

    assert error.seconds == seconds
    assert f"请过 {said}再试" in error.message
