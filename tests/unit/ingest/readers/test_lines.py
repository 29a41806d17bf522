from hypothesis import given
from hypothesis import strategies as st

from archsearch.ingest.readers.lines import split_lines


@given(st.lists(st.text(st.sampled_from("ab\r\n\u2028")), max_size=8))
def test_lines_are_those_of_the_whole_text_wherever_it_was_cut(texts: list[str]) -> None:
    whole = "".join(texts)

    lines = list(split_lines(iter(texts), limit=1_000))

    assert "".join(line or "" for line in lines) == whole
    assert (
        len(lines)
        == len(whole.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n"))
        or not whole
    )
    assert all("\n" not in (line or "")[:-1] for line in lines)


def test_a_line_over_the_limit_stands_as_none_and_the_next_is_whole() -> None:
    texts = ["ab\n", "x" * 6, "x" * 6, "x\ncd\n", "y" * 20]

    assert list(split_lines(iter(texts), limit=10)) == ["ab\n", None, "cd\n", None]
