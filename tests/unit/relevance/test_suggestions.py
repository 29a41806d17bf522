"""What is measured of suggestions, on a small archive."""

import pytest

from tests.relevance.corpus import Kind, Part, load
from tests.relevance.lore import Lore
from tests.relevance.searchers import archive_of
from tests.relevance.suggestions import WAYS, measure, names_of


@pytest.mark.parametrize(
    ("way", "keys", "name", "expected"),
    [
        ("two characters", "张伟", "张伟明", True),
        ("two characters", "张伟", "章伟明", False),
        ("six letters", "zhangw", "章伟明", True),
        ("six letters", "zhangw", "章敏", False),
        ("initials", "zwm", "章伟明", True),
        ("a character and letters", "张we", "张伟明", True),
        ("a character and letters", "张we", "章伟明", False),
        ("a character and letters", "张we", "张敏", False),
    ],
)
def test_a_name_goes_on_from_what_is_typed(way: str, keys: str, name: str, expected: bool) -> None:
    assert WAYS[way].goes_on(Lore(()), keys, name) is expected


def test_names_are_suggested_in_every_way_of_typing() -> None:
    corpus = load([], 1_500)
    lore = Lore(corpus.entries)

    with archive_of(corpus) as archive:
        rows = [
            row
            for kind in Kind
            for row in measure(archive, lore, kind, names_of(corpus, kind, Part.CHECK, 8))
        ]

    assert len(rows) == 2 * len(WAYS)
    assert [row.label for row in rows if row.some < 0.8 or row.first < 0.5] == []
