"""Rates: what one token or session may ask for, over all processes of the server."""

import hashlib
from math import ceil
from typing import Final

from starlette.requests import Request

from archsearch.domain.callers import Caller
from archsearch.entrypoints.http.house import House
from archsearch.entrypoints.http.problems import TurnedAwayError
from archsearch.storage.door_book import Rate

_MINUTE: Final = 60.0


def take(request: Request, house: House, user: Caller) -> None:
    """Take a request from the budget of what somebody came in by; the answer tells what is left.

    Raises:
        TurnedAwayError: There is nothing left.
    """
    rate = house.options.rate
    who = hashlib.sha256(f"{user}\0{user.via}".encode()).digest()
    every = Rate(_MINUTE / rate.requests_a_minute, rate.burst)
    budget = house.book.take(who, every, house.now())
    told = {
        "RateLimit-Limit": str(rate.burst),
        "RateLimit-Remaining": str(budget.left),
        "RateLimit-Reset": str(ceil(budget.full_in)),
    }
    request.state.headers = told
    if budget.wait:
        after = {"Retry-After": str(max(1, ceil(budget.wait)))}
        raise TurnedAwayError(429, "rate_limited", "请求太频繁，请稍后再试。", after)
