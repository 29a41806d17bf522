"""``archsearch proposal``: what was proposed, and deciding about it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import click

from archsearch.entrypoints.cli import proposed
from archsearch.entrypoints.cli.commands import Command, Group, argument, option
from archsearch.entrypoints.cli.kinds import Number
from archsearch.entrypoints.cli.session import Session

if TYPE_CHECKING:
    from archsearch.services.proposals import ShownProposal
    from archsearch.services.proposing import ProposalService

_PROPOSAL: Final = ("申请号", "如 li.na-P3")


@click.group(
    "proposal",
    cls=Group,
    members={},
    help="""修改申请：员工用 archsearch propose 提出，由能修改那份档案的人看过差异后采纳或退回。
    不能处理自己的申请。""",
    examples=[
        ("archsearch proposal list --inbox", "等我处理的"),
        ("archsearch proposal show li.na-P1", "看差异"),
        ("archsearch proposal accept li.na-P1", "采纳"),
        ("archsearch proposal refuse li.na-P1 --reason 与证件不符", "退回"),
    ],
)
def command() -> None:
    """Decide about proposals."""


@command.command(
    "list",
    cls=Command,
    short_help="列出修改申请，新的在前",
    help="""列出修改申请，新的在前：我的、等我处理的，或我能看到的全部。

    在管道里每行一个申请，以制表符分隔：申请号、申请人、状态、档号、时间、字段、理由。""",
)
@option("--inbox", is_flag=True, explanation="等我处理的")
@option("--all", "everything", is_flag=True, explanation="我能看到的全部")
@option("--limit", type=Number(1), default=100, explanation="最多几个，默认 100")
@click.pass_obj
def list_proposals(session: Session, *, inbox: bool, everything: bool, limit: int) -> None:
    """List proposals."""
    user = session.acting
    if inbox and everything:
        raise click.UsageError("--inbox 和 --all 只能选一个。")
    with session.archive() as archive:
        # Loaded only here: help should not wait for the services.
        from archsearch.services.proposals import WhichProposals  # noqa: PLC0415 - see above

        which = WhichProposals.MINE
        if inbox or everything:
            which = WhichProposals.INBOX if inbox else WhichProposals.ALL
        found = archive.proposing.desk.listed(user, which, limit=limit)
        schema = archive.settings.schema
    proposed.show_all(found, schema, session.out)


@command.command(
    "show",
    cls=Command,
    short_help="查看一个修改申请和它的差异",
    help="""查看一个修改申请：提出时、现在、拟改为什么。敏感字段已脱敏；不能再查看那份档案的申请人，
    只看得到申请的状态。

    在管道里每行一个字段，以制表符分隔：申请号、状态、字段、提出时、现在、拟改为、
    标记（conflict 此后又被改过，concealed 有改动而内容隐藏）。""",
    arguments=[_PROPOSAL],
    examples=[
        ("archsearch proposal show li.na-P1 --reveal --reason 核对证件", "连同敏感字段的原文"),
    ],
)
@argument("proposal_id", metavar="申请号")
@option("--reveal", is_flag=True, explanation="敏感字段显示原文；须有权限，并用 --reason 写明理由")
@option("--reason", metavar="理由", explanation="为什么要看原文；记入操作日志")
@click.pass_obj
def show(session: Session, proposal_id: str, *, reveal: bool, reason: str | None) -> None:
    """Show a proposal."""
    user = session.acting
    if reveal != bool((reason or "").strip()):
        raise click.UsageError("查看原文要写 --reveal，并写明理由：--reason 理由。")
    with session.archive() as archive:
        found = archive.proposing.desk.show(proposal_id, user, reason if reveal else None)
        schema = archive.settings.schema
    proposed.show(found, schema, session.out)


@command.command(
    "accept",
    cls=Command,
    short_help="采纳",
    help="""采纳：按申请修改档案，存成新的一版。其他字段此后的修改保留；要改的字段本身又被改过时，
    须看过差异，再写明看到的版本（--if-version）。""",
    arguments=[_PROPOSAL],
    examples=[("archsearch proposal accept li.na-P1 --if-version 4", "看过第 4 版之后采纳")],
)
@argument("proposal_id", metavar="申请号")
@option("--if-version", type=Number(1), metavar="版本", explanation="档案现在须是这一版")
@option("--note", default="", metavar="说明", explanation="申请人可见")
@click.pass_obj
def accept(session: Session, proposal_id: str, if_version: int | None, note: str) -> None:
    """Accept."""
    _decide(
        session,
        lambda service, user: service.accept(proposal_id, user, expected=if_version, note=note),
        "已采纳。",
    )


@command.command(
    "refuse",
    cls=Command,
    short_help="退回",
    help="退回，申请人看得到理由。",
    arguments=[_PROPOSAL],
)
@argument("proposal_id", metavar="申请号")
@option("--reason", required=True, metavar="理由", explanation="理由，申请人可见")
@click.pass_obj
def refuse(session: Session, proposal_id: str, reason: str) -> None:
    """Refuse."""
    _decide(
        session,
        lambda service, user: service.refuse(proposal_id, user, reason=reason),
        "已退回。",
    )


@command.command(
    "withdraw",
    cls=Command,
    short_help="撤回自己的申请",
    help="撤回自己的还没有处理的申请。",
    arguments=[_PROPOSAL],
)
@argument("proposal_id", metavar="申请号")
@click.pass_obj
def withdraw(session: Session, proposal_id: str) -> None:
    """Withdraw."""
    _decide(session, lambda service, user: service.withdraw(proposal_id, user), "已撤回。")


def _decide(
    session: Session, deed: "Callable[[ProposalService, str], ShownProposal]", told: str
) -> None:
    user = session.acting
    with session.archive() as archive:
        changed = deed(archive.proposing, user)
        schema = archive.settings.schema
    proposed.show(changed, schema, session.out)
    session.out.note(told)
