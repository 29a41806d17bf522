"""Saying which part of a number is what was typed."""

import pytest

from tests.offices import Office

ID = "11010519491231002X"


@pytest.fixture
def office(office: Office) -> Office:
    office.feed(
        {"record_id": "A", "name": "甲", "phones": ["13812345678"], "id_number": ID},
        {"record_id": "B", "name": "乙", "contacts": [{"name": "丙", "phone": "13900005678"}]},
        {"record_id": "C", "name": "5678号货轮"},
    )
    return office


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("5678", "电话末四位 5678"),
        ("1234", "电话中间四位 1234"),
        ("002x", "证件号码末四位 002X"),
        ("31002X", "证件号码末六位 31002X"),
        ("甲 5678", "电话末四位 5678"),
    ],
)
def test_a_hit_by_a_part_of_a_number_tells_which_part(
    office: Office, query: str, told: str
) -> None:
    hits = {str(hit.record_id): hit for hit in office.archive.search(query, user="admin").hits}

    assert [reason.text for reason in hits["A"].reasons] == [told]
    assert [reason.telling for reason in hits["A"].reasons] == [True]


def test_numbers_found_by_a_part_are_not_called_near(office: Office) -> None:
    page = office.archive.search("1234", user="admin")
    mixed = office.archive.search("5678", user="admin")

    assert page.note == "以下是号码中有这几位的。"
    assert "近似" in mixed.note


def test_a_whole_number_is_exact_and_needs_no_reason(office: Office) -> None:
    (hit,) = office.archive.search("13812345678", user="admin").hits

    assert (hit.channels, hit.reasons) == (("精确",), ())
