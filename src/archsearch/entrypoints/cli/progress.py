"""Progress on a terminal's stderr."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text

from archsearch.entrypoints.cli.output import Steps
from archsearch.entrypoints.cli.text import safe


@contextmanager
def shown(title: str, *, color: bool) -> Iterator[Steps]:
    """Show how many rows are done; vanishes at the end, when the answer takes its place."""
    console = Console(stderr=True, no_color=not color, highlight=False)
    bars = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        _Count("", markup=False),
        _Speed("", markup=False),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
    with bars:
        task = bars.add_task(title, total=None)
        before, last = 0, ("", 0)

        def step(name: str, done: int, total: int = 0) -> None:
            nonlocal before, last
            if name != last[0]:
                before += last[1]
            last = (name, done)
            told = f"{title} {safe(name)}".strip()
            bars.update(task, description=told, completed=before + done, total=total or None)

        yield step


class _Count(TextColumn):
    def render(self, task: Task) -> Text:
        total = f" / {task.total:.0f}" if task.total else ""
        return Text(f"{task.completed:.0f}{total} 条")


class _Speed(TextColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f} 条/秒" if task.speed else "")
