"""Where answers go: data to stdout as table, tab-separated lines or JSON; the rest to stderr."""

import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import click

from archsearch.entrypoints.cli.grid import Column, Table, draw, draw_beside
from archsearch.entrypoints.cli.jsontext import document
from archsearch.entrypoints.cli.text import safe


class Steps(Protocol):
    """Told how far a long operation has come."""

    def __call__(self, name: str, done: int, total: int = 0) -> None:
        """Show that so many rows of a source are done, of so many where that is known."""
        ...


class Output:
    """Shows things to people, and hands them to programs."""

    def __init__(self, *, json: bool, quiet: bool, color: bool) -> None:
        self.json = json
        self._quiet = quiet
        self._color = color
        self._busy = False

    @property
    def people(self) -> bool:
        """Whether a person is looking at the data."""
        return not self.json and _terminal(sys.stdout)

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

    def table(self, table: Table) -> None:
        """Draw a table for people."""
        click.echo(draw(table, _columns(), color=self._color), color=True)

    def listing(self, titles: Sequence[str], rows: Sequence[Sequence[str]], nothing: str) -> None:
        """Draw a list for people, or write it for pipes; of an empty one, say what to do next."""
        if not rows:
            self.note(nothing)
        elif self.people:
            self.table(Table([Column(title) for title in titles], rows))
        else:
            self.lines(rows)

    def tables(self, tables: Iterable[Table]) -> None:
        """Draw small tables beside each other."""
        click.echo(draw_beside(tables, _columns(), color=self._color), color=True)

    def note(self, text: str) -> None:
        """Tell a person something beside the data."""
        if not self._quiet:
            self._tell(text, dim=True)

    def warn(self, text: str) -> None:
        """Tell a person something they should not miss."""
        self._tell(text, fg="yellow")

    def remind(self, text: str) -> None:
        """Tell a person something that asks for attention, though all went well."""
        if not self._quiet:
            self.warn(text)

    def error(self, text: str) -> None:
        """Tell what went wrong."""
        self._tell(text, fg="red")

    def failure(self, value: Any) -> None:
        """Write the one JSON object of a failure."""
        click.echo(document(value, indent=False), err=True)

    @contextmanager
    def progress(self, title: str) -> Iterator[Steps | None]:
        """Show progress on a terminal; gives nothing to call elsewhere.

        Inside of another operation that shows its own, the title is all that is told.
        """
        if self._quiet or not _terminal(sys.stderr):
            yield None
            return
        if self._busy:
            self.note(title)
            yield None
            return
        from archsearch.entrypoints.cli.progress import shown  # noqa: PLC0415 - most wait for no rich

        self._busy = True
        try:
            with shown(title, color=self._color) as steps:
                yield steps
        finally:
            self._busy = False

    def _tell(self, text: str, **style: Any) -> None:
        color = None if self._color else False
        click.secho("\n".join(map(safe, text.split("\n"))), err=True, color=color, **style)


def _columns() -> int:
    return shutil.get_terminal_size().columns


def _terminal(stream: Any) -> bool:
    return stream is not None and stream.isatty()
