"""Exit codes: what a script learns from a run without reading its output."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from archsearch import errors


class Exit(IntEnum):
    """How a run ended. The numbers are part of the contract: add, never change."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    DENIED = 4
    CONFLICT = 5
    REJECTED = 6
    INTERRUPTED = 130


BY_ERROR: Final[Mapping[type[errors.ArchsearchError], Exit]] = {
    errors.ArchsearchError: Exit.FAILED,
    errors.SettingsError: Exit.FAILED,
    errors.WorkspaceError: Exit.FAILED,
    errors.NotFoundError: Exit.NOT_FOUND,
    errors.AccessDeniedError: Exit.DENIED,
    errors.NotAuthenticatedError: Exit.DENIED,
    errors.LoginRefusedError: Exit.DENIED,
    errors.CodeNeededError: Exit.DENIED,
    errors.LoginWaitError: Exit.DENIED,
    errors.ConflictError: Exit.CONFLICT,
    errors.StaleError: Exit.CONFLICT,
    errors.BusyError: Exit.CONFLICT,
    errors.InvalidRequestError: Exit.USAGE,
    errors.QuerySyntaxError: Exit.USAGE,
    errors.QueryTooComplexError: Exit.USAGE,
    errors.RejectedError: Exit.REJECTED,
    errors.ReadError: Exit.FAILED,
    errors.StoreError: Exit.FAILED,
    errors.UnreadableError: Exit.FAILED,
    errors.EngineError: Exit.FAILED,
    errors.IndexOutdatedError: Exit.FAILED,
}
"""The code of every error there is; what is derived from one elsewhere ends like it."""


def exit_of(error: errors.ArchsearchError) -> Exit:
    """Choose the exit code of an error."""
    return next(BY_ERROR[kind] for kind in type(error).__mro__ if kind in BY_ERROR)
