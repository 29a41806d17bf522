"""What is known of single characters."""

import random

from archsearch.search.likeness.characters import Characters, Components, Lookalikes
from tests.lists import CONFIG, pinyin


def test_a_look_up_finds_what_the_whole_table_has() -> None:
    table = Lookalikes(CONFIG / "lookalikes.tsv")._table
    some = random.Random(1).sample(sorted(table), 30)

    for character in ["未", "已", *some, "a", "龘"]:
        found = Lookalikes(CONFIG / "lookalikes.tsv").of(character)

        assert list(found.items()) == list(table.get(character, {}).items()), character


def test_characters_keep_their_numbers_when_more_are_met() -> None:
    characters = Characters(pinyin(), Components(CONFIG / "components.tsv"))
    first = characters.encode("张伟").tolist()

    more = characters.encode("王伟").tolist()

    assert (sorted(first), more[1]) == ([1, 2], first[1])
    assert [characters.units[code] for code in more] == ["王", "伟"]
    assert 3 in characters.said("wang", first=True)[0]
