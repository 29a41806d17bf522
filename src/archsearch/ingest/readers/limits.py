"""How much a source may ask of the machine before it is refused."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Upper bounds on one source; beyond them rows or the file are refused with a reason.

    Row sizes are counted in characters of the decoded text, which is at most its bytes. Cells are
    capped below the 131,072 characters at which Python's csv module gives up. ``max_ratio`` is
    the largest credible compression; it only counts from 16 MB of output on, since small files of
    blanks compress far better than that.
    """

    max_file_bytes: int = 4 << 30
    max_uncompressed_bytes: int = 8 << 30
    max_ratio: int = 250
    max_row_bytes: int = 4 << 20
    max_columns: int = 1_000
    max_depth: int = 32
    max_cell_chars: int = 100_000


DEFAULT_LIMITS = Limits()
"""What holds where no settings say otherwise."""
