"""The word lists of the bench."""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "lists"


@cache
def groups(name: str) -> tuple[tuple[str, ...], ...]:
    """The lines of a list, each as its words."""
    path = next(FOLDER.glob(f"{name}.*"))
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(tuple(line.split()) for line in lines if not line.startswith("#"))


@cache
def words(name: str) -> tuple[str, ...]:
    """All words of a list, longest first."""
    found = {word for line in groups(name) for word in line}
    return tuple(sorted(sorted(found), key=len, reverse=True))
