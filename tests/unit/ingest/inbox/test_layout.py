import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.ingest.inbox.layout import Line, mended, rows, text_of


def line(text: str, left: float, top: float, height: float = 30) -> Line:
    return Line(text, left, top, left + 20 * len(text), top + height)


def test_what_stands_beside_each_other_is_one_row_even_on_a_tilted_page() -> None:
    page = [
        line("张伟", 300, 106),
        line("姓名", 10, 100),
        line("性别", 10, 150),
        line("男", 300, 157),
    ]

    assert text_of(page) == "姓名\t张伟\n性别\t男"


def test_a_page_that_leans_does_not_make_one_row_of_two() -> None:
    """Each is level with its neighbour, the last no more with the first."""
    page = [line("一", 0, 100), line("二", 200, 110), line("三", 400, 120), line("下", 0, 135)]

    assert text_of(page) == "一\t二\t三\n下"


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("11O1O5l99003078515", "110105199003078515"),
        ("110105199003O7851X", "11010519900307851X"),
        ("电话 I38OOl38OOO", "电话 I38OOl38OOO"),
        ("I3800138O00", "13800138000"),
        ("HELLOILLOOOO", "HELLOILLOOOO"),
        ("91110000600037341L", "91110000600037341L"),
    ],
)
def test_letters_inside_of_long_numbers_are_digits(read: str, meant: str) -> None:
    assert mended(read) == meant


@given(
    st.lists(
        st.builds(line, st.text(min_size=1), st.floats(0, 2000), st.floats(0, 3000)), max_size=30
    )
)
def test_no_line_is_lost_or_doubled(lines: list[Line]) -> None:
    found = [each for row in rows(lines) for each in row]

    assert sorted(found) == sorted(lines)
