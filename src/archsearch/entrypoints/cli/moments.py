"""Moments and days: read from the command line, shown to people in China's time."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import click

from archsearch.domain.zone import CHINA
from archsearch.entrypoints.cli.kinds import TEXT, Kind

_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


class Moment(Kind):
    """A day, or a moment such as ``2026-11-22 14:30``; without a zone it is China's time.

    Args:
        whole_day: Whether a mere day means the end of it: the last moment that still counts.
    """

    name = "日期"

    def __init__(self, *, whole_day: bool = False) -> None:
        self._whole_day = whole_day

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read a moment."""
        if isinstance(value, datetime):
            return value
        text = TEXT.convert(value, param, ctx).strip()
        try:
            day = _DAY.fullmatch(text)
            if day:
                start = date(*map(int, day.groups()))
                moment = datetime.combine(start, time(), CHINA)
                return moment + timedelta(days=1) if self._whole_day else moment
            moment = datetime.fromisoformat(text)
        except (ValueError, OverflowError):
            self.fail("要写成 2026-11-22 或 2026-11-22T14:30。", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)


def shown(moment: datetime) -> str:
    """Write a moment for people."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def written(moment: datetime) -> str:
    """Write a moment for programs."""
    return moment.astimezone(UTC).isoformat()
