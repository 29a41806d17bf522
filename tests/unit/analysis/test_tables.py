"""Tables of the configuration say what is wrong with them."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from archsearch.analysis.tables import Table, numbers_of, rows_of
from archsearch.errors import SettingsError


@dataclass
class Numbers:
    share: float
    most: int
    name: str = ""


def table(folder: Path, text: str) -> Table:
    path = folder / "some.tsv"
    path.write_text(text, encoding="utf-8")
    return Table(path)


def test_rows_are_given_by_key_in_order_without_comments(tmp_path: Path) -> None:
    found = table(tmp_path, "# no\tno\nbegin\tzh\tz\nlevels\t省 市\nbegin\tn\tl\ncounter\t#\n")

    assert list(found) == ["begin", "levels", "counter"]
    assert found.pairs("begin") == [("zh", "z"), ("n", "l")]
    assert found.words("levels") == ["省", "市"]
    assert found.text("counter") == "#"


def test_numbers_are_read_by_the_names_of_fields(tmp_path: Path) -> None:
    assert numbers_of(table(tmp_path, "share\t0.25\nmost\t3"), Numbers) == {
        "share": 0.25,
        "most": 3,
    }


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("share\t0.25", "缺少“most”"),
        ("share\tmany\nmost\t3", "“share”的值应为数字"),
        ("share\tnan\nmost\t3", "“share”的值应为数字"),
        ("share\t1\nmost\t2.5", "“most”的值应为正整数"),
        ("share\t1\nmost\t0", "“most”的值应为正整数"),
        ("share\t1\nmost\t1\nmost\t2", "“most”只能有一行"),
        ("share\t1\t2\nmost\t1", "“share”应有 1 列值"),
        ("share\nmost\t1", "“share”应有 1 列值"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_key(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(SettingsError) as caught:
        numbers_of(table(tmp_path, text), Numbers)

    assert "some.tsv" in caught.value.message
    assert what in caught.value.message


def test_a_list_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "some.tsv"
    path.write_bytes("张\tz\n".encode("gbk"))

    with pytest.raises(SettingsError, match=r"some\.tsv.*UTF-8"):
        list(Table(path))


def test_a_row_of_another_width_is_named(tmp_path: Path) -> None:
    path = tmp_path / "some.tsv"
    path.write_text("甲\t乙\n丙\n", encoding="utf-8")

    with pytest.raises(SettingsError, match=r"some\.tsv：“丙”一行应有 2 列"):
        list(rows_of(path, 2))
