import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.analysis.folding import fold, fold_key, fold_with_offsets


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("銀行", "银行"),
        ("峯", "峰"),
        ("堃", "堃"),
        ("䶮𠮷𫖯", "䶮𠮷𫖯"),
        ("Café", "cafe"),
        ("Cafe\u0301", "cafe"),
        ("张\u200b伟\ufeff", "张伟"),
        ("\u202e张伟\u202c", "张伟"),
        ("葛\U000e0100城", "葛城"),
        ("ﬁ①", "fi1"),
    ],
)
def test_characters_that_mean_the_same_fold_alike(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_sounds_are_not_folded() -> None:
    assert fold("景点") != fold("经典")


def test_a_key_has_no_white_space() -> None:
    assert fold_key(" 张\u3000三 \t四\n") == "张三四"


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_offsets_lead_back_to_the_character_that_was_folded(text: str) -> None:
    folded, offsets = fold_with_offsets(text)

    assert folded == fold(text)
    assert len(offsets) == len(folded) + 1
    assert offsets == sorted(offsets)
    for character, offset in zip(folded, offsets, strict=False):
        assert character in fold(text[offset])


def test_how_many_characters_were_met_before_makes_no_difference() -> None:
    every = [chr(code) for code in range(0x20, 0xA000)]

    apart = [fold(character) for character in every]

    assert fold("".join(every)) == "".join(apart)
    assert [fold(character) for character in every] == apart
    settled = "".join(c for c, folded in zip(every, apart, strict=True) if c == folded)
    assert fold(settled) == settled
