"""``archsearch key``: the workspace's key, which wraps the keys of records."""

import click

from archsearch.entrypoints.cli.commands import Command, Group
from archsearch.entrypoints.cli.session import Session


@click.group(
    "key",
    cls=Group,
    members={},
    help="""工作区的密钥。每份档案的内容用各自的密钥加密，这些密钥再由工作区的密钥包裹，
    存在 keys/ 里。工作区的密钥从哪里来，见设置 keys.source；请不要与备份放在一起。""",
    examples=[
        ("archsearch key show", "密钥在哪里、换到了第几号"),
        ("archsearch key rotate", "换一把新密钥"),
    ],
)
def command() -> None:
    """Care for the keys."""


@command.command("show", cls=Command, help="显示密钥的来源、编号和算法；不显示密钥本身。")
@click.pass_obj
def show(session: Session) -> None:
    """Tell how the keys stand."""
    user = session.acting
    with session.archive() as archive:
        state = archive.keys.state(user)
    out = session.out
    if out.json:
        out.document(state)
        return
    numbers = "、".join(map(str, state.numbers))
    out.lines(
        [
            ["来源", state.source],
            ["算法", state.cipher],
            ["密钥编号", numbers],
            ["待改包裹", str(state.waiting)],
        ]
    )
    if state.waiting or state.used != state.newest:
        out.note("上次更换密钥没有完成，或新密钥还没有启用；请运行 archsearch key rotate。")
    elif len(state.numbers) > 1:
        out.note(f"只有 {state.newest} 号在用，其余可以移除。")


@command.command(
    "rotate",
    cls=Command,
    short_help="换一把新密钥",
    help="""换一把新密钥：档案的密钥全部改由新密钥包裹，期间照常使用。中途停下，再运行一次即可。

    密钥在文件里时，新密钥自动生成，完成后旧的从文件中移除。密钥来自环境变量或命令时，
    请先把编号更大的新密钥加进去（旧的留着），运行本命令，完成后再移除旧的。""",
)
@click.pass_obj
def rotate(session: Session) -> None:
    """Change the keys."""
    user = session.acting
    with session.archive() as archive, session.out.progress("更换密钥") as steps:
        done = archive.keys.rotate(
            user, (lambda number, total: steps("", number, total)) if steps else None
        )
    if session.out.json:
        session.out.document(done)
        return
    session.out.note(
        f"已换用 {done.newest} 号密钥，改包裹 {done.rewrapped:,} 份档案的密钥；请备份新的密钥。"
    )
    if done.obsolete:
        session.out.note(f"{'、'.join(map(str, done.obsolete))} 号密钥不再需要，可以移除。")
