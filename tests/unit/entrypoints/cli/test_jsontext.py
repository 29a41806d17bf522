"""Answers as JSON."""

import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archsearch.domain.access import Role
from archsearch.domain.problem import Where
from archsearch.domain.query import Hit, Page, Snippet
from archsearch.domain.record import RecordId
from archsearch.domain.users import User
from archsearch.entrypoints.cli.jsontext import document, plain

HIT = Hit(RecordId("A1"), 1.5, ("精确",), {"name": (Snippet("张伟", ((0, 2),)),)}, {"name": "张伟"})


def test_keys_are_those_of_the_dataclass() -> None:
    page = plain(Page(1, (HIT,), 2.5, "exact", {"region": (("华东", 1),)}))

    assert list(page) == [each.name for each in fields(Page)]
    assert list(page["hits"][0]) == [each.name for each in fields(Hit)]
    assert page["facets"] == {"region": [["华东", 1]]}
    assert page["hits"][0]["highlights"] == {"name": [{"text": "张伟", "spans": [[0, 2]]}]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Role.MANAGER, "manager"),
        (Path("a/b"), "a/b"),
        (datetime(2026, 3, 5, tzinfo=UTC), "2026-03-05T00:00:00+00:00"),
        (frozenset({"乙", "甲"}), ["乙", "甲"]),
        (None, None),
        (True, True),
        (Where("a", "第 3 行", 3), {"source": "a", "position": "第 3 行", "number": 3}),
    ],
)
def test_values_become_what_json_can_hold(value: Any, expected: Any) -> None:
    assert plain(value) == expected


def test_a_user_is_written_with_role_and_departments() -> None:
    written = json.loads(
        document(User("li", role=Role.EMPLOYEE, departments=frozenset({"乙", "甲"})), indent=False)
    )

    assert (written["role"], written["departments"]) == ("employee", ["乙", "甲"])


def test_a_document_is_one_line_unless_a_person_reads_it() -> None:
    assert document({"a": [1]}, indent=False) == '{"a": [1]}'
    assert "\n" in document({"a": [1]}, indent=True)


def test_harmful_characters_are_escaped_and_chinese_is_not() -> None:
    assert document({"a": "张\u202e\x9b"}, indent=False) == '{"a": "张\\u202e\\u009b"}'
