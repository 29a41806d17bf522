"""What somebody logs in by: ``archsearch user password``, ``totp``, ``sessions`` and others."""

import sys
from collections.abc import Callable, Sequence
from getpass import getpass
from typing import Final

import click

from archsearch.entrypoints.cli import moments
from archsearch.entrypoints.cli.commands import Command, argument, option
from archsearch.entrypoints.cli.kinds import Number
from archsearch.entrypoints.cli.output import Output
from archsearch.entrypoints.cli.session import Session
from archsearch.errors import InvalidRequestError

_USER: Final = [("用户名", "")]
_TITLES: Final = ("编号", "开始", "最后使用", "最迟结束", "来源")


@click.command(
    "password",
    cls=Command,
    short_help="设置密码",
    help="""设置用户登录网页用的密码；命令行和 Python 接口不需要密码。该用户的会话随即全部结束。

    在终端上输入两次，不显示；在脚本里从标准输入读一行。替别人设的密码，首次登录时必须改掉。
    密码只求够长、不常见，不要求符号和数字。""",
    arguments=_USER,
    examples=[
        ("archsearch user password admin", "输入新密码"),
        ("archsearch user password li.na --generate", "生成一个，只显示这一次"),
    ],
)
@argument("name", metavar="用户名")
@option("--generate", is_flag=True, explanation="生成一个密码，输出到标准输出，只此一次")
@click.pass_obj
def password(session: Session, name: str, *, generate: bool) -> None:
    """Set a password."""
    user = session.acting
    typed = None if generate else _typed_twice()
    with session.archive() as archive:
        made = archive.reception.passwords.set(name, typed, user)
    if session.out.json:
        told = {"user": name, "must_change": user != name}
        session.out.document({**told, "password": made} if made else told)
        return
    if made:
        session.out.text(made)
    session.out.note(
        "密码已设置。" if user == name else f"密码已设置；{name} 首次登录时须改成自己的。"
    )


@click.command(
    "totp",
    cls=Command,
    short_help="启用或取消动态验证码",
    help="""启用动态验证码（TOTP）：登录时除密码外，还要验证器应用里的六位数字。

    先输出要录入验证器的地址（otpauth://…），再输入验证器显示的第一个验证码；对了才生效，
    并给出十个恢复码，各能用一次，请抄下收好。在脚本里分两步：先不带 --confirm，再带上它。""",
    arguments=_USER,
    examples=[
        ("archsearch user totp li.na", "启用"),
        ("archsearch user totp li.na --confirm 123456", "用第一个验证码确认"),
        ("archsearch user totp li.na --remove", "取消，如手机丢了"),
    ],
)
@argument("name", metavar="用户名")
@option("--confirm", metavar="验证码", explanation="用验证器显示的第一个验证码确认")
@option("--remove", is_flag=True, explanation="取消；该用户的会话全部结束")
@click.pass_obj
def totp(session: Session, name: str, *, confirm: str | None, remove: bool) -> None:
    """Set a second factor up, or take it away."""
    if remove and confirm:
        raise click.UsageError("--confirm 和 --remove 只能选一个。")
    user = session.acting
    if remove:
        session.confirm(f"取消 {name} 的动态验证码，")
    with session.archive() as archive:
        factor = archive.reception.second_factor
        if remove:
            factor.remove(name, user)
            _told(session, {"user": name, "removed": True}, "动态验证码已取消。")
            return
        if confirm is None:
            begun = factor.begin(name, user)
            if session.out.json:
                session.out.document(begun)
                return
            session.out.lines([[begun.uri]])
            session.out.note(f"在验证器应用里录入以上地址，或手工输入密钥 {begun.secret}。")
            codes = _confirmed(lambda code: factor.confirm(name, code, user), session.out)
            if not codes:
                session.out.note("还没有生效；请用 --confirm 验证码 确认。")
                return
        else:
            codes = factor.confirm(name, confirm.strip(), user)
    if session.out.json:
        session.out.document({"user": name, "recovery_codes": codes})
        return
    session.out.note("动态验证码已启用。恢复码（只显示这一次，每个能用一次）：")
    session.out.lines([code] for code in codes)


@click.command(
    "unlock",
    cls=Command,
    short_help="解除登录限制",
    help="忘掉一个账号上输错的次数，谁都不用再等。账号本人用过的设备，本来就不受别人输错的影响。",
    arguments=_USER,
)
@argument("name", metavar="用户名")
@click.pass_obj
def unlock(session: Session, name: str) -> None:
    """Lift the waits at an account."""
    user = session.acting
    with session.archive() as archive:
        archive.reception.accounts.unlock(name, user)
    _told(session, {"user": name, "unlocked": True}, "登录限制已解除。")


