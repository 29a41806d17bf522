"""``archsearch init``: a new workspace."""

import sys
from pathlib import Path
from typing import Final

import click

from archsearch.entrypoints.cli.commands import Command, argument
from archsearch.entrypoints.cli.kinds import LOCATION
from archsearch.entrypoints.cli.session import Session

_NEXT = """\
工作区已建好，管理员是 admin。接下来：
  cd {folder}
  export ARCHSEARCH_USER=admin
  archsearch ingest 客户.xlsx                                   录入
  archsearch search 张伟                                        检索
  archsearch user add li.na --role employee --department 信贷部  添加用户"""

_SHOWN = """\
admin 登录网页的密码（只显示这一次；命令行用不着）：{password}
忘了可以再设：archsearch user password admin"""
_NO_PASSWORD = "admin 还没有登录网页的密码；要用时运行 archsearch user password admin。"  # noqa: S105 - a message
FIRST_ADMINISTRATOR: Final = "admin"


@click.command(
    "init",
    cls=Command,
    help="新建工作区：一个文件夹，里面是设置、档案库、索引和收件箱；并建立第一个管理员 admin。",
    arguments=[("文件夹", "放在哪里；不写则用 -C、ARCHSEARCH_HOME，或当前文件夹")],
    examples=[("archsearch init 我的档案", "在当前文件夹下建立")],
)
@argument("path", type=LOCATION, required=False, metavar="文件夹")
@click.pass_obj
def command(session: Session, path: Path | None) -> None:
    """Make a workspace."""
    from archsearch.bootstrap import initialise  # noqa: PLC0415 - help should not wait for numpy

    home = session.environ.get("ARCHSEARCH_HOME")
    folder = path or session.workspace or (Path(home) if home else Path())
    made = initialise(folder, session.environ)
    out = session.out
    # Only where somebody gets to see it; whatever else a script writes down is no place for it.
    password = _first_password(session, made) if out.json or _watched() else ""
    if out.json:
        out.document({"workspace": made, "user": FIRST_ADMINISTRATOR, "password": password})
        return
    out.lines([[str(made)]])
    out.note(_NEXT.format(folder=folder))
    if password:
        out.warn(_SHOWN.format(password=password))
    else:
        out.note(_NO_PASSWORD)


def _watched() -> bool:
    return bool(sys.stderr and sys.stderr.isatty())


def _first_password(session: Session, workspace: Path) -> str:
    from archsearch.bootstrap import open_application  # noqa: PLC0415 - see above

    application = open_application(workspace, session.environ)
    try:
        return application.reception.passwords.set(FIRST_ADMINISTRATOR, None, FIRST_ADMINISTRATOR)
    finally:
        application.close()
