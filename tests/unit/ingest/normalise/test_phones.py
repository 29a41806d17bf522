import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.ingest.normalise.cells import Faults
from archsearch.ingest.normalise.phones import normalise_phone, normalise_phones


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("13812345678", ["13812345678"]),
        (13812345678, ["13812345678"]),
        (13812345678.0, ["13812345678"]),
        ("138 1234 5678", ["13812345678"]),
        ("138-1234-5678", ["13812345678"]),
        ("１３８１２３４５６７８", ["13812345678"]),
        ("+86 13812345678", ["13812345678"]),
        ("+86-138-1234-5678", ["13812345678"]),
        ("0086 13812345678", ["13812345678"]),
        ("86 138 1234 5678", ["13812345678"]),
        ("(+86)13812345678", ["13812345678"]),
        ("013812345678", ["13812345678"]),
        ("手机：13812345678", ["13812345678"]),
        ("13812345678（微信同号）", ["13812345678"]),
        ("1.3812345678E+10", ["13812345678"]),
        ("010-12345678", ["010-12345678"]),
        ("010-62345678", ["010-62345678"]),
        ("(010)62345678", ["010-62345678"]),
        ("（010）62345678", ["010-62345678"]),
        ("01062345678", ["010-62345678"]),
        ("+86 10 6234 5678", ["010-62345678"]),
        ("0086-10-62345678", ["010-62345678"]),
        ("0571-8765432", ["0571-8765432"]),
        ("0571 87654321", ["0571-87654321"]),
        ("057187654321", ["0571-87654321"]),
        ("020-87654321转801", ["020-87654321-801"]),
        ("020-87654321-801", ["020-87654321-801"]),
        ("020-87654321 ext. 801", ["020-87654321-801"]),
        ("020-87654321分机801", ["020-87654321-801"]),
        ("400-123-4567", ["4001234567"]),
        ("4001234567", ["4001234567"]),
        ("95588", ["95588"]),
        ("110", ["110"]),
        ("+852 9123 4567", ["+85291234567"]),
        ("+1 (650) 253-0000", ["+16502530000"]),
        ("13812345678、13987654321", ["13812345678", "13987654321"]),
        ("13812345678/010-62345678", ["13812345678", "010-62345678"]),
        ("13812345678 13987654321", ["13812345678", "13987654321"]),
        ("13812345678；13987654321", ["13812345678", "13987654321"]),
        ("13812345678\n13987654321", ["13812345678", "13987654321"]),
        ("家 010-62345678，手机 13812345678", ["010-62345678", "13812345678"]),
        ("无", []),
        ("", []),
        (None, []),
    ],
)
def test_phone_numbers_get_one_form(cell: object, expected: object) -> None:
    faults: Faults = []

    found = normalise_phones(cell, faults)

    assert (found, faults) == (expected, [])


@pytest.mark.parametrize(
    "cell", ["12812345678", "1381234567", "138123456789", "62345678", "电话保密", "0571-123", "+86"]
)
def test_a_doubtful_number_is_kept_with_a_warning(cell: object) -> None:
    faults: Faults = []

    assert normalise_phones(cell, faults) == [cell]
    assert [fault.code for fault in faults] == ["phone_invalid"]


def test_a_number_cut_by_a_spreadsheet_is_refused() -> None:
    faults: Faults = []

    assert normalise_phones("1.38E+10", faults) == []
    assert [fault.code for fault in faults] == ["excel_mangled"]


def test_a_field_for_one_number_takes_the_first_and_warns() -> None:
    faults: Faults = []

    assert normalise_phone("13812345678、13987654321", faults) == "13812345678"
    assert [fault.code for fault in faults] == ["phone_invalid"]


@given(st.text("0123456789+-() 转ext/、;E.电话,\n#", max_size=40))
def test_normalising_phones_twice_changes_nothing(text: str) -> None:
    once = normalise_phones(text, [])

    assert [again for number in once for again in normalise_phones(number, [])] == once
