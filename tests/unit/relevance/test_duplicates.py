"""Duplicates, over generated ones: most are found, and hardly anybody else is taken for one."""

from pathlib import Path

from tests.relevance.corpus import load
from tests.relevance.duplicates import Maker, found_in, made_archive, measure


def test_most_duplicates_are_found_and_few_others(tmp_path: Path) -> None:
    made = Maker(load([], 2_000)).make()
    with made_archive(made, tmp_path / "ws") as archive:
        found = found_in(archive, "likely")

    shares = measure(made, found)

    assert shares["recall"] >= 0.9
    assert shares["precision"] >= 0.9
    for kind in ("spouse", "child", "namesake"):
        assert not found & made.near[kind]
