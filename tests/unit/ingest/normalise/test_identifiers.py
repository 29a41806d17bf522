import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.ingest.normalise.cells import Faults
from archsearch.ingest.normalise.identifiers import clean_identifier, normalise_identifier


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("11010519491231002X", "11010519491231002X"),
        ("11010519491231002x", "11010519491231002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
        ("110105 19491231 002X", "11010519491231002X"),
        ("110105-19491231-002X", "11010519491231002X"),
        ("'11010519491231002X", "11010519491231002X"),
        ("身份证：11010519491231002X", "11010519491231002X"),
        (440524188001010014, "440524188001010014"),
        ("110105491231002", "11010519491231002X"),
        (110105491231002, "11010519491231002X"),
        (110105491231002.0, "11010519491231002X"),
        ("91350100m000100y43", "91350100M000100Y43"),
        ("D2143569-X", "D2143569X"),
        ("护照 E12345678", "E12345678"),
        ("无", None),
        ("", None),
        (None, None),
    ],
)
def test_identifiers_get_one_form(cell: object, expected: object) -> None:
    faults: Faults = []

    assert normalise_identifier(cell, faults) == expected
    assert faults == []


def test_a_number_is_not_lengthened_where_the_row_has_to_decide() -> None:
    assert clean_identifier("110105491231002", []) == "110105491231002"


@pytest.mark.parametrize(
    "cell",
    [
        "1.10105E+17",
        "1.10105194912310E+17",
        1.10105194912310e17,
        "110105194912310000",
        "1.10105e17",
    ],
)
def test_numbers_cut_by_a_spreadsheet_are_refused_with_that_reason(cell: object) -> None:
    faults: Faults = []

    assert normalise_identifier(cell, faults) is None
    assert [fault.code for fault in faults] == ["excel_mangled"]


def test_hostile_lengths_are_refused() -> None:
    faults: Faults = []

    assert normalise_identifier("1" * 10**6, faults) is None
    assert normalise_identifier(10**400, faults) is None
    assert [fault.code for fault in faults] == ["too_long", "value_invalid"]


@given(st.text("0123456789Xx EAe+.-－（证", max_size=24))
def test_normalising_an_identifier_twice_changes_nothing(text: str) -> None:
    once = normalise_identifier(text, [])

    assert normalise_identifier(once, []) == once
