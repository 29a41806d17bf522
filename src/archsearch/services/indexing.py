"""How what an ingest stores gets into the index: by companions if it is much, else at the end."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from archsearch.errors import BusyError
from archsearch.services.companion import Companion, wait_for
from archsearch.services.index import IndexService


class Indexing:
    """Looks after the index during one ingest; to be used as a context.

    Args:
        index: The index.
        invite: Starts companions; gives none where there can be none.
        worth: Records from which on companions are worth their start.
        every: Records after which the index hears of them where there is no companion.
        stretch: Records in an order; a commit for fewer would be merged into others soon.
    """

    def __init__(
        self,
        index: IndexService,
        invite: Callable[[], Sequence[Companion]],
        *,
        worth: int = 5_000,
        every: int = 20_000,
        stretch: int = 16_000,
    ) -> None:
        self._index = index
        self._invite = invite
        self._worth = worth
        self._every = every
        self._stretch = stretch
        self._stored = 0
        self._fresh = 0
        self._ordered = 0
        self._companions: Sequence[Companion] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for companion in self._companions or ():
            companion.leave()

    def begin(self) -> None:
        """Get ready before anything is stored."""
        self._index.begin()

    def stored(self, number: int) -> None:
        """Note that so many records were stored; may take the time to index them."""
        self._stored += number
        self._fresh += number
        if self._companions is None and self._stored >= self._worth:
            self._companions = self._invite()
        if self._companions and not all(each.gone for each in self._companions):
            self._order(self._stretch)
        elif self._fresh >= self._every:
            self._fresh = 0
            self._settle()

    def finish(self) -> bool:
        """Bring everything into the index; False if another process is busy with it."""
        if companions := self._companions:
            waiting = True
            while waiting:
                self._order(1)
                waiting = wait_for(companions)
        return self._settle()

    def _order(self, least: int) -> None:
        """Give what is in the outbox to companions that have room, unless it is too little."""
        companions = self._companions or ()
        for each in companions:
            each.listen()
        before, last = self._index.waiting()
        self._ordered = max(self._ordered, before)
        while last - self._ordered >= least:
            willing = next((each for each in companions if each.willing), None)
            if willing is None:
                return
            # In the end everyone gets a part, so that all are done at the same time.
            share = -(-(last - self._ordered) // len(companions))
            upto = self._ordered + min(share if least == 1 else least, self._stretch)
            willing.order(self._ordered, upto)
            self._ordered = upto

    def _settle(self) -> bool:
        try:
            self._index.drain()
        except BusyError:
            return False
        return True
