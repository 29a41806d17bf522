"""What differences between a query and a name cost; from a data file."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from archsearch.analysis.parts import TELLING, Part
from archsearch.analysis.tables import Table, numbers_of

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
    front_initial: float
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
    sure: float
    suggested: float
    price_way: float
    price_turned: float
    price_initials: float
    price_first_letters: float
    price_alias: float
    price_word_order: float
    price_given_first: float
    gather_unit: float
    gather_unit_pair: float
    gather_unit_split: float
    gather_heard: float
    gather_heard_pair: float
    gather_heard_split: float
    gather_said_pair: float
    gather_begun: float
    gather_begun_pair: float
    gather_begun_split: float
    gather_whole: float
    gather_whole_spelt: float
    gathered: int
    gathered_alike: int
    usual_person: int
    most_ways: int
    longest_beginning: int
    longest_initials: int
    shortest_spelt: int
    most_western: int
    longest_short: int
    shortest_typed: int
    longest_typed: int
    most_readings: int
    surname_alone: float
    least_weight: float
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
        """Read the costs.

        Raises:
            SettingsError: One is missing, or is no number.
        """
        table = Table(path)
        gaps, extras, edges, fronts = (
            np.array([table.number(f"{kind}_{part.name.lower()}") for part in Part], np.float32)
            for kind in ("gap", "extra", "edge", "front")
        )
        return cls(**numbers_of(table, cls), gaps=gaps, extras=extras, edges=edges, fronts=fronts)
