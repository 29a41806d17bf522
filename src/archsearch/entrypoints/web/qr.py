"""QR codes, drawn as one path of an SVG."""

from typing import NamedTuple

import segno


class Code(NamedTuple):
    """A code: so many squares wide, with its quiet zone, and the dark ones as a path."""

    size: int
    path: str


_QUIET = 4
"""Squares that are to stay light around a code (ISO/IEC 18004, 5.3.8)."""


def code_of(text: str) -> Code:
    """Make the code of a text."""
    rows = segno.make(text, error="m", micro=False).matrix
    path = "".join(
        f"M{x + _QUIET} {y + _QUIET}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        if dark
    )
    return Code(len(rows) + 2 * _QUIET, path)
