"""The time of day that people mean."""

from datetime import datetime, timedelta, timezone
from typing import Final

CHINA: Final = timezone(timedelta(hours=8))
"""All of China has had this offset since 1991; what is older are days without a time."""


def day_of(moment: datetime) -> str:
    """Name the day of a moment.

    >>> from datetime import UTC
    >>> day_of(datetime(2026, 3, 5, 16, tzinfo=UTC))
    '2026-03-06'
    """
    return moment.astimezone(CHINA).date().isoformat()


def minute_of(moment: datetime) -> str:
    """Write a moment for people, to the minute.

    >>> from datetime import UTC
    >>> minute_of(datetime(2026, 3, 5, 4, 7, 9, tzinfo=UTC))
    '2026-03-05 12:07'
    """
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
