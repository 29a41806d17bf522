"""Published lists of words."""

from pathlib import Path

import pytest

from archsearch.errors import SettingsError
from archsearch.reception import COMMON_PASSWORDS
from archsearch.settings.lists import words
from archsearch.settings.workspace import defaults_folder


def test_words_are_read_in_small_letters_without_remarks(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("# a remark\nOne two\n\n  three\n", "utf-8")

    assert words(path) == {"one", "two", "three"}


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_list_that_cannot_be_read_is_told_by_name(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "list.txt"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(SettingsError, match=r"list\.txt"):
        words(path)


def test_the_shipped_list_has_the_commonest_passwords_of_eight_characters_on() -> None:
    shipped = words(defaults_folder() / COMMON_PASSWORDS)

    assert {"password", "12345678", "qwertyuiop", "5201314520", "一二三四五六七八"} <= shipped
    assert min(map(len, shipped)) == 8
    assert len(shipped) > 2000
