from datetime import date, datetime

import pytest

from archsearch.ingest.normalise.cells import Faults, as_json, as_text, is_altered, is_blank


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("甲", "甲"),
        (None, None),
        (True, "是"),
        (False, "否"),
        (7, "7"),
        (7.0, "7"),
        (7.25, "7.25"),
        (13812345678.0, "13812345678"),
        (date(2024, 3, 5), "2024-03-05"),
        (datetime(2024, 3, 5, 10, 20), "2024-03-05 10:20:00"),  # noqa: DTZ001 - as a sheet has it
        (["甲"], "甲"),
        ([], None),
        ({}, None),
    ],
)
def test_cells_are_written_as_people_would(cell: object, text: str | None) -> None:
    faults: Faults = []

    assert as_text(cell, faults) == text
    assert faults == []


@pytest.mark.parametrize("cell", [["甲", "乙"], [["甲"]], {"a": 1}, 10**400, b"x"])
def test_what_is_no_single_value_is_a_fault(cell: object) -> None:
    faults: Faults = []

    assert as_text(cell, faults) is None
    assert [fault.code for fault in faults] == ["value_invalid"]


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("甲\ud800", "甲?"),
        (10**20, hex(10**20)),
        (1e300, "1e+300"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
        ({1: (date(2024, 3, 5), None)}, {"1": ["2024-03-05", None]}),
    ],
)
def test_originals_can_be_kept_as_json(cell: object, kept: object) -> None:
    assert as_json(cell) == kept


@pytest.mark.parametrize("cell", [None, "", " \u3000", [], {}, (), float("nan")])
def test_blank_cells_are_no_originals(cell: object) -> None:
    assert is_blank(cell)
    assert not is_altered(cell, None)


def test_only_what_reads_differently_is_altered() -> None:
    assert not is_altered("12", 12)
    assert not is_altered(date(2024, 3, 5), "2024-03-05")
    assert is_altered("1.2万", 12000)
    assert is_altered("甲、乙", ["甲", "乙"])
    assert is_altered("不存在", None)


def test_whole_numbers_too_long_for_python_to_print_do_no_harm() -> None:
    faults: Faults = []

    assert as_text(10**5000, faults) is None
    assert [fault.code for fault in faults] == ["value_invalid"]
    assert as_json(10**5000) == hex(10**5000)
