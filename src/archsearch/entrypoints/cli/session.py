"""One run of the command line: where, for whom, and how to answer."""

import gc
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archsearch.entrypoints.cli.kinds import TEXT
from archsearch.entrypoints.cli.output import Output

if TYPE_CHECKING:
    from archsearch.bootstrap import Application

USER = "ARCHSEARCH_USER"
_YES = frozenset({"y", "yes", "是"})


@dataclass
class Session:
    """What the common options say; filled while the command line is read.

    ``asked`` is the query being answered, for pointing at a mistake in it.
    """

    environ: Mapping[str, str]
    workspace: Path | None = None
    user: str = ""
    json: bool = False
    quiet: bool = False
    no_color: bool = False
    yes: bool = False
    asked: str = field(default="", repr=False)

    @cached_property
    def out(self) -> Output:
        """Where answers go."""
        color = not (self.no_color or self.environ.get("NO_COLOR"))
        return Output(json=self.json, quiet=self.quiet, color=color)

    @property
    def acting(self) -> str:
        """The user to act for.

        Raises:
            UsageError: None was named.
        """
        user = self.user or TEXT(self.environ.get(USER, ""))
        if not user:
            raise click.UsageError(
                f"请指明以谁的身份操作：加上 --as 用户名，或设置环境变量 {USER}。"
            )
        return user

    @contextmanager
    def archive(self) -> Iterator["Application"]:
        """Open the workspace."""
        open_application, find_workspace = _loaded()
        folder = find_workspace(self.workspace, self.environ, Path())
        application = open_application(folder, self.environ)
        application.watch = self._rebuilding
        try:
            yield application
        finally:
            application.close()

    @contextmanager
    def _rebuilding(self) -> Iterator[Callable[[int], None] | None]:
        """Tell whoever waits that the index is being rebuilt first."""
        with self.out.progress("正在重建索引…") as steps:
            yield (lambda done: steps("", done)) if steps else None

    def confirm_replacing(self, file: Path | None) -> None:
        """Ask before a file is written over; raises as :meth:`confirm`."""
        if file is not None and file.exists():
            self.confirm(f"{file.name} 已存在，将被覆盖，")

    def confirm(self, question: str) -> None:
        """Ask before something that cannot be undone or locks somebody out.

        Raises:
            UsageError: There is nobody to ask.
            Exit: The answer is no.
        """
        if self.yes:
            return
        if not (sys.stdin and sys.stdin.isatty()):
            raise click.UsageError(f"{question}需要确认；在脚本里请加 --yes。")
        click.echo(f"{question}确定吗？[y/N] ", nl=False, err=True)
        if sys.stdin.readline().strip().casefold() not in _YES:
            self.out.warn("已取消，什么也没有做。")
            raise click.exceptions.Exit(1)


def _loaded() -> "tuple[Callable[..., Application], Callable[..., Path]]":
    """Load the application: only here, for help should not wait for numpy and SQLAlchemy."""
    gc.disable()  # loading makes many objects and no garbage; looking for it takes 40 ms
    try:
        from archsearch.bootstrap import open_application  # noqa: PLC0415 - see above
        from archsearch.settings.workspace import find_workspace  # noqa: PLC0415 - see above
    finally:
        gc.enable()
    return open_application, find_workspace
