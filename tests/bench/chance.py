"""Draws of whole columns: values by their shares, as arrays."""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import yaml

Column: TypeAlias = npt.NDArray[Any]


class Wheel:
    """Values and their shares; a draw is one look-up a row.

    Only ``Generator.random`` is drawn on, whose stream numpy keeps from version to version.
    """

    def __init__(self, values: Sequence[object], shares: Sequence[float] | None = None) -> None:
        self._values = np.empty(len(values), dtype=object)
        self._values[:] = values
        sums = np.cumsum(falling(len(values)) if shares is None else shares)
        self._sums = sums / sums[-1]

    def turn(self, rng: np.random.Generator, rows: int) -> Column:
        """Draw a column."""
        found: Column = self._values[np.searchsorted(self._sums, rng.random(rows), side="right")]
        return found


def falling(count: int, start: int = 3) -> npt.NDArray[np.float64]:
    """Give shares that fall as words in a language do: as one over the rank."""
    return 1.0 / (np.arange(count) + start)


def even(values: Sequence[object]) -> Wheel:
    """Give every value the same share."""
    return Wheel(values, [1.0] * len(values))


def below(rng: np.random.Generator, limit: int, rows: int) -> Column:
    """Draw whole numbers from 0 up to a limit."""
    return (rng.random(rows) * limit).astype(np.int64)


@cache
def lists() -> dict[str, Any]:
    """Give the word lists; texts of several words are split."""
    parsed: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text())
    return {key: _split(value) for key, value in parsed.items()}


def _split(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _split(part) for key, part in value.items()}
    return value.split() if isinstance(value, str) else value


@cache
def language(*kinds: str) -> Wheel:
    """Give words of jieba's dictionary of these kinds, with their frequencies in Chinese prose."""
    spec = find_spec("jieba")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("jieba")
    dictionary = Path(spec.submodule_search_locations[0]) / "dict.txt"
    words: list[str] = []
    shares: list[float] = []
    for line in dictionary.read_text("utf-8").splitlines():
        word, frequency, kind = line.split(" ")
        if kind in kinds and 2 <= len(word) <= 4:
            words.append(word)
            shares.append(float(frequency))
    return Wheel(words, shares)
