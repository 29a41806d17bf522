"""Tables for people."""

import re

from hypothesis import given
from hypothesis import strategies as st

from archsearch.entrypoints.cli.grid import (
    Cell,
    Column,
    Piece,
    Table,
    draw,
    draw_beside,
    marked,
)
from archsearch.entrypoints.cli.text import width

COLUMNS = [Column("档号", "cyan", whole=True), Column("名称"), Column("数", right=True)]
CELL = st.text(st.sampled_from("张伟ab ，\x1b\u202e"), max_size=40)


def plain(drawn: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", drawn)


def test_columns_align_whatever_the_width_of_their_characters() -> None:
    drawn = draw(Table(COLUMNS, [["A1", "张伟", "5"], ["A22", "ab", "12"]]), 80, color=False)

    assert drawn == "档号  名称  数\nA1    张伟   5\nA22   ab    12"


def test_long_cells_wrap_inside_their_column() -> None:
    drawn = draw(Table(COLUMNS, [["A1", "一二三四五六七八九十", "5"]]), 20, color=False)

    assert drawn.splitlines()[1:] == ["A1    一二三四五   5", "      六七八九十"]


def test_the_widest_column_gives_way_down_to_its_least() -> None:
    columns = [Column("名称", least=12), Column("地区")]

    drawn = draw(Table(columns, [["一二三四五六七", "甲乙丙丁戊己"]]), 20, color=False)

    assert drawn.splitlines()[1:] == ["一二三四五六  甲乙丙", "七            丁戊己"]


def test_a_title_stands_above_and_empty_headings_are_left_out() -> None:
    drawn = draw(Table([Column(""), Column("")], [["甲", "1"]], "地区"), 80, color=False)

    assert drawn == "地区\n甲  1"


def test_lines_below_a_row_use_the_whole_width() -> None:
    below = {0: [(Piece("备注：", "dim"), *marked("已逾期两次", [(1, 3)]))]}

    drawn = draw(Table(COLUMNS, [["A1", "张伟", "5"]], below=below), 80, color=True)

    assert drawn.splitlines()[-1] == "    \x1b[2m备注：\x1b[0m已\x1b[1;31m逾期\x1b[0m两次"


def test_without_colour_there_is_not_one_escape() -> None:
    row: list[Cell] = [((Piece("张伟", "bold red"),),), "x", "1"]

    assert "\x1b" not in draw(Table(COLUMNS, [row]), 80, color=False)
    assert "\x1b[1;31m张伟\x1b[0m" in draw(Table(COLUMNS, [row]), 80, color=True)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=4), st.integers(40, 120))
def test_nothing_harmful_is_drawn_and_nothing_is_wider_than_the_terminal(
    rows: list[list[str]], columns: int
) -> None:
    table = Table([Column("甲"), Column("乙"), Column("丙", right=True)], rows)

    drawn = draw(table, columns, color=True)

    assert "\x1b" not in plain(drawn)
    assert "\u202e" not in drawn
    assert all(width(line) <= columns for line in plain(drawn).splitlines())


def test_small_tables_stand_beside_each_other_as_far_as_there_is_room() -> None:
    tables = [Table([Column(""), Column("")], [["甲", "1"], ["乙", "2"]], t) for t in "东西南"]

    drawn = draw_beside(tables, 20, color=False)

    assert drawn == "东       西\n甲  1    甲  1\n乙  2    乙  2\n\n南\n甲  1\n乙  2"


def test_the_lines_of_an_excerpt_become_one_with_its_marks_in_place() -> None:
    line = marked("一行\r\n逾期\t两次\n", [(4, 6)])

    assert [(piece.text, bool(piece.style)) for piece in line] == [
        ("一行  ", False),
        ("逾期", True),
        (" 两次 ", False),
    ]
