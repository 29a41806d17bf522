"""Says on stderr what is being measured."""

import sys
from datetime import UTC, datetime


def say(what: str) -> None:
    """Say it, with the time of day."""
    print(f"{datetime.now(UTC):%H:%M:%S} {what}", file=sys.stderr)  # noqa: T201
