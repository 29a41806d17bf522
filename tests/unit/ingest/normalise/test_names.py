import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.ingest.normalise.cells import Faults
from archsearch.ingest.normalise.names import NAME_LIMIT, normalise_name

ODD_CHARACTERS = "张伟 \u3000·•.・()（）[]【】ABcd\u200b\u202e𠮷䶮Ａ１\ufe00　-\ufeff̈ｶﾞ⽅\ue863, ?"
odd = st.text(ODD_CHARACTERS, max_size=30)


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("张伟", "张伟"),
        ("  张伟\u3000", "张伟"),
        ("张 伟", "张伟"),
        ("张　　伟", "张伟"),
        ("张\u200b伟", "张伟"),
        ("\ufeff张伟", "张伟"),
        ("张伟\n", "张伟"),
        ("张䶮", "张䶮"),
        ("𠮷田", "𠮷田"),
        ("李𫖯", "李𫖯"),
        ("陳峯", "陳峯"),
        ("吴堃", "吴堃"),
        ("葛\U000e0100", "葛"),
        ("阿里木•买买提", "阿里木·买买提"),
        ("阿里木・买买提", "阿里木·买买提"),
        ("阿里木‧买买提", "阿里木·买买提"),
        ("阿里木.买买提", "阿里木·买买提"),
        ("阿里木．买买提", "阿里木·买买提"),
        ("阿里木 · 买买提", "阿里木·买买提"),
        ("阿里木･买买提", "阿里木·买买提"),
        ("John  Smith", "John Smith"),
        ("Ｊｏｈｎ　Ｓｍｉｔｈ", "John Smith"),
        ("J. Smith", "J. Smith"),
        ("Foo (China) Co., Ltd.", "Foo (China) Co., Ltd."),
        ("柏美亚(中国)有限公司", "柏美亚（中国）有限公司"),
        ("柏美亚 （中国） 有限公司", "柏美亚（中国）有限公司"),
        ("柏美亚[中国]有限公司", "柏美亚（中国）有限公司"),
        ("柏美亚【中国】有限公司", "柏美亚（中国）有限公司"),
        ("ＡＢＣ科技有限公司", "ABC科技有限公司"),
        ("ABC 科技有限公司", "ABC 科技有限公司"),
        ("３６０ 数字科技", "360 数字科技"),
        ("⽅伟", "方伟"),
        ("①号店", "①号店"),
        (12345, "12345"),
        (None, None),
        ("   ", None),
        ("\u200b", None),
    ],
)
def test_names_are_made_uniform_without_exchanging_characters(
    given_text: object, expected: object
) -> None:
    faults: Faults = []

    assert normalise_name(given_text, faults) == expected
    assert faults == []


@pytest.mark.parametrize("text", ["张\x00伟", "张\u202e伟", "张\x07伟", "张\ud800伟", "张\uffff伟"])
def test_control_characters_go_with_a_warning(text: str) -> None:
    faults: Faults = []

    assert normalise_name(text, faults) == "张伟"
    assert [fault.code for fault in faults] == ["control_characters"]


def test_a_name_longer_than_the_limit_is_refused() -> None:
    faults: Faults = []

    assert normalise_name("张" * NAME_LIMIT, faults) == "张" * NAME_LIMIT
    assert faults == []
    assert normalise_name("张" * (NAME_LIMIT + 1), faults) is None
    assert normalise_name("张" * 10**6, faults) is None
    assert [fault.code for fault in faults] == ["too_long", "too_long"]


def test_a_nested_value_is_no_name() -> None:
    faults: Faults = []

    assert normalise_name({"a": 1}, faults) is None
    assert normalise_name(["甲", "乙"], faults) is None
    assert [fault.code for fault in faults] == ["value_invalid"] * 2


@given(st.one_of(st.text(max_size=60), odd))
def test_normalising_a_name_twice_changes_nothing(text: str) -> None:
    once = normalise_name(text, [])

    faults: Faults = []
    assert normalise_name(once, faults) == once
    assert faults == []
