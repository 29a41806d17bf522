"""``archsearch borrow``: borrowing records."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from archsearch.domain.borrowing import Wish
from archsearch.entrypoints.cli import loans
from archsearch.entrypoints.cli.commands import Command, Group, argument, option
from archsearch.entrypoints.cli.kinds import LOCATION, Number
from archsearch.entrypoints.cli.session import Session

if TYPE_CHECKING:
    from archsearch.services.borrow_desk import Borrowing
    from archsearch.services.lending import LendingService

_REQUEST: Final = ("申请号", "如 li.na-3")
_RECORDS: Final = ("档号", "只对这几份；不写则对全部")
_ANSWERS: Final = {"elsewhere": "他处存有，可申请调阅。", "none": "没有可供调阅的档案。"}


@click.group(
    "borrow",
    cls=Group,
    members={},
    help="""调阅：申请查看自己检索范围以外的档案，经管理员或档案所在部门的经理批准，在期限内查看，
    用毕归还。到期自动失效，收回后下一次检索就看不到。不能审批自己的申请，管理员也不例外。

    提交申请时不会告诉您有没有这份档案；14 天（可配置）内没有人批准，申请自动失效。""",
    examples=[
        ("archsearch borrow find 张伟 11010519491231002X", "他处有没有可以调阅的档案"),
        (
            "archsearch borrow request A001-GR-2026-000001 --purpose 贷后检查 --reason 核对担保",
            "申请",
        ),
        ("archsearch borrow list --inbox", "等我审批的"),
        ("archsearch borrow approve li.na-1 --days 3", "批准 3 天"),
        ("archsearch borrow list --due 2", "两天内到期的"),
    ],
)
def command() -> None:
    """Borrow records."""


@command.command(
    "request",
    cls=Command,
    short_help="申请调阅",
    help="""申请调阅：写明档号，或者客户的完整名称和证件号码（--name、--id-number）。

    批准之前，回答总是“已提交”，不会告诉您有没有这份档案。理由等文字里的证件号码、电话会被遮盖。""",
    arguments=[("档号", "一份或几份")],
    examples=[
        (
            "archsearch borrow request A001-GR-2026-000001 --purpose 贷后检查 --reason 核对担保",
            "按档号",
        ),
        (
            "archsearch borrow request --name 张伟 --id-number - --purpose 贷前 --reason 新授信",
            "证件号码从标准输入读，不留在命令历史里",
        ),
    ],
)
@argument("records", nargs=-1, metavar="档号")
@option("--purpose", required=True, metavar="用途", explanation="用途，如 贷后检查")
@option("--reason", required=True, metavar="理由", explanation="为什么需要")
@option("--name", default="", metavar="名称", explanation="客户的完整名称")
@option("--id-number", default="", metavar="号码", explanation="客户的证件号码；- 为标准输入")
@option("--days", type=Number(1), explanation="几天；默认 7，最多 30（可配置）")
@option("--sensitive", is_flag=True, explanation="还需要查看敏感字段")
@click.pass_obj
def request(session: Session, /, records: tuple[str, ...], **given: Any) -> None:
    """Ask for records."""
    user = session.acting
    wish = Wish(
        purpose=given["purpose"],
        reason=given["reason"],
        records=records,
        name=given["name"],
        id_number=_number(given["id_number"]),
        days=given["days"],
        sensitive=given["sensitive"],
    )
    with session.archive() as archive:
        made = archive.borrow.asking.request(wish, user)
    loans.show(made, session.out)
    session.out.note(f"申请 {made.id} 已提交，等待审批。")


@command.command(
    "find",
    cls=Command,
    short_help="查询一个客户是否在他处存有档案、可以调阅",
    help="""按完整名称和证件号码查询：这个客户在您的检索范围以外是否存有档案、可以申请调阅。

    回答只有“他处存有，可申请调阅”（elsewhere）和“没有可供调阅的档案”（none）。每人每天次数有限，
    每次都有记录。您自己能看到的档案请直接检索。

    在管道里一行，以制表符分隔：回答、今天还可查询的次数。""",
    arguments=[("名称", "客户的完整名称"), ("证件号码", "完整的号码；- 为标准输入")],
)
@argument("name", metavar="名称")
@argument("id_number", metavar="证件号码")
@click.pass_obj
def find(session: Session, name: str, id_number: str) -> None:
    """Tell whether a customer is on file elsewhere."""
    user = session.acting
    number = _number(id_number)
    with session.archive() as archive:
        found = archive.borrow.asking.find(name, number, user)
    out = session.out
    if out.json:
        out.document(found)
    elif out.people:
        out.text(_ANSWERS[found.answer])
    else:
        out.lines([[found.answer, str(found.left)]])
    out.note(f"今天还可以查询 {found.left} 次。")


@command.command(
    "list",
    cls=Command,
    short_help="列出调阅申请，新的在前",
    help="""列出调阅申请，新的在前：我的、等我审批的，或我能看到的全部。

    在管道里每行一个申请，以制表符分隔：申请号、申请人、状态、用途、申请天数、最早的到期时间、
    申请的档案。""",
    examples=[
        ("archsearch borrow list", "我的申请"),
        ("archsearch borrow list --inbox", "等我审批的"),
        ("archsearch borrow list --due 3", "三天内到期的：我借的和我管的"),
    ],
)
@option("--inbox", is_flag=True, explanation="等我审批的")
@option("--all", "everything", is_flag=True, explanation="我能看到的全部")
@option("--due", type=Number(), metavar="天数", explanation="几天内到期的，我借的和我管的")
@option("--limit", type=Number(1), default=100, explanation="最多几个，默认 100")
@click.pass_obj
def list_requests(
    session: Session, *, inbox: bool, everything: bool, due: int | None, limit: int
) -> None:
    """List requests."""
    user = session.acting
    if inbox and (everything or due is not None):
        raise click.UsageError("--inbox 不能与 --all、--due 一起用。")
    with session.archive() as archive:
        # Loaded only here: help should not wait for the services.
        from archsearch.services.borrow_reading import Which  # noqa: PLC0415 - see above

        wide = everything or due is not None
        which = Which.INBOX if inbox else Which.ALL if wide else Which.MINE
        found = archive.borrow.reading.list(user, which, due=due, limit=limit)
    loans.show_all(found, session.out)


@command.command(
    "show",
    cls=Command,
    short_help="查看一个申请和它的办理记录",
    help="""查看一个申请和它的办理记录。申请人看到自己写的和审批结果；审批人看到由自己审批的档案。

    在管道里每行一份档案，以制表符分隔：序号、申请的档案、状态、到期时间、是否含敏感字段、
    档号、客户名称。""",
    arguments=[_REQUEST],
)
@argument("request_id", metavar="申请号")
@click.pass_obj
def show(session: Session, request_id: str) -> None:
    """Show a request."""
    user = session.acting
    with session.archive() as archive:
        found = archive.borrow.reading.show(request_id, user)
    loans.show(found, session.out)


@command.command(
    "approve",
    cls=Command,
    short_help="批准",
    help="批准由我审批的档案，或其中几份；可以缩短期限，可以不给看敏感字段。续借也这样批准。",
    arguments=[_REQUEST, _RECORDS],
    examples=[("archsearch borrow approve li.na-1 A001-GR-2026-000001 --days 3", "部分批准")],
)
@argument("request_id", metavar="申请号")
@argument("records", nargs=-1, metavar="档号")
@option("--days", type=Number(1), explanation="几天；默认按申请，不能更长")
@option("--no-sensitive", is_flag=True, explanation="不给看敏感字段")
@option("--note", default="", metavar="意见", explanation="审批意见，申请人可见")
@click.pass_obj
def approve(session: Session, /, request_id: str, records: tuple[str, ...], **given: Any) -> None:
    """Approve."""
    sensitive = False if given["no_sensitive"] else None
    _bring_on(
        session,
        lambda lending, user: lending.approve(
            request_id,
            user,
            records=records,
            days=given["days"],
            sensitive=sensitive,
            note=given["note"],
        ),
        "已批准。",
    )


_REASON = option("--reason", required=True, metavar="理由", explanation="理由，申请人可见")


@command.command(
    "refuse",
    cls=Command,
    short_help="退回",
    help="退回由我审批的档案，或其中几份；续借也这样退回。申请人看得到理由，看不到是谁退回的。",
    arguments=[_REQUEST, _RECORDS],
)
@argument("request_id", metavar="申请号")
@argument("records", nargs=-1, metavar="档号")
@_REASON
@click.pass_obj
def refuse(session: Session, request_id: str, records: tuple[str, ...], reason: str) -> None:
    """Refuse."""
    _bring_on(
        session,
        lambda lending, user: lending.refuse(request_id, user, reason=reason, records=records),
        "已退回。",
    )


@command.command(
    "revoke",
    cls=Command,
    short_help="提前收回",
    help="提前收回借出的档案，或其中几份；对方下一次检索就看不到。",
    arguments=[_REQUEST, _RECORDS],
)
@argument("request_id", metavar="申请号")
@argument("records", nargs=-1, metavar="档号")
@_REASON
@click.pass_obj
def revoke(session: Session, request_id: str, records: tuple[str, ...], reason: str) -> None:
    """Take back."""
    _bring_on(
        session,
        lambda lending, user: lending.revoke(request_id, user, reason=reason, records=records),
        "已收回。",
    )


@command.command(
    "withdraw",
    cls=Command,
    short_help="撤回自己的申请",
    help="撤回自己的申请中还没有审批的部分；等待审批的续借也可以撤回。",
    arguments=[_REQUEST],
)
@argument("request_id", metavar="申请号")
@click.pass_obj
def withdraw(session: Session, request_id: str) -> None:
    """Withdraw."""
    _bring_on(session, lambda lending, user: lending.withdraw(request_id, user), "已撤回。")


@command.command(
    "return",
    cls=Command,
    short_help="归还",
    help="提前归还借到的档案，或其中几份，随即不能再查看。",
    arguments=[_REQUEST, _RECORDS],
)
@argument("request_id", metavar="申请号")
@argument("records", nargs=-1, metavar="档号")
@click.pass_obj
def give_back(session: Session, request_id: str, records: tuple[str, ...]) -> None:
    """Return."""
    _bring_on(
        session,
        lambda lending, user: lending.give_back(request_id, user, records=records),
        "已归还。",
    )


@command.command(
    "renew",
    cls=Command,
    short_help="申请续借",
    help="申请续借，从原来的到期时间接着算；和申请一样需要批准，次数有限。",
    arguments=[_REQUEST, _RECORDS],
)
@argument("request_id", metavar="申请号")
@argument("records", nargs=-1, metavar="档号")
@option("--days", type=Number(1), explanation="续几天；默认 7")
@option("--reason", required=True, metavar="理由", explanation="为什么还需要")
@click.pass_obj
def renew(
    session: Session, request_id: str, records: tuple[str, ...], days: int | None, reason: str
) -> None:
    """Ask for more days."""
    _bring_on(
        session,
        lambda lending, user: lending.renew(
            request_id, user, reason=reason, days=days, records=records
        ),
        "续借已提交，等待审批。",
    )


@command.command(
    "form",
    cls=Command,
    short_help="打印《客户档案使用申请表》",
    help="""把申请和办理记录写成《客户档案使用申请表》：一个 HTML 文件，用浏览器打开即可打印（A4），
    留有签字栏。暂不直接生成 PDF，可以在浏览器里打印成 PDF。""",
    arguments=[_REQUEST],
    examples=[("archsearch borrow form li.na-1 -o 申请表.html", "写进文件")],
)
@argument("request_id", metavar="申请号")
@option("-o", "--output", type=LOCATION, explanation="HTML 文件；不写则输出到标准输出")
@click.pass_obj
def form(session: Session, request_id: str, output: Path | None) -> None:
    """Write the form."""
    user = session.acting
    session.confirm_replacing(output)
    with session.archive() as archive:
        page = archive.borrow.reading.form(request_id, user)
    if output is None:
        if session.out.json:
            session.out.document({"html": page})
        else:
            session.out.text(page)
        return
    # Loaded only here: most forms are looked at, not kept.
    from archsearch.entrypoints.cli.files import written  # noqa: PLC0415 - see above

    with written(output) as file:
        file.write(page)
    if session.out.json:
        session.out.document({"output": output})
    else:
        session.out.lines([[str(output)]])


def _bring_on(
    session: Session, deed: "Callable[[LendingService, str], Borrowing]", told: str
) -> None:
    user = session.acting
    with session.archive() as archive:
        changed = deed(archive.borrow.lending, user)
    loans.show(changed, session.out)
    session.out.note(told)


def _number(text: str) -> str:
    """Read a number of identity that is not to stand on the command line."""
    if text != "-":
        return text
    if sys.stdin.isatty():
        click.echo("证件号码：", nl=False, err=True)
    return sys.stdin.readline().strip()
