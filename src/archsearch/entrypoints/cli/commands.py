"""Commands and groups as all of archsearch's are: lazy, with common options and Chinese help."""

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module
from itertools import takewhile
from typing import Any, NamedTuple

import click

from archsearch.entrypoints.cli.help import Entry, page
from archsearch.entrypoints.cli.kinds import LOCATION, TEXT, USER_NAME, WORD_MARK, Kind
from archsearch.entrypoints.cli.session import Session
from archsearch.entrypoints.cli.text import safe

_PACKAGE = "archsearch.entrypoints.cli"


class Member(NamedTuple):
    """A command of a group: the module it is in, loaded when needed, and what it is for."""

    module: str
    summary: str


def common_options() -> list[click.Parameter]:
    """Make the options that every command takes, before or after its name."""
    return [
        _common(["-C", "--workspace"], "工作区文件夹；也可设 ARCHSEARCH_HOME", kind=LOCATION),
        _common(["--as", "user"], "以谁的身份操作；也可设 ARCHSEARCH_USER", kind=USER_NAME),
        _common(["--json"], "输出一个 JSON 对象，键与 Python 接口相同"),
        _common(["-q", "--quiet"], "只输出数据，不显示进度和提示"),
        _common(["--no-color"], "不用颜色；也可设 NO_COLOR"),
        _common(["-y", "--yes"], "不再询问，直接执行"),
    ]


def _common(names: Sequence[str], explanation: str, *, kind: Kind | None = None) -> click.Option:
    return click.Option(
        names,
        help=explanation,
        type=kind,
        is_flag=kind is None,
        default=None,
        expose_value=False,
        callback=_note,
        metavar=kind.name if kind else None,
    )


def _note(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value is not None and value is not False and parameter.name:
        setattr(context.find_object(Session), parameter.name, value)


class Command(click.Command):
    """A command with the common options.

    Args:
        arguments: Its arguments and what they are.
        examples: Command lines and what they do.
    """

    def __init__(
        self,
        *args: Any,
        arguments: Sequence[Entry] = (),
        examples: Sequence[Entry] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.arguments = arguments
        self.examples = examples
        self.own = tuple(self.params)
        self.params += common_options()

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help page."""
        sections = [
            ("参数", self.arguments),
            ("选项", _entries(self.own)),
            ("例子", self.examples),
            ("通用选项", _common_entries(self, ctx)),
        ]
        formatter.write(page(_usage(self, ctx), self.help or "", sections))


class QueryCommand(Command):
    """A command whose arguments may begin with a minus sign that is no option: ``-逾期``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Shelter such words from click."""
        plain = sum(1 for _ in takewhile(lambda word: word != "--", args))
        sheltered = [WORD_MARK + word if _is_excluded(word) else word for word in args[:plain]]
        return super().parse_args(ctx, sheltered + args[plain:])


class Group(click.Group):
    """A group whose commands are loaded when they are used."""

    def __init__(
        self,
        *args: Any,
        members: Mapping[str, Member],
        examples: Sequence[Entry] = (),
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("invoke_without_command", True)
        super().__init__(*args, **kwargs)
        self.members = members
        self.examples = examples
        self.params += common_options()

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """List the commands in the order of their declaration."""
        return [*self.members, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Find a command; loads its module."""
        member = self.members.get(cmd_name)
        if member is None:
            return super().get_command(ctx, cmd_name)
        command = import_module(f"{_PACKAGE}.{member.module}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"{member.module}.command is no command")
        command.short_help = member.summary
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was called for; show the help page to whoever names none."""
        ended = super().invoke(ctx)
        if ctx.invoked_subcommand is None and ctx.parent is not None:
            session = ctx.find_object(Session)
            if session and session.json:
                raise click.UsageError("缺少命令。", ctx)
            click.echo(ctx.get_help())
        return ended

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that arguments call for."""
        name = args[0]
        names = self.list_commands(ctx)
        if name not in names and not ctx.resilient_parsing:
            near = get_close_matches(name, names, n=1, cutoff=0.5)
            hint = f"是不是 {near[0]}？" if near else f"可用 {ctx.command_path} --help 查看。"
            raise click.UsageError(f"没有命令“{safe(name)}”；{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help page without loading the commands."""
        own = [(name, command.get_short_help_str()) for name, command in self.commands.items()]
        members = [(name, member.summary) for name, member in self.members.items()]
        sections = [
            ("命令", members + own),
            ("例子", self.examples),
            ("通用选项", _common_entries(self, ctx)),
        ]
        formatter.write(page(f"{ctx.command_path} [选项] 命令 …", self.help or "", sections))


def argument(*names: str, **settings: Any) -> Callable[..., Any]:
    """Declare an argument of text, or of another kind."""
    settings.setdefault("type", TEXT)
    return click.argument(*names, **settings)


def option(*names: str, explanation: str, **settings: Any) -> Callable[..., Any]:
    """Declare an option of text, or of another kind."""
    if not settings.get("is_flag"):
        settings.setdefault("type", TEXT)
        settings.setdefault("metavar", settings["type"].name)
    return click.option(*names, help=explanation, **settings)


def _is_excluded(word: str) -> bool:
    return (
        len(word) > 1
        and word[0] == "-"
        and not (word[1].isascii() and word[1].isalpha())
        and (word[1] != "-")
    )


def _usage(command: click.Command, ctx: click.Context) -> str:
    arguments = [p for p in command.params if isinstance(p, click.Argument)]
    return " ".join([ctx.command_path, *map(_argument_usage, arguments), "[选项]"])


def _argument_usage(parameter: click.Argument) -> str:
    name = (parameter.metavar or parameter.name or "") + ("…" if parameter.nargs == -1 else "")
    return name if parameter.required else f"[{name}]"


def _entries(parameters: Sequence[click.Parameter]) -> list[Entry]:
    return [_entry(p) for p in parameters if isinstance(p, click.Option)]


def _entry(parameter: click.Option) -> Entry:
    names = ", ".join(sorted(parameter.opts, key=len))
    term = f"{names} {parameter.metavar}" if parameter.metavar else names
    repeat = "（可重复）" if parameter.multiple else ""
    needed = "（必填）" if parameter.required else ""
    return term, (parameter.help or "") + repeat + needed


def _common_entries(command: click.Command, ctx: click.Context) -> list[Entry]:
    common = [p for p in command.params if not p.expose_value]
    names = ", ".join(sorted(command.get_help_option_names(ctx), key=len))
    return [*_entries(common), (names, "显示本说明")]
