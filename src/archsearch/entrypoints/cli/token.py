"""``archsearch token``: ways in for programs."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import click

from archsearch.domain.labels import ERRANDS, RIGHTS
from archsearch.domain.sessions import ApiToken
from archsearch.entrypoints.cli import moments
from archsearch.entrypoints.cli.commands import Command, Group, argument, option
from archsearch.entrypoints.cli.kinds import TEXT, USER_NAME, Kind, Number
from archsearch.entrypoints.cli.output import Output
from archsearch.entrypoints.cli.request import listed
from archsearch.entrypoints.cli.session import Session

_KNOWN: Final = {**RIGHTS, **ERRANDS}
_NOTHING: Final = "没有令牌；建立：archsearch token create --user 用户 --name 名称 --rights read"
_TITLES: Final = ("编号", "用户", "名称", "权限", "有效至", "最后使用", "状态")


class Rights(Kind):
    """Rights between commas, by word or in Chinese."""

    name = "权限"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Read rights."""
        if isinstance(value, tuple):
            return value
        known = {meaning: word for word, meaning in _KNOWN.items()}
        words = [known.get(word, word) for word in listed(TEXT.convert(value, param, ctx))]
        for word in words:
            if word not in _KNOWN:
                offered = "、".join(f"{word}（{meaning}）" for word, meaning in _KNOWN.items())
                self.fail(f"没有权限“{word}”；可选：{offered}。", param, ctx)
        return tuple(words)


@click.group(
    "token",
    cls=Group,
    members={},
    help="""管理令牌：别的程序凭令牌调用服务。令牌属于一个用户（一般是程序账号），
    权限不超过该用户，还可以更小；到期失效，随时可以吊销。""",
    examples=[
        ("archsearch user add 核心系统 --role program --department 总行", "先建程序账号"),
        ("archsearch token create --user 核心系统 --name 夜间比对 --rights read,screen", "建立"),
        ("archsearch token list", "列出"),
    ],
)
def command() -> None:
    """Manage tokens."""


@command.command(
    "create",
    cls=Command,
    short_help="建立令牌",
    help="""建立令牌；输出到标准输出，只此一次，请立即存好。

    令牌只做写明的事。要以用户的名义申请修改（propose）或申请调阅（borrow），
    也须写明。""",
    examples=[
        ("archsearch token create --user 核心系统 --name 夜间比对 --rights read,screen", ""),
    ],
)
@option("--user", "owner", type=USER_NAME, required=True, explanation="以谁的权限")
@option("--name", required=True, metavar="名称", explanation="做什么用的")
@option(
    "--rights", type=Rights(), required=True, explanation="哪些权限，以逗号分隔，如 read,screen"
)
@option("--days", type=Number(1), metavar="天数", explanation="多少天后失效")
@click.pass_obj
def create(
    session: Session, owner: str, name: str, rights: tuple[str, ...], days: int | None
) -> None:
    """Make a token."""
    from archsearch.domain.policy import Errand, Right  # noqa: PLC0415 - help should not wait

    user, out = session.acting, session.out
    with session.archive() as archive:
        service = archive.reception.tokens
        wanted = [Errand(each) if each in ERRANDS else Right(each) for each in rights]
        made = service.create(owner, name, wanted, user, days=days)
    if out.json:
        out.document(made)
        return
    out.text(made.secret)
    until = moments.shown(made.token.expires_at)
    out.note(f"令牌 {made.token.id} 已建立，{until} 失效；上面这一行不会再显示，请立即存好。")
    if Right.READ not in wanted and {Right.SCREEN, Right.DUPLICATES}.intersection(wanted):
        out.warn("其中没有 read（读）：凭这个令牌比对不到任何档案。")


@command.command(
    "list",
    cls=Command,
    short_help="列出令牌",
    help="""列出令牌，吊销和过期的也在内；不显示令牌本身。

    在管道里每行一个，以制表符分隔：编号、用户、名称、权限、有效至（UTC）、最后使用的日子、
    状态（active、disabled、expired、revoked）。""",
)
@option("--user", "owner", type=USER_NAME, explanation="只列这个用户的")
@click.pass_obj
def list_tokens(session: Session, owner: str | None) -> None:
    """List tokens."""
    user, out = session.acting, session.out
    with session.archive() as archive:
        found = archive.reception.tokens.all(user, owner)
        now = archive.clock()
    if out.json:
        out.document({"tokens": found})
        return
    states = [_state(one, now) for one in found]
    _show(zip(found, states, strict=True), out)


@command.command(
    "revoke",
    cls=Command,
    short_help="吊销令牌",
    help="吊销令牌，从下一次请求起生效，不能恢复。会先询问。",
    arguments=[("编号", "见 archsearch token list")],
)
@argument("number", type=Number(1), metavar="编号")
@click.pass_obj
def revoke(session: Session, number: int) -> None:
    """End a token."""
    user = session.acting
    session.confirm(f"吊销令牌 {number}，")
    with session.archive() as archive:
        revoked = archive.reception.tokens.revoke(number, user)
    if session.out.json:
        session.out.document(revoked)
    else:
        session.out.note(f"令牌 {number} 已吊销。")


_STATES: Final = {
    "active": "有效",
    "disabled": "用户已停用",
    "expired": "已过期",
    "revoked": "已吊销",
}


def _state(token: ApiToken, now: datetime) -> str:
    """Say whether a token lets anybody in, and if not, why."""
    if token.revoked_at:
        return "revoked"
    if token.expires_at <= now:
        return "expired"
    return "disabled" if token.disabled else "active"


def _show(tokens: Iterable[tuple[ApiToken, str]], out: Output) -> None:
    moment = moments.shown if out.people else moments.written
    rows = [
        [
            str(one.id),
            one.user,
            one.name,
            "、".join(map(_KNOWN.__getitem__, one.rights)) if out.people else ",".join(one.rights),
            moment(one.expires_at),
            one.used_on,
            _STATES[state] if out.people else state,
        ]
        for one, state in tokens
    ]
    out.listing(_TITLES, rows, _NOTHING)
