"""The time of day that people mean."""

from datetime import timedelta, timezone
from typing import Final

CHINA: Final = timezone(timedelta(hours=8))
"""All of China has had this offset since 1991; what is older are days without a time."""
