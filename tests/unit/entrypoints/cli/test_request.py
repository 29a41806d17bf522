"""Filters on the command line."""

from typing import Any

import click
import pytest

from archsearch.entrypoints.cli.request import Condition, Written, conditions, filters, listed


@pytest.mark.parametrize(
    ("written", "condition"),
    [
        ("地区=华东", Condition("地区", "any", ("华东",))),
        ("tags=授信,逾期", Condition("tags", "any", ("授信", "逾期"))),
        ("tags=授信，逾期", Condition("tags", "any", ("授信", "逾期"))),
        ("状态!=销户", Condition("状态", "none", ("销户",))),
        ("地区＝华东", Condition("地区", "any", ("华东",))),
        ("成立日期=2020-01..2023", Condition("成立日期", "any", ("2020-01..2023",))),
        ("notes=a=b", Condition("notes", "any", ("a=b",))),
    ],
)
def test_a_condition_is_field_and_values(written: str, condition: Condition) -> None:
    assert Written().convert(written, None, None) == condition


@pytest.mark.parametrize("written", ["地区", "=华东", "", "!=x"])
def test_anything_else_is_refused(written: str) -> None:
    with pytest.raises(click.BadParameter):
        Written().convert(written, None, None)


def test_a_condition_without_a_value_reaches_the_service_which_refuses_it() -> None:
    assert listed("") == ("",)
    assert listed(",,") == ("",)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"region": ("华东", "华北")}, {"region": {"any": ["华东", "华北"]}}),
        ({"tag": ("甲,乙",)}, {"tags": {"any": ["甲", "乙"]}}),
        ({"all_tags": ("甲,乙",)}, {"tags": {"all": ["甲", "乙"]}}),
        (
            {"tag": ("甲",), "all_tags": ("乙",), "filter": (Condition("标签", "none", ("丙",)),)},
            {"tags": {"none": ["丙"], "any": ["甲"], "all": ["乙"]}},
        ),
        (
            {"since": "2026-01", "until": "2026-03-31"},
            {"created_at": {"from": "2026-01", "to": "2026-03-31"}},
        ),
        (
            {"filter": (Condition("地区", "any", ("华东",)),), "region": ("华北",)},
            {"region": {"any": ["华东", "华北"]}},
        ),
        ({}, {}),
    ],
)
def test_conditions_on_one_field_are_combined(given: dict[str, Any], expected: object) -> None:
    names = {"地区": "region", "标签": "tags"}

    assert filters(conditions(given), lambda name: names.get(name, name)) == expected
