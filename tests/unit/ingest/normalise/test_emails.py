import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.ingest.normalise.cells import Faults
from archsearch.ingest.normalise.emails import normalise_email


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Zhang.Wei@Example.COM", "zhang.wei@example.com"),
        (" zhang@example.com ", "zhang@example.com"),
        ("ｚｈａｎｇ＠example.com", "zhang@example.com"),
        ("mailto:zhang@example.com", "zhang@example.com"),
        ("<zhang@example.com>;", "zhang@example.com"),
        ("张伟@例子.中国", "张伟@例子.中国"),
        ("N/A", None),
        (None, None),
    ],
)
def test_addresses_are_lower_cased(cell: object, expected: object) -> None:
    faults: Faults = []

    assert normalise_email(cell, faults) == expected
    assert faults == []


@pytest.mark.parametrize("cell", ["zhang", "zhang@", "@example.com", "a@b", "a@b@c.com", "a..@-.c"])
def test_a_doubtful_address_is_kept_with_a_warning(cell: object) -> None:
    faults: Faults = []

    assert normalise_email(cell, faults) == cell
    assert [fault.code for fault in faults] == ["email_invalid"]


@given(st.text("aB1.@-_ ,;<>mailto:İ", max_size=30))
def test_normalising_an_address_twice_changes_nothing(text: str) -> None:
    once = normalise_email(text, [])

    assert normalise_email(once, []) == once
