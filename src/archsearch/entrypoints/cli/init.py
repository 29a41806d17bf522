"""``archsearch init``: a new workspace."""

from pathlib import Path

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
    if session.out.json:
        session.out.document({"workspace": made})
    else:
        session.out.lines([[str(made)]])
        session.out.note(_NEXT.format(folder=folder))
