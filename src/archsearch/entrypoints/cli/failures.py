"""What a person, or a program, is told when a run fails."""

import re
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import click

from archsearch.entrypoints.cli.commands import QueryCommand
from archsearch.entrypoints.cli.exits import Exit, exit_of
from archsearch.entrypoints.cli.session import Session
from archsearch.entrypoints.cli.text import pointed
from archsearch.errors import ArchsearchError, QuerySyntaxError, RejectedError

DEBUG: Final = "ARCHSEARCH_DEBUG"
_POINTED_COLUMNS: Final = 72


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run failed. ``position`` is where in the query; ``hint`` is for people only."""

    code: str
    message: str
    exit: Exit
    position: int | None = None
    hint: str = ""
    problems: tuple[object, ...] = ()

    @property
    def error(self) -> dict[str, Any]:
        """The failure as programs get it."""
        told: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.position is not None:
            told["position"] = self.position
        if self.problems:
            told["problems"] = self.problems
        return {"error": told}


def failure_of(error: BaseException) -> Failure:
    """Explain an exception."""
    if isinstance(error, ArchsearchError):
        position = error.position if isinstance(error, QuerySyntaxError) else None
        problems = error.problems if isinstance(error, RejectedError) else ()
        return Failure(error.code, error.message, exit_of(error), position, problems=problems)
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx else "archsearch"
        hint = f"用法见 {command} --help"
        return Failure("usage", misuse(error), Exit.USAGE, hint=hint)
    if isinstance(error, click.Abort | KeyboardInterrupt):
        message = "已中断。已经完成的部分是安全的，再运行一次会接着做。"
        return Failure("interrupted", message, Exit.INTERRUPTED)
    if isinstance(error, OSError):
        message = f"系统报告读写出错（{error.strerror}）；请检查磁盘、路径和权限。"
        return Failure("io", message, Exit.FAILED)
    # The text of an unforeseen exception may hold personal data; its kind does not.
    message = (
        f"程序内部出错（{type(error).__name__}）；请重试。若仍然出错，"
        f"请设 {DEBUG}=1 再运行一次，把输出交给维护人员。"
    )
    return Failure("internal", message, Exit.FAILED)


def misuse(error: click.UsageError) -> str:
    """Say in Chinese what is wrong with a command line."""
    match error:
        case click.NoSuchOption(option_name=name, possibilities=near):
            return f"没有选项 {name}；" + _meant(error, near)
        case click.BadOptionUsage(option_name=name):
            return f"选项 {name} 后面缺少值，或不该有值。"
        case click.MissingParameter(param=param):
            return f"缺少{_called(param)}。"
        case click.BadParameter(param=param, message=message):
            return f"{_called(param)}：{message}" if param else message
    extra = re.match(r"Got unexpected extra arguments? \((.*)\)", error.message)
    if extra:
        return f"多了参数：{extra[1]}。"
    return error.message


def report(failure: Failure, session: Session) -> None:
    """Tell of a failure on stderr."""
    out = session.out
    if out.json:
        out.failure(failure.error)
        return
    where = "" if failure.position is None else f"（第 {failure.position + 1} 个字）"
    out.error(f"错误：{failure.message}{where}")
    if failure.position is not None and session.asked:
        for line in pointed(session.asked, failure.position, _POINTED_COLUMNS):
            click.echo(f"  {line}", err=True)
    if failure.hint:
        out.note(failure.hint)


def trace(error: BaseException, session: Session) -> None:
    """Print the stack trace for those who asked for it."""
    if session.environ.get(DEBUG):
        click.echo("".join(traceback.format_exception(error)), err=True, nl=False)


def _meant(error: click.UsageError, near: Sequence[str] | None) -> str:
    if near:
        return f"是不是 {near[0]}？"
    if error.ctx and isinstance(error.ctx.command, QueryCommand):
        return "要排除一个词，请写 NOT 词，或先写 -- 再写检索式。"
    command = error.ctx.command_path if error.ctx else "archsearch"
    return f"可用 {command} --help 查看。"


def _called(parameter: click.Parameter | None) -> str:
    if parameter is None:
        return "参数"
    if isinstance(parameter, click.Option):
        return f"选项 {max(parameter.opts, key=len)}"
    return f"参数 {parameter.metavar or parameter.name}"
