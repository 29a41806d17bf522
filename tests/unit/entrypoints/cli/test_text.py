"""Text made fit for terminals."""

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.entrypoints.cli.text import broken, pieces, pointed, safe, safe_json, width, wrapped

ANYTHING = st.text(st.characters(codec=None, exclude_categories=[]))
HARMFUL = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_no_control_format_or_surrogate_character_passes() -> None:
    every = map(chr, range(sys.maxunicode + 1))
    harmful = [c for c in every if unicodedata.category(c) in HARMFUL]

    passed = [hex(ord(c)) for c in harmful if not safe(c).isascii() or not safe(c).isprintable()]

    assert passed == []


@pytest.mark.parametrize(
    "text", ["张䶮", "𠮷野家", "李\ue863", "·•（）", "a b\u3000c", "葛\U000e0100"]
)
def test_what_names_are_written_with_stays(text: str) -> None:
    """Private characters and variation selectors are part of names in Chinese archives."""
    assert safe(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m红", "\\x1b[31m红"),
        ("甲\t乙\n丙\r", "甲\\t乙\\n丙\\r"),
        ("\u202e右", "\\u202e右"),
        ("\x9b31m", "\\x9b31m"),
        ("\udcff", "\\udcff"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_dangerous_characters_are_shown_as_escapes(text: str, shown: str) -> None:
    assert safe(text) == shown


@given(ANYTHING)
def test_a_json_document_made_safe_says_the_same(text: str) -> None:
    document = safe_json(json.dumps([text], ensure_ascii=False, indent=2))

    assert json.loads(document) == [text]
    assert not {unicodedata.category(c) for c in document if c != "\n"} & HARMFUL


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("张伟", 4), ("张a", 3), ("（）", 4), ("e\u0301", 1), ("葛\ufe00", 2), ("", 0)],
)
def test_width_counts_columns(text: str, columns: int) -> None:
    assert width(text) == columns


@given(st.text(st.sampled_from("张伟，。（）ab c1")), st.integers(2, 20))
def test_wrapping_loses_nothing_but_spaces_at_line_ends(text: str, columns: int) -> None:
    lines = wrapped(text, columns)

    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width(line) <= columns + 2 for line in lines)


@given(st.text(st.sampled_from("张伟，ab c")), st.integers(2, 20))
def test_lines_of_a_table_never_exceed_their_column(text: str, columns: int) -> None:
    lines = broken([(piece, "") for piece in pieces(text)], columns)

    assert "".join(piece for line in lines for piece, _ in line) == text
    assert all(width("".join(p for p, _ in line).rstrip()) <= columns for line in lines)


def test_closing_marks_do_not_begin_a_line() -> None:
    assert wrapped("一二三，四", 6) == ["一二三，", "四"]


@pytest.mark.parametrize(
    ("query", "position", "caret"),
    [("张伟 OR", 3, 5), ("abc)", 3, 3), ("（张", 0, 0), ("\x1b张)", 2, 6)],
)
def test_the_caret_stands_under_its_character(query: str, position: int, caret: int) -> None:
    line, below = pointed(query, position, 72)

    assert line == safe(query)
    assert below == " " * caret + "^"


@given(st.text(st.sampled_from("张伟 )a\x1b"), min_size=1, max_size=600), st.data())
def test_a_long_query_is_cut_around_the_position(query: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(query) - 1))

    line, below = pointed(query, position, 40)

    before = width(line[: -1 if line.endswith("…") else None])
    assert width(line) <= 42
    assert width(below) - 1 <= before
    assert line.startswith("…") or line[: len(safe(query[:position]))] == safe(query[:position])
