"""How what an ingest stores gets into the index: by companions if it is much, else at the end."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Final, NamedTuple, Self

from archsearch.errors import BusyError
from archsearch.services.companion import Companion, wait_for
from archsearch.services.index import IndexService

_ROW: Final = 600
"""Bytes of a row, roughly, in most formats."""
_HEAVIEST: Final = 30_000_000
"""Characters in an order, about."""
_ROUNDS: Final = 2
"""Orders for each companion that are to be left when storing ends."""


class Sizes(NamedTuple):
    """Numbers of records.

    From ``worth`` on companions are worth their start; after ``every`` so many the index hears of
    them where there is none. While more are being stored, an order has ``least`` at the least; it
    never has more than ``stretch``, nor has a commit until all are stored.
    """

    worth: int = 5_000
    every: int = 20_000
    least: int = 4_000
    stretch: int = 40_000


_SIZES: Final = Sizes()


class Indexing:
    """Looks after the index during one ingest; to be used as a context.

    Args:
        index: The index.
        invite: Starts companions; gives none where there can be none.
        keep: Given the companion that is still tidying the index in the end, to see it off.
        sizes: How many records are much.
    """

    def __init__(
        self,
        index: IndexService,
        invite: Callable[[], Sequence[Companion]],
        keep: Callable[[Companion], None] = Companion.see_off,
        sizes: Sizes = _SIZES,
    ) -> None:
        self._index = index
        self._invite = invite
        self._keep = keep
        self._tidier: Companion | None = None
        self._sizes = sizes
        self._stored = 0
        self._most = sizes.stretch
        self._fresh = 0
        self._ordered = 0
        self._companions: Sequence[Companion] | None = None
        self._context = ExitStack()

    def __enter__(self) -> Self:
        self._context.enter_context(self._index.feeding())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for companion in self._companions or ():
            if companion is not self._tidier:
                companion.leave()
        self._context.close()
        if self._tidier:
            self._keep(self._tidier)

    def begin(self) -> None:
        """Get ready before anything is stored."""
        self._index.begin()

    def expect(self, size: int) -> None:
        """Hear of so many bytes of rows to come: companions take a while to be of use."""
        if size >= self._sizes.worth * _ROW:
            self._invite_once()

    def stored(self, number: int, length: int = 0) -> None:
        """Note that so many records were stored; may take the time to index them.

        ``length`` is how many characters each of them has, about.
        """
        self._stored += number
        # Whoever makes documents has those of an order in memory.
        self._most = max(1, min(self._most, self._sizes.stretch, _HEAVIEST // max(length, 1)))
        self._fresh += number
        if self._stored >= self._sizes.worth:
            self._invite_once()
        if self._there():
            self._order(storing=True)
        elif self._fresh >= self._sizes.every:
            self._fresh = 0
            self._settle()

    def finish(self) -> bool:
        """Bring everything into the index; False if another process is busy with it."""
        if companions := self._companions:
            waiting = True
            while waiting:
                self._order(storing=False)
                waiting = wait_for(companions)
        settled = self._settle()
        # All of it can be found now: nobody need wait for the index to be tidied as well.
        if self._companions:
            self._tidier = next((each for each in self._companions if each.willing), None)
            if self._tidier:
                self._tidier.tidy()
            else:
                self._index.tidy()
        return settled

    def _invite_once(self) -> None:
        if self._companions is None:
            self._companions = self._invite()

    def _order(self, *, storing: bool) -> None:
        """Give what is in the outbox to companions without work, unless it is too little yet."""
        for each in self._companions or ():
            each.listen()
        before, last = self._index.waiting()
        self._ordered = max(self._ordered, before)
        for each in self._there():
            backlog = last - self._ordered
            if each.willing and backlog >= (self._sizes.least if storing else 1):
                # Nobody has a second order before them: the longer the wait, the larger the next
                # one. What is committed together is no more than a stretch, but in the end.
                room = max(1, self._most - each.held)
                size = min(backlog, room) if storing else min(self._part(backlog), self._most)
                each.order(self._ordered, self._ordered + size)
                self._ordered += size
            done = each.held + self._sizes.least > self._most if storing else self._ordered == last
            if each.held and done:
                each.commit()

    def _there(self) -> list[Companion]:
        return [each for each in self._companions or () if not each.gone]

    def _part(self, backlog: int) -> int:
        """Cut up what is left in the end, ever smaller, so that all are done at the same time."""
        companions = len(self._there()) or 1
        return min(backlog, max(self._sizes.least, -(-backlog // (companions * _ROUNDS))))

    def _settle(self) -> bool:
        try:
            self._index.drain()
        except BusyError:
            return False
        return True
