import time

import pytest

from archsearch.ingest.readers.limits import Limits
from tests.unit.ingest.readers.conftest import Read


@pytest.mark.parametrize(
    "text",
    [
        "- a: 1\n- a: 2\n",
        "a: 1\n---\na: 2\n",
        "records:\n- a: 1\n- a: 2\n",
        "导出: 今天\n记录:\n- {a: 1}\n- {a: 2}\n页: 1\n",
        "---\n- a: 1\n---\n---\na: 2\n",
    ],
)
def test_lists_documents_and_wrapped_lists_are_rows(read_file: Read, text: str) -> None:
    found = read_file("a.yaml", text)

    assert found.values == [{"a": 1}, {"a": 2}]
    assert found.problems == []


def test_rows_are_found_at_their_line(read_file: Read) -> None:
    found = read_file("a.yml", "- 姓名: 张三\n  电话:\n  - '1'\n\n- 姓名: 李四\n")

    assert found.positions == ["第 1 行", "第 5 行"]
    assert found.values[0] == {"姓名": "张三", "电话": ["1"]}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("1.5", 1.5),
        ("1.10105E+17", 1.10105e17),
        ("true", True),
        ("~", None),
        ("", None),
        ("no", "no"),
        ("010", "010"),
        ("01087654321", "01087654321"),
        ("+8613800138000", "+8613800138000"),
        ("11:30", "11:30"),
        ("1_000", "1_000"),
        ("2024-03-05", "2024-03-05"),
        ("2024.10", "2024.10"),
        ("1e999", "1e999"),
        (".nan", ".nan"),
        ("'12'", "12"),
        ("11010519491231002X", "11010519491231002X"),
    ],
)
def test_plain_values_are_numbers_only_when_nothing_is_lost(
    read_file: Read, text: str, value: object
) -> None:
    assert read_file("a.yaml", f"- 值: {text}\n").values == [{"值": value}]


@pytest.mark.parametrize(
    "text",
    [
        "- a: &x 1\n- b: *x\n",
        "a: &a [x,x]\nb: &b [*a,*a]\n",
        "- !!python/object/apply:os.system ['true']\n",
        "- a: !!binary AAAA\n",
        "!x\n- a: 1\n",
        "- ? [a, b]\n  : 1\n",
    ],
)
def test_anchors_aliases_tags_and_complex_keys_are_forbidden(read_file: Read, text: str) -> None:
    found = read_file("a.yaml", text)

    assert found.problems[-1] == ("yaml_forbidden", 0)


def test_bad_rows_are_refused_alone(read_file: Read) -> None:
    text = "- a: 1\n  a: 2\n- x\n- b: 1\n- c: {d: 1, d: 2}\n- e: " + "x" * 200_000 + "\n- f: 1\n"

    found = read_file("a.yaml", text)

    assert found.values == [{"b": 1}, {"f": 1}]
    assert found.problems == [
        ("json_duplicate_key", 1),
        ("row_not_object", 2),
        ("json_duplicate_key", 4),
        ("row_too_long", 5),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- a: 1\n- b: [1, 2\n", "truncated"),
        ('- a: 1\n- b: "x\n', "truncated"),
        ("- a: 1\n- b: c: d\n- e: 1\n- f: 1\n", "unreadable"),
        ("- a: 1\n- b: \x01\n", "unreadable"),
    ],
)
def test_broken_files_say_what_is_wrong_with_them(read_file: Read, text: str, code: str) -> None:
    found = read_file("a.yaml", text)

    assert found.problems[-1] == (code, 0)


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000])
def test_deep_nesting_is_refused_at_once(read_file: Read, text: str) -> None:
    start = time.process_time()

    found = read_file("a.yaml", text)

    assert found.problems == [("too_deep", 0)]
    assert time.process_time() - start < 2


def test_a_row_over_the_limit_ends_reading(read_file: Read) -> None:
    text = "- a: 1\n- b:\n" + "  - 很长\n" * 10_000

    found = read_file("a.yaml", text, Limits(max_row_bytes=20_000))

    assert found.values == [{"a": 1}]
    assert found.problems == [("row_too_long", 0)]
