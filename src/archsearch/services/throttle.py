"""Counting wrong tries to log in, and making whoever makes many of them wait."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final, NamedTuple

from sqlalchemy import Connection

from archsearch.domain.throttle import (
    NO_WAIT,
    LoginRules,
    Tries,
    budget_wait,
    neighbourhood,
    pair_wait,
    remembered,
)
from archsearch.domain.users import folded_name
from archsearch.errors import LoginWaitError
from archsearch.security.bearers import digest
from archsearch.storage import login_tries
from archsearch.storage.login_tries import Kind

_KNOWN_FOR: Final = timedelta(days=90)
_MOST_KNOWN: Final = 20
_UNITS: Final = (("小时", 3600), ("分钟", 60))
_SECONDS: Final = ("秒", 1)


class Source(NamedTuple):
    """Where a log-in comes from, as the door sees it: an address, and a secret of the device's.

    The device's was given out at an earlier log-in (:class:`archsearch.services.doors.Login`); with
    it, a device stays known behind an address that it shares with others.
    """

    address: str = ""
    device: str = ""


class Attempt(NamedTuple):
    """A try that was counted: its counts, by digests, and whether the source is known."""

    counts: tuple[tuple[Kind, bytes], ...]
    known: bool


class Wait(NamedTuple):
    """How long a try has to wait, for which count, and whether that is news for the log."""

    length: timedelta
    place: tuple[Kind, bytes]
    new: bool


@dataclass(frozen=True, slots=True)
class Throttle:
    """Keeps the counts; by keyed digests, for names that are no user's may be anything typed."""

    rules: LoginRules
    key: bytes

    def attempt(self, connection: Connection, name: str, source: Source, now: datetime) -> Attempt:
        """Place a try from a source at an account, whether or not there is one."""
        account = self._account(name)
        place, known = self._place(connection, name, source, now)
        pair = account + place
        if known and place != self._address(source):
            return Attempt(((Kind.PAIR, pair),), known)
        if known:
            # Many share an address, and one that many accounts know must not be free to spray.
            return Attempt(((Kind.PAIR, pair), (Kind.SOURCE, place)), known)
        counts = ((Kind.PAIR, pair), (Kind.ACCOUNT, account), (Kind.SOURCE, place))
        return Attempt(counts, known)

    def inside(self, name: str, place: str) -> Attempt:
        """Place a try of somebody who is in already: nobody else's tries make it wait."""
        pair = self._account(name) + digest(self.key, f"inside:{place}")
        return Attempt(((Kind.PAIR, pair),), known=False)

    def wait(self, connection: Connection, attempt: Attempt, now: datetime) -> Wait | None:
        """Tell how long it has to wait; None for not at all."""
        for place in attempt.counts:
            tries = login_tries.get(connection, *place)
            if tries is not None and tries.latest > now:
                # The clock was set back since: the wait is as long as it was, from now on.
                login_tries.put(connection, *place, replace(tries, latest=now))
        waits = [self._wait(connection, place, now) for place in attempt.counts]
        longest = max(waits, key=lambda wait: wait.length)
        return longest if longest.length > NO_WAIT else None

    def _wait(self, connection: Connection, place: tuple[Kind, bytes], now: datetime) -> Wait:
        tries = login_tries.get(connection, *place)
        if place[0] is Kind.PAIR:
            length = pair_wait(tries, self.rules, now)
        else:
            length = budget_wait(tries, self._budget(place[0]), self.rules, now)
        return Wait(length, place, new=tries is not None and tries.noted < tries.count)

    def count(self, connection: Connection, attempt: Attempt, now: datetime) -> None:
        """Count a try as wrong, before it is looked at: else many could run side by side."""
        login_tries.forget_before(connection, now - self.rules.window)
        for kind, key in attempt.counts:
            before = self._remembered(connection, kind, key, now)
            login_tries.put(connection, kind, key, Tries(before.count + 1, now, before.noted))

    def take_back(self, connection: Connection, attempt: Attempt, now: datetime) -> None:
        """Uncount a try that was not wrong after all; it makes up for no other."""
        for kind, key in attempt.counts:
            before = self._remembered(connection, kind, key, now)
            after = replace(before, count=max(before.count - 1, 0))
            login_tries.put(connection, kind, key, after)

    def succeed(
        self, connection: Connection, name: str, attempt: Attempt, source: Source, now: datetime
    ) -> None:
        """Forget this source's wrong tries at this account, and know it from now on."""
        self.take_back(connection, attempt, now)
        self.forget(connection, attempt)
        for place in self._places(source):
            login_tries.make_known(connection, name, place, at=now, most=_MOST_KNOWN)

    def forget(self, connection: Connection, attempt: Attempt) -> None:
        """Forget the wrong tries from this place at this account."""
        login_tries.put(connection, *attempt.counts[0], None)

    def note(self, connection: Connection, wait: Wait) -> None:
        """Keep that a wait is in the log: a flood of tries is to fill no log."""
        login_tries.note(connection, *wait.place)

    def unlock(self, connection: Connection, name: str) -> None:
        """Forget all wrong tries at an account, from wherever."""
        login_tries.forget_account(connection, self._account(name))

    def waiting(self, connection: Connection, name: str, now: datetime) -> timedelta:
        """Tell how long strangers have to wait at an account."""
        return self._wait(connection, (Kind.ACCOUNT, self._account(name)), now).length

    def _account(self, name: str) -> bytes:
        return digest(self.key, f"account:{folded_name(name)}")

    def _place(
        self, connection: Connection, name: str, source: Source, now: datetime
    ) -> tuple[bytes, bool]:
        """Choose what a source is called: its device if the account knows it, or its address."""
        since = now - _KNOWN_FOR
        places = self._places(source)
        for place in places:
            if login_tries.is_known(connection, name, place, since):
                return place, True
        return places[-1], False

    def _places(self, source: Source) -> tuple[bytes, ...]:
        address = self._address(source)
        if not source.device:
            return (address,)
        return digest(self.key, f"device:{source.device}"), address

    def _address(self, source: Source) -> bytes:
        return digest(self.key, f"address:{neighbourhood(source.address)}")

    def _budget(self, kind: Kind) -> int:
        return self.rules.account_tries if kind is Kind.ACCOUNT else self.rules.source_tries

    def _remembered(self, connection: Connection, kind: Kind, key: bytes, now: datetime) -> Tries:
        tries = remembered(login_tries.get(connection, kind, key), self.rules, now)
        return tries or Tries(0, now)


def must_wait(wait: timedelta) -> LoginWaitError:
    """Make the error that says how long to wait."""
    seconds = ceil(wait.total_seconds())
    unit, size = next((each for each in _UNITS if seconds >= 2 * each[1]), _SECONDS)
    shown = f"{ceil(seconds / size)} {unit}"
    return LoginWaitError(f"登录错误次数过多，请过 {shown}再试，或请管理员解除限制。", seconds)
