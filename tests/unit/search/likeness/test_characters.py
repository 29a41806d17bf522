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

    assert more[1] == first[1]
    assert len({*first, *more}) == 3
    assert [characters.units[code] for code in more] == ["王", "伟"]
    assert more[0] in characters.said("wang", first=True)[0]


def test_common_characters_are_numbered_ahead_and_each_once() -> None:
    characters = Characters(pinyin(), Components(CONFIG / "components.tsv"))
    for rare in "龘䶮𠮷":
        characters.encode(rare)

    assert len(characters) > len("啊阿埃挨龘䶮𠮷")
    assert {"啊", "阿"} < set(characters.codes)
    assert len(set(characters.units)) == len(characters.units)
    assert [characters.codes[unit] for unit in characters.units[1:]] == [*range(1, len(characters))]
