"""Arguments of the Python API: a program's slip should get an answer, not a trace."""

from typing import Final

from archsearch.errors import InvalidRequestError

_LARGEST: Final = 2**63 - 1
"""What the store can count to."""


def texts(**given: object) -> None:
    """Refuse arguments that are no text."""
    for name, value in given.items():
        if not isinstance(value, str):
            raise InvalidRequestError(f"参数 {name} 须是文字。")


def numbers(**given: object) -> None:
    """Refuse arguments that are no whole number."""
    for name, value in given.items():
        if not isinstance(value, int) or isinstance(value, bool):
            raise InvalidRequestError(f"参数 {name} 须是整数。")
        if not -_LARGEST <= value <= _LARGEST:
            raise InvalidRequestError(f"参数 {name} 超出了范围。")
