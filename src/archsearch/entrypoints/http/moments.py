"""Moments as programs write them."""

from datetime import date, datetime

from archsearch.domain.zone import CHINA
from archsearch.errors import InvalidRequestError


def moment(text: str) -> date:
    """Read a day or a moment; one without a zone is China's time.

    Raises:
        InvalidRequestError: It is neither.
    """
    try:
        if len(text) == len("2026-01-31"):
            return date.fromisoformat(text)
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequestError("时间须写成 2026-01-31 或 2026-01-31T08:00:00+08:00。") from None
    return found if found.tzinfo else found.replace(tzinfo=CHINA)
