"""Rows without a record id are numbered as if each were asked about by itself."""

import pytest

from archsearch.services import numbering
from tests.offices import Office


def ids(office: Office) -> list[str]:
    return sorted(office.seen("admin"))


def stem(office: Office) -> str:
    """Feed a first row; gives what its id has before the number, which is 1."""
    office.feed({"name": "甲", "nature": "个人"})
    return ids(office)[0].removesuffix("000001")


def test_numbers_go_on_from_batch_to_batch_without_gaps(office: Office) -> None:
    begin = stem(office)

    office.feed(*({"name": f"乙{n}", "nature": "个人"} for n in range(3)))
    office.feed(*({"name": f"丙{n}", "nature": "个人"} for n in range(2)))

    assert ids(office) == [f"{begin}{n:06d}" for n in range(1, 7)]


def test_numbers_used_by_hand_are_passed_over(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbering, "KEYS_A_STATEMENT", 2)
    begin = stem(office)
    for number in (3, 4, 5):
        office.feed({"record_id": f"{begin}{number:06d}", "name": f"手工{number}"})

    report = office.feed(
        {"name": "乙", "nature": "个人"},
        {"record_id": f"{begin}000006", "name": "同批手工"},
        {"name": "丙", "nature": "个人"},
        {"name": "丁", "nature": "个人"},
    )

    assert [each.removeprefix(begin) for each in report.record_ids] == [
        "000002",
        "000006",
        "000007",
        "000008",
    ]


def test_every_kind_of_customer_counts_for_itself(office: Office) -> None:
    begin = stem(office)

    report = office.feed(
        {"name": "某某公司", "nature": "企业"},
        {"name": "乙", "nature": "个人"},
        {"name": "另一公司", "nature": "企业"},
    )

    numbers = [each.rpartition("-")[2] for each in report.record_ids]
    assert numbers == ["000001", "000002", "000002"]
    assert report.record_ids[1] == f"{begin}000002"


def test_a_rehearsal_takes_no_number(office: Office) -> None:
    begin = stem(office)

    office.feed({"name": "乙", "nature": "个人"}, dry_run=True)
    report = office.feed({"name": "丙", "nature": "个人"})

    assert report.record_ids == [f"{begin}000002"]
