"""One step of the tables' history, as data."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered step forward. Once released it never changes; what is wrong gets a new step.

    ``sqlite`` are its statements, run in order in one transaction. Data definition is where
    databases differ (identity columns, triggers), so another database gets statements of its own.
    """

    version: int
    name: str
    sqlite: tuple[str, ...]

    @property
    def checksum(self) -> str:
        """Digest that tells whether a step that was run is still the one known today."""
        return hashlib.sha256("\0".join(self.sqlite).encode()).hexdigest()
