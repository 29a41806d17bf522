from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.analysis.numerals import read_number
from archsearch.ingest.normalise.amounts import normalise_amount, normalise_number
from archsearch.ingest.normalise.cells import Faults


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("12000", 12000),
        (12000, 12000),
        (12000.0, 12000),
        (1234.5600000000002, 1234.56),
        ("1,234.50", 1234.5),
        ("1，234.50", 1234.5),
        ("１２３４", 1234),
        ("￥1,234.50", 1234.5),
        ("¥ 1234.5 元", 1234.5),
        ("RMB 100", 100),
        ("人民币100元", 100),
        ("1.2万元", 12000),
        ("1.2万", 12000),
        ("120万", 1_200_000),
        ("3亿", 300_000_000),
        ("1.5万亿", 1_500_000_000_000),
        ("2千万", 20_000_000),
        ("3亿5000万", 350_000_000),
        ("1万2千", 12000),
        ("1000（万元）", 10_000_000),
        ("2,000(万元人民币)", 20_000_000),
        ("9.9万人民币", 99000),
        ("300(万人民币元)", 3_000_000),
        ("50(万元(人民币))", 500_000),
        ("一百二十万", 1_200_000),
        ("壹佰元整", 100),
        ("壹佰贰拾叁元肆角伍分", 123.45),
        ("壹万贰仟叁佰元正", 12300),
        ("人民币壹拾万元整", 100_000),
        ("十万", 100_000),
        ("十二万五千", 125_000),
        ("一万零五十", 10050),
        ("一千零一", 1001),
        ("一百二", 120),
        ("两万五", 25000),
        ("三千五", 3500),
        ("一点五万", 15000),
        ("五角", 0.5),
        ("12元5角3分", 12.53),
        ("叁拾元零伍分", 30.05),
        ("(1,234.50)", -1234.5),
        ("（500）", -500),
        ("(3)万元", -30000),
        ("(1.5万)", -15000),
        ("-500", -500),
        ("－500元", -500),
        ("负五百", -500),
        ("0", 0),
        ("0.005", 0.01),
        ("1.2E+4", None),
        ("1.23E+2", 123),
        ("", None),
        ("无", None),
        ("N/A", None),
        (float("nan"), None),
        ([], None),
        (None, None),
    ],
)
def test_amounts_become_yuan(cell: object, expected: object) -> None:
    faults: Faults = []

    found = normalise_amount(cell, faults)

    assert found == expected
    assert type(found) is type(expected)
    assert [fault.code for fault in faults] == (["excel_mangled"] if cell == "1.2E+4" else [])


@pytest.mark.parametrize(
    "cell",
    [
        "约100万",
        "10-20万",
        "100万以上",
        "1,2",
        "12,34,567",
        "1.2.3",
        "1.2万万元",
        "万元",
        "元",
        "十十",
        "一万万",
        "1.2万元万元",
        "百",
        "abc",
        "()",
        "(人民币)",
        "300(万法郎)",
        "-(5)",
        "(5万)万元",
        "300(万美元)",
        "100港币",
        "100000000000000",
        "9" * 500,
        10**400,
        float("inf"),
        True,
        {"元": 1},
    ],
)
def test_what_is_no_amount_is_refused(cell: object) -> None:
    faults: Faults = []

    assert normalise_amount(cell, faults) is None
    assert faults
    assert {fault.code for fault in faults} <= {"amount_invalid", "value_invalid"}


def test_foreign_currency_is_refused_with_its_own_reason() -> None:
    faults: Faults = []

    normalise_amount("300(万美元)", faults)

    assert "人民币" in faults[0].text


@given(st.integers(-(10**13) * 8, 10**13 * 8))
def test_amounts_are_exact_to_the_fen(fen: int) -> None:
    amount = Decimal(fen) / 100

    found = normalise_amount(f"{amount:,.2f}", [])

    assert found is not None
    assert Decimal(repr(found)) == amount
    assert normalise_amount(found, []) == found


@given(st.integers(0, 10**12 - 1))
def test_spoken_numbers_are_read_back(number: int) -> None:
    assert read_number(_spoken(number)) == number


@given(st.text("0123456789零一二两十百千万亿点壹贰拾佰,.元角分整()-", max_size=16))
def test_normalising_an_amount_twice_changes_nothing(text: str) -> None:
    once = normalise_amount(text, [])

    assert normalise_amount(once, []) == once


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (3, 3),
        ("3", 3),
        ("３", 3),
        ("1,234.5", 1234.5),
        ("一百二十", 120),
        ("3次", 3),
        ("12 张", 12),
        ("300dpi", 300),
        ("-2.5", -2.5),
        (2.0, 2),
        ("无", None),
    ],
)
def test_numbers_are_read(cell: object, expected: object) -> None:
    faults: Faults = []

    assert normalise_number(cell, faults) == expected
    assert faults == []


@pytest.mark.parametrize("cell", ["三次半", "12%", "1/2", "abc", 2**60, "1e400", True])
def test_what_is_no_number_is_refused(cell: object) -> None:
    faults: Faults = []

    assert normalise_number(cell, faults) is None
    assert [fault.code for fault in faults] == ["number_invalid"]


def _spoken(number: int) -> str:
    if number == 0:
        return "零"
    groups: list[str] = []
    for unit, size in (("亿", 10**8), ("万", 10**4), ("", 1)):
        part, number = divmod(number, size)
        if part:
            gap = "零" if groups and part < 1000 else ""
            groups.append(gap + _below_ten_thousand(part) + unit)
        elif groups and groups[-1][-1] != "零" and number:
            groups.append("零" if unit else "")
    return "".join(groups).replace("零零", "零")


def _below_ten_thousand(number: int) -> str:
    text, gap = "", False
    for unit, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit, number = divmod(number, size)
        if digit:
            text += ("零" if gap and text else "") + "零一二三四五六七八九"[digit] + unit
            gap = False
        else:
            gap = True
    return text
