from hypothesis import given
from hypothesis import strategies as st

from archsearch.analysis.folding import fold
from archsearch.analysis.units import BREAK, WORD, bigram, marked, positioned, units


def test_han_characters_letters_and_digits_are_units_of_their_own() -> None:
    assert [unit for unit, _ in positioned(["张䶮A4纸Q345B"])] == [
        "张", "䶮", "a", "4", "纸", "q", "345", "b",
    ]  # fmt: skip


def test_spaces_and_punctuation_leave_no_gap() -> None:
    together = positioned(["华为深圳有限公司"])

    assert positioned(["华为（深圳）有限公司"]) == together
    assert positioned(["华为 深圳 有限公司"]) == together


def test_the_end_of_a_sentence_leaves_a_gap() -> None:
    assert positioned(["甲。乙"]) == [("甲", 0), ("乙", 2)]


def test_several_values_are_separated_by_a_gap() -> None:
    assert positioned(["甲", "乙"]) == [("甲", 0), ("乙", 2)]


def test_offsets_point_into_the_original_text() -> None:
    text = "ＡＢ　張㍿偉"

    assert [text[unit.start : unit.end] for unit in units(text)] == [
        "ＡＢ", "張", "㍿", "㍿", "㍿", "㍿", "偉",
    ]  # fmt: skip


def test_bigrams_of_letters_cannot_be_mistaken_for_units() -> None:
    assert bigram("张", "伟") == "张伟"
    assert bigram("ab", "1") != "ab1"


@given(st.text())
def test_both_ways_to_units_agree(text: str) -> None:
    assert [(unit.text, unit.position) for unit in units(text)] == positioned([text])


@given(st.text())
def test_units_appear_in_order_in_the_folded_text(text: str) -> None:
    rest = fold(text)
    for unit, _ in positioned([text]):
        found = rest.find(unit)
        assert found >= 0
        rest = rest[found + len(unit) :]


@given(st.text() | st.text(st.sampled_from("张〇𠮷ab1。\r\n （")))
def test_a_marked_text_has_a_character_for_each_position(text: str) -> None:
    found = marked(fold(text))

    places = [place for place, mark in enumerate(found.text) if mark != BREAK]
    assert list(zip(found.units(), places, strict=True)) == positioned([text])
    assert found.text.count(WORD) == len(found.words)
