"""What is wrong with a row of input, as data: where, which field, why, in plain Chinese."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple


class Severity(StrEnum):
    """How bad it is.

    An error keeps the row out of the archive; a warning lets it in with a lower quality score.
    """

    ERROR = "error"
    WARNING = "warning"


class Aspect(StrEnum):
    """Which demand on archival data is violated."""

    ACCURACY = "准确性"
    COMPLETENESS = "完整性"
    CONFORMITY = "规范性"


SUBMITTED: Final = "提交的内容"
"""Where rows come from that are in no file."""


class Where(NamedTuple):
    """Position of a row in its source.

    ``source`` is the file name (or ``SUBMITTED`` for rows handed over by a program), ``position``
    what a person needs to find the row there: ``第 12 行``, ``Sheet1 第 3 行``, ``第 5 个元素``.
    ``number`` counts rows from 1 and orders positions inside one source; 0 means the file as a
    whole.
    """

    source: str
    position: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason against one row.

    ``code`` is stable and machine-readable (``id_checksum``), ``field`` a schema key or None for
    the row as a whole. ``message`` says in Chinese what is wrong and what to do; it never repeats a
    sensitive value.
    """

    where: Where
    code: str
    message: str
    field: str | None = None
    severity: Severity = Severity.ERROR
    aspect: Aspect = Aspect.CONFORMITY
