import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.ingest.normalise.cells import Faults
from archsearch.ingest.normalise.text import TEXT_LIMIT, normalise_address, normalise_text

ODD_CHARACTERS = "张伟 \u3000\n\t\r\x00\u202e\u200bＡ１é\u0301e\ufeff\ud800\u2028（）-－号"
odd = st.text(ODD_CHARACTERS, max_size=30)


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("客户于 2024 年逾期。", "客户于 2024 年逾期。"),
        ("  首尾空白  ", "首尾空白"),
        ("第一行\r\n第二行\r第三行", "第一行\n第二行\n第三行"),
        ("制表\t符", "制表\t符"),
        ("全角ＡＢＣ，保留", "全角ＡＢＣ，保留"),
        ("cafe\u0301", "café"),
        ("分\u2028行", "分\n行"),
        (3.5, "3.5"),
        (True, "是"),
        ("", None),
    ],
)
def test_prose_keeps_its_content(given_text: object, expected: object) -> None:
    faults: Faults = []

    assert normalise_text(given_text, faults) == expected
    assert faults == []


def test_control_characters_in_prose_go_with_a_warning() -> None:
    faults: Faults = []

    assert normalise_text("甲\x00乙\x1b[31m丙\u202e丁", faults) == "甲乙[31m丙丁"
    assert [fault.code for fault in faults] == ["control_characters"]


def test_prose_longer_than_the_limit_is_refused() -> None:
    faults: Faults = []

    assert normalise_text("字" * (TEXT_LIMIT + 1), faults) is None
    assert normalise_text("字" * 10**6, faults) is None
    assert [fault.code for fault in faults] == ["too_long"] * 2


@given(st.one_of(st.text(max_size=60), odd))
def test_normalised_prose_is_stable_and_can_be_encoded(text: str) -> None:
    once = normalise_text(text, [])

    faults: Faults = []
    assert normalise_text(once, faults) == once
    assert faults == []
    assert (once or "").encode("utf-8").decode() == (once or "")


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("浙江省杭州市西湖区文三路 90 号", "浙江省杭州市西湖区文三路90号"),
        ("文三路９０－１号（东门）", "文三路90-1号（东门）"),
        ("Room 501, Tower B", "Room 501, Tower B"),
        ("北京市　朝阳区", "北京市朝阳区"),
        ("高新区A座 ＃３０１", "高新区A座 #301"),
    ],
)
def test_addresses_lose_spaces_and_full_width_digits_only(
    given_text: object, expected: object
) -> None:
    assert normalise_address(given_text, []) == expected


@given(st.one_of(st.text(max_size=60), odd))
def test_normalising_an_address_twice_changes_nothing(text: str) -> None:
    once = normalise_address(text, [])

    assert normalise_address(once, []) == once
