"""``archsearch version``."""

import platform

import click

from archsearch import __version__
from archsearch.entrypoints.cli.commands import Command
from archsearch.entrypoints.cli.session import Session


@click.command("version", cls=Command, help="显示 archsearch 和 Python 的版本。")
@click.pass_obj
def command(session: Session) -> None:
    """Show the versions."""
    if session.out.json:
        session.out.document({"version": __version__, "python": platform.python_version()})
    else:
        session.out.text(f"archsearch {__version__}")
