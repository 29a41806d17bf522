"""Who asks, as doors hand it on: a user's name, and how far what they hold lets them go."""

from collections.abc import Set
from typing import Self


class Caller(str):
    """The name of a user who came in by a session or a token.

    It is a text, so that everything that acts for a user by name acts for a caller; what loads the
    user's rights narrows them to the ``limits`` (``services/identity.py``), and the log names the
    door (``via``).

    Args:
        name: The user's name.
        limits: Rights, as in the policy, of which the caller has those that the user has; None for
            all of the user's.
        via: What let them in, such as ``token:3``.
    """

    __slots__ = ("limits", "via")

    limits: frozenset[str] | None
    via: str

    def __new__(cls, name: str, *, limits: Set[str] | None = None, via: str = "") -> Self:
        """Make a caller."""
        made = super().__new__(cls, name)
        made.limits = None if limits is None else frozenset(limits)
        made.via = via
        return made


def limits_of(user: str) -> frozenset[str] | None:
    """Tell which rights a user is limited to; None where there is no limit."""
    return user.limits if isinstance(user, Caller) else None


def via_of(user: str) -> str:
    """Tell by what a user came in; empty for whoever acts on the workspace itself."""
    return user.via if isinstance(user, Caller) else ""
