"""How syllables are mixed up by those who speak, hear or type them."""

from functools import cache, cached_property
from pathlib import Path

from archsearch.analysis.tables import Table


class MixedSounds:
    """Syllables that are taken for one another (z/zh, n/l/r, f/h, an/ang …), from a table.

    Args:
        path: File with lines ``begin`` or ``end``, what is said, what it is taken for.
    """

    def __init__(self, path: Path) -> None:
        self._table = Table(path)
        self.coarse = cache(self._coarse)
        """Gives one form to all syllables that are mixed up: ``zan`` for zhang, zang, zhan."""

    @cached_property
    def beginnings(self) -> list[tuple[str, str]]:
        """What syllables begin with, as said and as heard."""
        return self._table.pairs("begin")

    @cached_property
    def endings(self) -> list[tuple[str, str]]:
        """What syllables end with, as said and as heard."""
        return self._table.pairs("end")

    def _coarse(self, syllable: str) -> str:
        for said, heard in self.beginnings:
            if syllable.startswith(said):
                syllable = heard + syllable.removeprefix(said)
                break
        for said, heard in self.endings:
            if syllable.endswith(said):
                return syllable.removesuffix(said) + heard
        return syllable
