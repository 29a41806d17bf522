"""The table of exit codes is complete and leads where the documentation says."""

import inspect

import pytest

from archsearch import errors
from archsearch.entrypoints.cli.exits import BY_ERROR, Exit, exit_of

EVERY_ERROR = {
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.ArchsearchError)
}


def test_every_error_has_an_exit_code() -> None:
    assert set(BY_ERROR) == EVERY_ERROR


def test_no_error_ends_well() -> None:
    assert Exit.OK not in BY_ERROR.values()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.StoreError("满"), 1),
        (errors.QuerySyntaxError("错", 3), 2),
        (errors.InvalidRequestError("错"), 2),
        (errors.NotFoundError("无"), 3),
        (errors.AccessDeniedError("拒"), 4),
        (errors.ConflictError("有"), 5),
        (errors.BusyError("忙"), 5),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_errors_end_as_documented(error: errors.ArchsearchError, code: int) -> None:
    assert exit_of(error) == code


def test_an_error_derived_elsewhere_ends_like_its_base() -> None:
    class LostFileError(errors.NotFoundError):
        """Derived outside the error module."""

    assert exit_of(LostFileError("无")) is Exit.NOT_FOUND
