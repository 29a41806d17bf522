"""What a match is worth, and from how many characters on a text may be one; from a data file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from archsearch.analysis.tables import Table, numbers_of


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights and lengths; ``config/weights.tsv`` explains them."""

    value: float
    word: float
    named: float
    begins: float
    begins_spelt: float
    slip: float
    ending: float
    middle: float
    part_of_id: float
    shortest_number: int
    shortest_part: int
    fewest_digits: int

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the weights.

        Raises:
            SettingsError: One is missing, or is no number.
        """
        return cls(**numbers_of(Table(path), cls))
