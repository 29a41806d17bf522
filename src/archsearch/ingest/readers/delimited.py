"""CSV and its kin: comma, tab, semicolon or bar between cells."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any, Self

from archsearch.domain.problem import Problem, Where
from archsearch.ingest.readers.faults import (
    Fault,
    RefusalError,
    cell_too_long,
    too_long,
    too_many_columns,
    truncated,
)
from archsearch.ingest.readers.header import Header, find_header, is_blank
from archsearch.ingest.readers.lines import split_lines
from archsearch.ingest.readers.source import Source
from archsearch.ingest.rows import Row

_DELIMITERS = ",\t;|"
_SAMPLE = 20
_TOLD = re.compile("sep=(.)")
"""A first line by which Excel tells the delimiter."""


def read_delimited(source: Source) -> Iterator[Row | Problem]:
    """Yield the rows of a delimited text, positions by physical line."""
    lines = _Lines(source)
    found = find_header(_records(lines))
    if found is None:
        return
    header, records = found
    ragged = True
    for number, (line, cells) in enumerate(records, 1):
        where = Where(source.name, f"第 {line} 行", number)
        short = len(cells) < len(header.names)
        if short and not ragged and lines.unfinished:
            raise truncated(where.position)
        ragged = (ragged and number > 1) or short
        yield _row(header, cells, where)


def _row(header: Header, cells: Sequence[str | Fault], where: Where) -> Row | Problem:
    if isinstance(cells[0], Fault):
        return cells[0].at(where)
    values = header.values(cells)
    if values is None:
        message = (
            f"这一行有 {len(cells)} 格，列名只有 {len(header.names)} 个；含分隔符的内容请加引号。"
        )
        return Fault("csv_columns", message).at(where)
    return Row(where, values)


class _Lines:
    """The physical lines as the csv module pulls them, and where it stands in them."""

    def __init__(self, source: Source) -> None:
        self.limits = source.limits
        self._lines = split_lines(source.texts(), source.limits.max_row_bytes)
        self.number = 0
        self.delimiter = self._choose_delimiter()
        self.begin()

    def begin(self) -> None:
        """Note that a new record begins with the next line."""
        self.start = self.number + 1
        self.size = 0
        self.overlong = self.ended = self.unfinished = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = next(self._lines, "")
        if line == "":
            self.ended = True
            raise StopIteration
        self.number += 1
        if line is None:
            self.overlong = True
            return "\n"
        self.size += len(line)
        self.unfinished = not line.endswith(("\n", "\r"))
        if self.size > self.limits.max_row_bytes:
            raise csv.Error
        return line

    def _choose_delimiter(self) -> str:
        sample = list(islice(self._lines, _SAMPLE))
        told = _TOLD.fullmatch((sample[0] or "").strip()) if sample else None
        if told:
            del sample[0]
            self.number = 1
        self._lines = chain(sample, self._lines)
        return told[1] if told else sniff([line for line in sample if line])


def sniff(sample: list[str]) -> str:
    """Guess the delimiter: the one that cuts most lines into the same number of cells."""

    def evenness(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(cells) for cells in csv.reader(sample, delimiter=delimiter) if cells)
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        return (count / widths.total(), width) if width > 1 else (0.0, 0)

    try:
        return max(_DELIMITERS, key=evenness)
    except csv.Error:
        return ","


def _records(lines: _Lines) -> Iterator[tuple[int, list[Any]]]:
    """Yield (line, cells); a record that cannot be read has a Fault for its only cell."""
    reader = csv.reader(lines, delimiter=lines.delimiter)
    limits = lines.limits
    while True:
        lines.begin()
        try:
            cells: list[Any] = next(reader)
        except StopIteration:
            return
        except csv.Error:
            lines.overlong = True
            cells = []
        if lines.ended:
            # Only an open quote makes the csv module ask for a line that is not there.
            message = f"第 {lines.start} 行起引号没有成对，或文件不完整；这一行以后没有读取。"
            raise RefusalError("truncated", message, f"第 {lines.start} 行")
        if lines.overlong:
            cells = [too_long(limits.max_row_bytes)]
        elif len(cells) > limits.max_columns and not is_blank(cells[limits.max_columns :]):
            cells = [too_many_columns(limits.max_columns)]
        elif lines.size > limits.max_cell_chars and max(map(len, cells)) > limits.max_cell_chars:
            cells = [cell_too_long(limits.max_cell_chars)]
        yield lines.start, cells
