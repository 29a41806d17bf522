"""The published lists that are shipped."""

from pathlib import Path
from typing import Final

from archsearch.analysis.parts import Parts
from archsearch.analysis.pinyin import Pinyin
from archsearch.analysis.sounds import MixedSounds
from archsearch.analysis.writing import Writing
from archsearch.search.likeness.lexicon import Lexicon

CONFIG: Final = Path(__file__).parents[1] / "config"


def writing() -> Writing:
    """Writes names as units."""
    return Writing(CONFIG / "writing.tsv")


def parts() -> Parts:
    """What tells the parts of names."""
    return Parts(
        CONFIG / "regions.csv",
        CONFIG / "trades.txt",
        CONFIG / "organisation_forms.txt",
        CONFIG / "name_parts.tsv",
        writing(),
    )


def pinyin() -> Pinyin:
    """Readings of characters."""
    mixed = MixedSounds(CONFIG / "sounds.tsv")
    return Pinyin(CONFIG / "pinyin.tsv", CONFIG / "surname_readings.tsv", mixed)


def lexicon() -> Lexicon:
    """What is known of names."""
    return Lexicon(pinyin(), parts(), CONFIG.joinpath)
