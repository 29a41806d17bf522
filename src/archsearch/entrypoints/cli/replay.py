"""``archsearch replay``."""

from typing import TYPE_CHECKING, Final

import click

from archsearch.domain.labels import ACTIONS
from archsearch.entrypoints.cli import moments
from archsearch.entrypoints.cli.commands import Command, argument
from archsearch.entrypoints.cli.exits import Exit
from archsearch.entrypoints.cli.kinds import Number
from archsearch.entrypoints.cli.output import Output
from archsearch.entrypoints.cli.session import Session

if TYPE_CHECKING:
    from archsearch.services.replay import Replay

_VERDICTS: Final = {
    "same": "重演的回答与日志一致",
    "differs": "重演的回答与日志不一致",
    "unknown": "无法重演出当时的回答",
}


@click.command(
    "replay",
    cls=Command,
    help="""重演操作日志里的一次检索、补全或查看：按当时的用户、权限、授权、词典和档案重新回答，与日志比较。

    要有解释权限和查看日志的权限；只显示档号和总数。档案很多、此后又有变动时，要先为当时的档案建一个
    临时索引。一致时退出码为 0，否则为 1，并说明原因。在管道里先输出一行，以制表符分隔：
    same、differs 或 unknown、日志里的总数、重演的总数；以下每行一个档号。""",
    arguments=[("序号", "操作日志的序号，见 archsearch audit list")],
    examples=[
        ("archsearch audit list --action search --by-user li.na", "先找到那次检索的序号"),
        ("archsearch replay 1234", "再重演"),
    ],
)
@argument("seq", type=Number(1), metavar="序号")
@click.pass_obj
def command(session: Session, seq: int) -> Exit:
    """Replay an entry of the log."""
    user = session.acting
    out = session.out
    with session.archive() as archive, out.progress("正在为当时的档案建临时索引…") as steps:
        progress = (lambda done: steps("", done)) if steps else None
        found = archive.replays.replay(seq, user, progress)
    if out.json:
        out.document(found)
    else:
        _tell(found, out)
    return Exit.OK if found.verdict == "same" else Exit.FAILED


def _tell(found: "Replay", out: Output) -> None:
    entry = found.entry
    if not out.people:
        total = "" if found.total is None else str(found.total)
        out.lines([(found.verdict, str(found.total_logged), total)])
    out.lines((record_id,) for record_id in found.record_ids)
    hidden = f"，另有 {found.hidden} 份不在您的检索范围内" if found.hidden else ""
    asked = entry.target or f"“{entry.detail.get('query', '')}”"
    out.note(f"{moments.shown(entry.at)} {entry.user} {ACTIONS[entry.action]} {asked}")
    total = "无" if found.total is None else f"{found.total:,}"
    told = (
        f"{_VERDICTS[found.verdict]}：日志共 {found.total_logged:,} 条，重演 {total} 条{hidden}。"
    )
    (out.note if found.verdict == "same" else out.warn)(told)
    for reason in found.reasons:
        out.warn(f"{reason}。")
