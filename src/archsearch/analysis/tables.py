"""Word lists and tables of ``config/``: text files whose comment lines begin with ``#``."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cached_property
from math import isfinite, nan
from pathlib import Path
from typing import Any

from archsearch.errors import SettingsError


def lines_of(path: Path) -> Iterator[str]:
    """Read the lines of a list that are no comments.

    Raises:
        SettingsError: It cannot be read, or is no UTF-8.
    """
    try:
        with path.open(encoding="utf-8") as lines:
            yield from (line.rstrip("\n") for line in lines if not line.startswith("#"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name}：无法读取，或不是 UTF-8 编码。") from error


def rows_of(path: Path, width: int) -> Iterator[list[str]]:
    """Read the lines of a table of so many columns.

    Raises:
        SettingsError: One has more or fewer.
    """
    for line in lines_of(path):
        row = line.split("\t")
        if len(row) != width:
            shown = line[:20]
            raise SettingsError(f"{path.name}：“{shown}”一行应有 {width} 列，用制表符隔开。")
        yield row


def words_of(path: Path) -> Iterator[str]:
    """Read the words of a list."""
    return (word for line in lines_of(path) for word in line.split())


class Table:
    """A table whose rows have a key, a tab, and one value or several; a key may come again.

    It is read when first needed. Every method raises :class:`~archsearch.errors.SettingsError` for
    what is missing or of the wrong form, naming file and key.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _rows(self) -> Mapping[str, Sequence[list[str]]]:
        found: defaultdict[str, list[list[str]]] = defaultdict(list)
        for line in lines_of(self._path):
            key, *values = line.split("\t")
            found[key].append(values)
        return found

    def __iter__(self) -> Iterator[str]:
        """Give the keys, as they come."""
        return iter(self._rows)

    def pairs(self, key: str) -> list[tuple[str, str]]:
        """Give the rows of a key that have two values each."""
        found = self._of(key, 2)
        return [(first, second) for first, second in found]

    def words(self, key: str) -> list[str]:
        """Give the words of all rows of a key, which spaces part."""
        return [word for (value,) in self._of(key, 1) for word in value.split()]

    def text(self, key: str) -> str:
        """Give the one value of a key."""
        values = self._of(key, 1)
        if len(values) > 1:
            raise SettingsError(f"{self._path.name}：“{key}”只能有一行。")
        return values[0][0]

    def number(self, key: str) -> float:
        """Give the one value of a key as a number."""
        text = self.text(key)
        try:
            number = float(text)
        except ValueError:
            number = nan
        if not isfinite(number):
            raise SettingsError(f"{self._path.name}：“{key}”的值应为数字。")
        return number

    def count(self, key: str) -> int:
        """Give the one value of a key as a whole number from 1 on."""
        number = self.number(key)
        if number < 1 or number != int(number):
            raise SettingsError(f"{self._path.name}：“{key}”的值应为正整数。")
        return int(number)

    def _of(self, key: str, width: int) -> Sequence[list[str]]:
        rows = self._rows.get(key, ())
        if not rows:
            raise SettingsError(f"{self._path.name}：缺少“{key}”；可对照默认的同名文件补上。")
        if any(len(row) != width for row in rows):
            raise SettingsError(f"{self._path.name}：“{key}”应有 {width} 列值，用制表符隔开。")
        return rows


def numbers_of(table: Table, kind: type[Any]) -> dict[str, Any]:
    """Read what the fields of a dataclass are called that are numbers: floats, and counts.

    Raises:
        SettingsError: One is missing, or is no number.
    """
    read = {float: table.number, int: table.count}
    return {each.name: read[each.type](each.name) for each in fields(kind) if each.type in read}
