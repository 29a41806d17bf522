"""``archsearch completion``: shell completion."""

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from archsearch.entrypoints.cli.commands import Command, argument
from archsearch.entrypoints.cli.kinds import OneOf

_NAME = "archsearch"
_VARIABLE = "_ARCHSEARCH_COMPLETE"
_SHELLS: dict[str, type[ShellComplete]] = {
    "bash": BashComplete,
    "zsh": ZshComplete,
    "fish": FishComplete,
}


@click.command(
    "completion",
    cls=Command,
    help="输出命令补全脚本；让 shell 在启动时读入，按 Tab 即可补全命令和选项。",
    arguments=[("SHELL", "bash、zsh 或 fish")],
    examples=[
        ('eval "$(archsearch completion bash)"', "写进 ~/.bashrc"),
        ('eval "$(archsearch completion zsh)"', "写进 ~/.zshrc"),
        ("archsearch completion fish > ~/.config/fish/completions/archsearch.fish", "fish"),
    ],
)
@argument("shell", type=OneOf({name: name for name in _SHELLS}), metavar="SHELL")
def command(shell: str) -> None:
    """Print the script."""
    maker = _SHELLS[shell](click.Command(_NAME), {}, _NAME, _VARIABLE)
    # The template itself: click's own way would start a bash to look at its version.
    click.echo(maker.source_template % maker.source_vars())
