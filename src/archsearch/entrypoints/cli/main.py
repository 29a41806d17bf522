"""The command ``archsearch``: its overview, its table of commands, and how a run ends."""

import os
import signal
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any, Final

import click

from archsearch import __version__
from archsearch.entrypoints.cli.commands import Group, Member
from archsearch.entrypoints.cli.exits import Exit
from archsearch.entrypoints.cli.failures import failure_of, report, trace
from archsearch.entrypoints.cli.help import listed, page_columns
from archsearch.entrypoints.cli.session import Session

NAME: Final = "archsearch"

MEMBERS: Final = {
    "init": Member("init", "新建工作区"),
    "ingest": Member("ingest", "录入文件和文件夹里的客户档案"),
    "watch": Member("watch", "照看收件夹：放进来的文件自动归档"),
    "inbox": Member("inbox", "收件夹：到了什么，什么在等，什么被退回"),
    "search": Member("search", "检索档案：精确、模糊、筛选、统计"),
    "saved": Member("saved", "保存的检索：有没有新的命中"),
    "show": Member("show", "查看一份档案，或它的历次版本"),
    "history": Member("history", "一份档案的历次版本：谁改了什么"),
    "create": Member("create", "新建一份档案"),
    "change": Member("change", "修改一份档案"),
    "propose": Member("propose", "申请修改一份自己不能修改的档案"),
    "proposal": Member("proposal", "修改申请：查看、采纳、退回"),
    "delete": Member("delete", "删除一份档案"),
    "restore": Member("restore", "恢复删除了的档案"),
    "match": Member("match", "拿一份名单逐个比对"),
    "duplicates": Member("duplicates", "找出可能是同一客户的档案"),
    "suggest": Member("suggest", "补全正在输入的客户名称"),
    "borrow": Member("borrow", "调阅：申请、审批、归还他处的档案"),
    "serve": Member("serve", "启动 HTTP 服务"),
    "user": Member("user", "管理用户"),
    "token": Member("token", "管理令牌：程序调用服务的凭证"),
    "department": Member("department", "管理部门"),
    "dictionary": Member("dictionary", "管理词典：词语、简称、同义词"),
    "index": Member("index", "管理索引：重建、核对、清除"),
    "policy": Member("policy", "权限规则：列出、解释、比较"),
    "key": Member("key", "管理密钥"),
    "audit": Member("audit", "查看和验证操作日志"),
    "whocould": Member("whocould", "某个时刻谁能查看一份档案，为什么"),
    "replay": Member("replay", "重演日志里的一次检索，与当时的回答比较"),
    "doctor": Member("doctor", "体检：档案库、索引、日志是否一致"),
    "completion": Member("completion", "输出命令补全脚本"),
    "help": Member("manual", "显示一个命令的用法"),
    "version": Member("version", "显示版本"),
}

_FIRST_STEPS: Final = [
    ("archsearch init 我的档案", "新建工作区"),
    ("cd 我的档案; export ARCHSEARCH_USER=admin", "以管理员的身份"),
    ("archsearch ingest 客户.xlsx", "录入：Excel、CSV、JSON、XML……"),
    ("archsearch search 张伟", "检索：写错字、拼音、首字母也能找到"),
    ("archsearch search 逾期 --region 华东", "在备注等全文里找，并按地区筛选"),
]


class Program(Group):
    """The root: every run, in a test too, ends with an exit code and never with a trace."""

    def main(
        self, args: Sequence[str] | None = None, *_: Any, complete_var: str | None = None, **__: Any
    ) -> Any:
        """Run a command line; raises SystemExit."""
        arguments = list(sys.argv[1:] if args is None else args)
        session = Session(os.environ)

        def run() -> Any:
            return super(Program, self).main(
                arguments, NAME, complete_var, standalone_mode=False, obj=session
            )

        sys.exit(_ended(run, session, arguments))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was called for."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Whoever read our output has seen enough: `archsearch search 张 | head -1`.
            _silence()
            return Exit.OK


@click.group(
    NAME,
    cls=Program,
    members=MEMBERS,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="客户档案检索：录入、检索、比对，只在各人的检索范围之内，每次操作都有记录。",
    examples=[
        ("archsearch init 我的档案", "新建工作区"),
        ("archsearch ingest 客户.xlsx --as admin", "录入"),
        ("archsearch search 张伟 逾期 --as admin", "检索"),
    ],
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    help="显示版本",
    callback=lambda ctx, _, value: _show_version(ctx) if value else None,
)
@click.pass_context
def cli(context: click.Context) -> None:
    """Show the overview when no command is called for."""
    if context.invoked_subcommand is None:
        click.echo(f"archsearch {__version__}：客户档案检索\n")
        click.echo("\n".join(listed(_FIRST_STEPS, page_columns())))
        click.echo("\n全部命令见 archsearch --help，每个命令的用法见 archsearch 命令 --help。")


def main() -> None:
    """Run the program."""
    if not sys.warnoptions:
        # Whoosh and jieba compile with warnings that are nobody's business here.
        warnings.simplefilter("ignore")
    end_politely()
    for stream in (sys.stdout, sys.stderr):
        # A terminal of another encoding shows what it cannot write as an escape.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")
    cli.main()


def end_politely() -> None:
    """End on SIGTERM and SIGHUP as on ^C, so that nothing half written is left behind."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # Who started us with nohup means it.
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


def _show_version(context: click.Context) -> None:
    click.echo(f"{NAME} {__version__}")
    context.exit()


def _ended(run: Callable[[], Any], session: Session, arguments: Sequence[str]) -> int:
    try:
        code = run()
        for stream in (sys.stdout, sys.stderr):
            if stream:
                stream.flush()
    except BrokenPipeError:
        _silence()
        return Exit.OK
    except Exception as error:  # noqa: BLE001 - the end of the line: every failure gets its words
        # What is wrong may be the very command line that asks for JSON.
        session.json = session.json or "--json" in arguments
        session.__dict__.pop("out", None)
        failure = failure_of(error)
        if failure.code == "internal":
            trace(error, session)
        report(failure, session)
        return failure.exit
    return code if isinstance(code, int) else Exit.OK


def _silence() -> None:
    """Let what is still buffered go nowhere, so that the interpreter does not stumble on it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            descriptor = stream.fileno()
        except (AttributeError, OSError, ValueError):
            continue
        try:
            stream.flush()
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, descriptor)
            os.close(nowhere)
