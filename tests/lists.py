"""The published lists that are shipped."""

from pathlib import Path
from typing import Final

from archsearch.analysis.parts import Parts
from archsearch.analysis.pinyin import Pinyin
from archsearch.search.likeness.lexicon import Lexicon

CONFIG: Final = Path(__file__).parents[1] / "config"


def parts() -> Parts:
    """What tells the parts of names."""
    return Parts(CONFIG / "regions.csv", CONFIG / "trades.txt", CONFIG / "organisation_forms.txt")


def pinyin() -> Pinyin:
    """Readings of characters."""
    return Pinyin(CONFIG / "pinyin.tsv", CONFIG / "surname_readings.tsv")


def lexicon() -> Lexicon:
    """What is known of names."""
    return Lexicon(pinyin(), parts(), CONFIG.joinpath)
