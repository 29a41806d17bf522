"""``archsearch help``: the help page of a command, for those who look for it there."""

import click

from archsearch.entrypoints.cli.commands import Command, argument


@click.command(
    "help",
    cls=Command,
    help="显示一个命令的用法，与在命令后加 --help 相同；不写命令则列出全部命令。",
    arguments=[("命令", "如 search，或 user add")],
    examples=[("archsearch help search", "检索的用法"), ("archsearch help user add", "添加用户")],
)
@argument("words", nargs=-1, metavar="命令")
@click.pass_context
def command(context: click.Context, words: tuple[str, ...]) -> None:
    """Print a help page."""
    at = context.find_root()
    for word in words:
        if not isinstance(at.command, click.Group):
            raise click.UsageError(f"{at.command_path} 没有下级命令。", at)
        name, found, _ = at.command.resolve_command(at, [word])
        if found is not None:
            at = click.Context(found, parent=at, info_name=name)
    click.echo(at.get_help())
