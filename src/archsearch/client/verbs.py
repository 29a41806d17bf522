"""Verbs: a call, sent by a client and waited for, or awaited."""

from collections.abc import Awaitable, Callable
from typing import Generic, ParamSpec, Protocol, TypeVar

from archsearch.client.call import Call

P = ParamSpec("P")
T = TypeVar("T")


class Sends(Protocol):
    """What sends a call and waits for the answer."""

    def send(self, call: Call[T]) -> T:
        """Send a call."""


class SendsAsync(Protocol):
    """What sends a call whose answer is awaited."""

    async def send(self, call: Call[T]) -> T:
        """Send a call."""


class Verb(Generic[P, T]):
    """A method that sends the call that a function makes of its arguments."""

    def __init__(self, make: Callable[P, Call[T]]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __get__(self, sender: Sends, _: type | None = None) -> Callable[P, T]:
        """Bind it to what sends."""

        def verb(*args: P.args, **kwargs: P.kwargs) -> T:
            return sender.send(self._make(*args, **kwargs))

        return verb


class AsyncVerb(Generic[P, T]):
    """The same, to be awaited."""

    def __init__(self, make: Callable[P, Call[T]]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __get__(self, sender: SendsAsync, _: type | None = None) -> Callable[P, Awaitable[T]]:
        """Bind it to what sends."""

        async def verb(*args: P.args, **kwargs: P.kwargs) -> T:
            return await sender.send(self._make(*args, **kwargs))

        return verb
