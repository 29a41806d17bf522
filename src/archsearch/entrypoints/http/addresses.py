"""Which resource an address is of: the first that it fits, whatever the method.

``/records/A/history`` is the history of ``A`` and never a record called ``A/history``: a method
that a history does not have is refused, and does not fall through to what is less particular.
"""

from collections.abc import Iterable
from typing import Final

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

_OWNER: Final = "archsearch.owner"


class OwnedRoute(APIRoute):
    """A route that leaves an address to those before it, if they know it by another method."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell whether a request is for this route."""
        match, child = super().matches(scope)
        if match is not Match.NONE and scope.setdefault(_OWNER, self.path) != self.path:
            return Match.NONE, {}
        return match, child


def methods_of(path: str, routes: Iterable[BaseRoute]) -> set[str]:
    """Collect the methods of an address: each has a route of its own, and any knows only its."""
    known = [each for each in routes if isinstance(each, APIRoute)]
    owner = next((each.path for each in known if each.path_regex.match(path)), None)
    return {method for each in known if each.path == owner for method in each.methods or ()}
