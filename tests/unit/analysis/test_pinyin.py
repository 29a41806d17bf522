from pathlib import Path

import pytest

from archsearch.analysis.pinyin import Pinyin
from tests import lists


@pytest.fixture(scope="module")
def pinyin() -> Pinyin:
    return lists.pinyin()


@pytest.mark.parametrize(
    ("surname", "reading"),
    [
        ("单", "shan"), ("仇", "qiu"), ("曾", "zeng"), ("解", "xie"), ("查", "zha"), ("朴", "piao"),
        ("区", "ou"), ("盖", "ge"), ("缪", "miao"), ("翟", "zhai"), ("乐", "yue"), ("覃", "qin"),
        ("黑", "he"), ("折", "she"), ("员", "yun"), ("卜", "bu"), ("种", "chong"), ("秘", "bi"),
        ("召", "shao"), ("洗", "xian"), ("祭", "zhai"), ("句", "gou"), ("隗", "kui"), ("郇", "xun"),
        ("繁", "po"), ("阚", "kan"), ("牟", "mu"), ("佴", "nai"), ("能", "nai"),
    ],
)  # fmt: skip
def test_a_surname_has_its_special_reading(pinyin: Pinyin, surname: str, reading: str) -> None:
    assert reading in pinyin.name_readings([surname, "伟"])[0]


def test_an_ordinary_reading_stays_beside_the_special_one(pinyin: Pinyin) -> None:
    assert {"dan", "shan"} <= set(pinyin.name_readings(["单", "伟"])[0])


def test_a_compound_surname_has_its_own_readings(pinyin: Pinyin) -> None:
    assert ("mo", "qi", "ming") in pinyin.spellings(["万", "俟", "明"])


def test_rare_readings_are_left_out(pinyin: Pinyin) -> None:
    assert pinyin.readings("会") == ("hui",)


def test_spellings_are_few(pinyin: Pinyin) -> None:
    assert 1 <= len(pinyin.spellings(list("曾乐长行重都藏"))) <= 8


@pytest.mark.parametrize(
    ("letters", "way"),
    [
        ("zhangwei", ("zhang", "wei")),
        ("xian", ("xi", "an")),
        ("xian", ("xian",)),
        ("lvyan", ("lv", "yan")),
    ],
)
def test_joined_pinyin_is_cut_into_syllables(
    pinyin: Pinyin, letters: str, way: tuple[str, ...]
) -> None:
    assert way in pinyin.split(letters)


def test_letters_that_are_no_pinyin_are_not_cut(pinyin: Pinyin) -> None:
    assert pinyin.split("zwm") == []


def test_what_is_no_character_reads_as_itself(pinyin: Pinyin) -> None:
    assert pinyin.readings("abc") == ("abc",)


def test_readings_are_the_same_whether_few_or_many_are_asked_for(pinyin: Pinyin) -> None:
    for number in range(200):
        pinyin.readings(chr(0x4E00 + number))

    table = (lists.CONFIG / "pinyin.tsv").read_text(encoding="utf-8")
    first_and_last = [table.splitlines()[1][0], table.splitlines()[-1][0]]
    for unit in [
        *first_and_last,
        "〇",
        "张",
        "单",
        "䶮",
        "龘",
        "𠮷",
        "#",
        "# ",
        "a",
        "abc",
        "42",
        "の",
    ]:
        fresh = lists.pinyin()
        assert fresh.readings(unit) == pinyin.readings(unit)


def test_of_two_lines_for_a_character_the_last_holds(tmp_path: Path, pinyin: Pinyin) -> None:
    table, surnames = tmp_path / "readings", tmp_path / "surnames"
    table.write_text("# 甲\tno\n甲\tjia,ka\tmore\n乙\tyi\n甲\tka,jia,ka", encoding="utf-8")
    surnames.write_text("", encoding="utf-8")

    few, many = (Pinyin(table, surnames, pinyin.mixed) for _ in range(2))
    for number in range(100):
        many.readings(str(number))

    assert few.readings("甲") == many.readings("甲") == ("ka", "jia")
    assert few.readings("乙") == many.readings("乙") == ("yi",)
    assert few.syllables == {"ka", "jia", "yi"}
