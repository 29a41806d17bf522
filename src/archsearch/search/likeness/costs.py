"""What differences between a query and a name cost; from a data file."""

from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from archsearch.analysis.parts import TELLING, Part

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Costs:
    """Costs of the alignment; ``config/likeness.tsv`` explains them."""

    variant: float
    homophone: float
    homophone_rare: float
    similar_sound: float
    lookalike_least: float
    lookalike_most: float
    both: float
    related: float
    other: float
    swap: float
    syllable: float
    syllable_rare: float
    syllable_similar: float
    beginning: float
    completed: float
    initial: float
    initial_rare: float
    wildcard: float
    letter: float
    letter_similar: float
    inside: float
    whole: float
    close: float
    typed: float
    least: float
    together: float
    same: float
    likely: float
    possible: float
    named: float
    evidence: float
    evidence_named: float
    evidence_beside: float
    evidence_pairs: float
    namesake: float
    number_slip: float
    number_differs: float
    phone_same: float
    birth_same: float
    birth_differs: float
    region_same: float
    region_differs: float
    lean: float
    most_lean: float
    favour: float
    misheard: float
    twice: float
    mixed: float
    surnamed: float
    gaps: Vector
    """By :class:`~archsearch.analysis.parts.Part`."""
    extras: Vector
    edges: Vector
    fronts: Vector

    @cached_property
    def insides(self) -> Vector:
        """What a unit costs that is left out between others, by part."""
        factors = [self.inside if part in TELLING else 1.0 for part in Part]
        return self.gaps * np.array(factors, np.float32)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the costs."""
        lines = path.read_text(encoding="utf-8").splitlines()
        table = dict(line.split("\t") for line in lines if line and not line.startswith("#"))
        numbers = {name: float(value) for name, value in table.items()}
        plain = {f.name: numbers[f.name] for f in fields(cls) if f.name in numbers}
        gaps, extras, edges, fronts = (
            np.array([numbers[f"{kind}_{part.name.lower()}"] for part in Part], np.float32)
            for kind in ("gap", "extra", "edge", "front")
        )
        return cls(**plain, gaps=gaps, extras=extras, edges=edges, fronts=fronts)
