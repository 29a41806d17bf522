"""Where answers go: data to stdout as table, tab-separated lines or JSON; the rest to stderr."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import click

from archsearch.entrypoints.cli.jsontext import document
from archsearch.entrypoints.cli.text import safe

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

MARKED = "bold red"
"""How what matched a query is shown."""


class Piece(NamedTuple):
    """A stretch of text of one style (rich's names)."""

    text: str
    style: str = ""


Line = tuple[Piece, ...]
Cell = str | tuple[Line, ...]
"""Text, or styled lines."""


class Column(NamedTuple):
    """A column of a table for people; ``whole`` ones are never wrapped."""

    title: str
    style: str = ""
    whole: bool = False
    right: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table for people."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    title: str = ""


class Steps(Protocol):
    """Told how far a long operation has come."""

    def __call__(self, name: str, done: int) -> None:
        """Show that so many rows of a source are done."""
        ...


class Output:
    """Shows things to people, and hands them to programs."""

    def __init__(self, *, json: bool, quiet: bool, color: bool) -> None:
        self.json = json
        self._quiet = quiet
        self._color = color

    @property
    def people(self) -> bool:
        """Whether a person is looking at the data."""
        return not self.json and _terminal(sys.stdout)

    @property
    def columns(self) -> int:
        """How wide the terminal is."""
        return self._console().width

    def document(self, value: Any) -> None:
        """Write the one JSON object of the answer."""
        click.echo(document(value, indent=_terminal(sys.stdout)))

    def lines(self, rows: Iterable[Sequence[str]]) -> None:
        """Write tab-separated lines; tabs and line ends inside are escaped."""
        text = "".join("\t".join(map(safe, row)) + "\n" for row in rows)
        if text:
            click.echo(text, nl=False)

    def text(self, text: str) -> None:
        """Write a text of our own as it is."""
        click.echo(text)

    def table(self, *tables: Table) -> None:
        """Draw tables; several small ones beside each other."""
        from rich.columns import Columns  # noqa: PLC0415 - only people wait for rich
        from rich.table import Table as Drawn  # noqa: PLC0415 - as above

        drawn = []
        for each in tables:
            grid = Drawn(title=each.title or None, title_justify="left", box=None, pad_edge=False)
            for column in each.columns:
                grid.add_column(
                    column.title,
                    style=column.style,
                    header_style="dim",
                    no_wrap=column.whole,
                    overflow="fold",
                    justify="right" if column.right else "left",
                )
            for row in each.rows:
                grid.add_row(*map(_rich, row))
            drawn.append(grid)
        console = self._console()
        console.print(drawn[0] if len(drawn) == 1 else Columns(drawn, padding=(0, 4)))

    def note(self, text: str) -> None:
        """Tell a person something beside the data."""
        if not self._quiet:
            self._tell(text, dim=True)

    def warn(self, text: str) -> None:
        """Tell a person something they should not miss."""
        self._tell(text, fg="yellow")

    def error(self, text: str) -> None:
        """Tell what went wrong."""
        self._tell(text, fg="red")

    def failure(self, value: Any) -> None:
        """Write the one JSON object of a failure."""
        click.echo(document(value, indent=False), err=True)

    @contextmanager
    def progress(self, title: str) -> Iterator[Steps | None]:
        """Show progress on a terminal; gives nothing to call elsewhere."""
        if self._quiet or not _terminal(sys.stderr):
            yield None
            return
        from archsearch.entrypoints.cli.progress import shown  # noqa: PLC0415 - as for tables

        with shown(title, color=self._color) as steps:
            yield steps

    def _tell(self, text: str, **style: Any) -> None:
        color = None if self._color else False
        click.secho("\n".join(map(safe, text.split("\n"))), err=True, color=color, **style)

    def _console(self) -> "Console":
        from rich.console import Console  # noqa: PLC0415 - as for tables

        return Console(
            file=sys.stdout, no_color=not self._color, highlight=False, markup=False, emoji=False
        )


def marked(text: str, spans: Iterable[tuple[int, int]], style: str = "") -> Line:
    """Style the spans of a text that matched."""
    pieces, at = [], 0
    for start, end in spans:
        pieces += [Piece(text[at:start], style), Piece(text[start:end], MARKED)]
        at = end
    return tuple(piece for piece in (*pieces, Piece(text[at:], style)) if piece.text)


def _rich(cell: Cell) -> "Text":
    from rich.text import Text  # noqa: PLC0415 - as for tables

    if isinstance(cell, str):
        return Text(safe(cell))
    lines = [Text.assemble(*((safe(text), style) for text, style in line)) for line in cell]
    return Text("\n").join(lines)


def _terminal(stream: Any) -> bool:
    return stream is not None and stream.isatty()
