"""How often one may try to log in: guessing is slow, and nobody can be locked out by others.

Wrong tries are counted three times: by account and source together, by account over all sources
that are strange to it, and by source over all accounts that do not know the device. A source from
which somebody has logged in before is known to that account and waits for its own tries alone, a
device for those at that account, an address for those at all accounts:
whoever floods an account from elsewhere keeps strangers out of it, never its owner. OWASP describes
this as "Slow Down Online Guessing Attacks with Device Cookies".
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Final

_ONE_HOME: Final = 64
"""Bits of an IPv6 address that one customer of a network has in common (RFC 6177)."""
NO_WAIT: Final = timedelta(0)
_DOUBLINGS: Final = 30


@dataclass(frozen=True, slots=True)
class LoginRules:
    """What configuration decides about wrong tries.

    ``free_tries`` of an account from one source cost nothing; then each doubles the wait, from
    ``first_wait_seconds`` to ``longest_wait_minutes``. ``account_tries`` and ``source_tries`` are
    budgets of ``window_hours``.
    """

    free_tries: int
    first_wait_seconds: int
    longest_wait_minutes: int
    account_tries: int
    source_tries: int
    window_hours: int

    @property
    def window(self) -> timedelta:
        """How long wrong tries are remembered."""
        return timedelta(hours=self.window_hours)


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong tries so far, the last of them, and at how many of them a wait was last logged."""

    count: int
    latest: datetime
    noted: int = 0


def neighbourhood(address: str) -> str:
    """Give what an address is counted as: all IPv6 ones of one network are one source."""
    try:
        found = ip_address(address.strip())
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), _ONE_HOME), strict=False))


def remembered(tries: Tries | None, rules: LoginRules, now: datetime) -> Tries | None:
    """Forget tries that are older than the window."""
    if tries is None or now - tries.latest >= rules.window:
        return None
    return tries


def pair_wait(tries: Tries | None, rules: LoginRules, now: datetime) -> timedelta:
    """Tell how long one source has to wait before it may try an account again."""
    tries = remembered(tries, rules, now)
    if tries is None or tries.count < rules.free_tries:
        return NO_WAIT
    factor: int = 2 ** min(tries.count - rules.free_tries, _DOUBLINGS)
    delay = min(
        timedelta(seconds=rules.first_wait_seconds * factor),
        timedelta(minutes=rules.longest_wait_minutes),
    )
    return max(tries.latest + delay - now, NO_WAIT)


def budget_wait(tries: Tries | None, budget: int, rules: LoginRules, now: datetime) -> timedelta:
    """Tell how long strangers have to wait once a budget is spent."""
    tries = remembered(tries, rules, now)
    if tries is None or tries.count < budget:
        return NO_WAIT
    return tries.latest + rules.window - now