@click.command(
    "sessions",
    cls=Command,
    short_help="列出一个用户的会话",
    help="""列出一个用户登录着的会话。

    在管道里每行一个，以制表符分隔：编号、开始、最后使用、最迟结束（UTC）、来源。""",
    arguments=_USER,
)
@argument("name", metavar="用户名")
@click.pass_obj
def sessions(session: Session, name: str) -> None:
    """List sessions."""
    user, out = session.acting, session.out
    with session.archive() as archive:
        found = archive.reception.accounts.sessions(name, user)
    if out.json:
        out.document({"sessions": found})
        return
    show = moments.shown if out.people else moments.written
    rows = [
        [str(one.id), show(one.created_at), show(one.seen_at), show(one.ends_at), one.source]
        for one in found
    ]
    out.listing(_TITLES, rows, f"{name} 没有登录着的会话。")


@click.command(
    "logout",
    cls=Command,
    short_help="结束一个用户的会话",
    help="结束一个用户的全部会话，或其中一个；从下一次请求起生效。",
    arguments=_USER,
)
@argument("name", metavar="用户名")
@option("--session", "number", type=Number(1), explanation="只结束这一个；编号见 user sessions")
@click.pass_obj
def logout(session: Session, name: str, number: int | None) -> None:
    """End sessions."""
    user = session.acting
    with session.archive() as archive:
        ended = archive.reception.accounts.end(name, user, number)
    _told(session, {"user": name, "ended": ended}, f"结束了 {ended} 个会话。")


@click.command(
    "show",
    cls=Command,
    short_help="查看一个用户",
    help="查看一个用户：角色、部门、密级，有没有密码和动态验证码，登录着几处，有几个令牌。",
    arguments=_USER,
)
@argument("name", metavar="用户名")
@click.pass_obj
def show(session: Session, name: str) -> None:
    """Tell how an account stands."""
    from archsearch.domain.labels import ROLES  # noqa: PLC0415 - this command alone

    by, out = session.acting, session.out
    with session.archive() as archive:
        account = archive.reception.accounts.show(name, by)
    if out.json:
        out.document(account)
        return
    user = account.user
    kept = "有，首次登录须改" if account.must_change_password else "有"
    factor = f"已启用，恢复码还剩 {account.recovery_codes} 个" if account.second_factor else "无"
    out.lines(
        [
            ["用户名", user.name],
            ["姓名", user.display_name],
            ["角色", ROLES[user.role] if user.role else "无"],
            ["部门", "、".join(sorted(user.departments))],
            ["密级", user.clearance],
            ["状态", "已停用" if user.disabled else "正常"],
            ["密码", kept if account.password else "无"],
            ["动态验证码", factor],
            ["会话", str(account.sessions)],
            ["令牌", str(account.tokens)],
            ["陌生来源须等", f"{account.wait_seconds} 秒"],
        ]
    )


COMMANDS: Final = (show, password, totp, unlock, sessions, logout)


def _typed_twice() -> str:
    """Read a password: twice from a person, once from a script."""
    if not _at_terminal():
        typed = sys.stdin.readline().rstrip("\r\n")
        if not typed:
            raise click.UsageError("标准输入里没有密码；可以用 --generate 生成一个。")
        return typed
    first = _hidden("新密码（不显示）：")
    if first != _hidden("再输入一次："):
        raise click.UsageError("两次输入的密码不一样；什么也没有改。")
    return first


def _at_terminal() -> bool:
    return bool(sys.stdin and sys.stdin.isatty())


def _hidden(question: str) -> str:
    return getpass(question, stream=sys.stderr)


def _confirmed(confirm: Callable[[str], Sequence[str]], out: Output) -> Sequence[str]:
    """Ask a person for a code until it is right; the recovery codes, or nothing without one."""
    while code := _asked("验证器显示的六位数字："):
        try:
            return confirm(code)
        except InvalidRequestError as error:
            out.warn(error.message)
    return ()


def _asked(question: str) -> str:
    """Ask a person; nobody else is there to answer."""
    if not _at_terminal():
        return ""
    click.echo(question, nl=False, err=True)
    return sys.stdin.readline().strip()


def _told(session: Session, document: dict[str, object], note: str) -> None:
    if session.out.json:
        session.out.document(document)
    else:
        session.out.note(note)
