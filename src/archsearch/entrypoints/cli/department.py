"""``archsearch department``: the tree of departments."""

import click

from archsearch.entrypoints.cli.commands import Command, Group, argument
from archsearch.entrypoints.cli.session import Session


@click.group(
    "department",
    cls=Group,
    members={},
    help="管理部门；只有管理员可以。部门是一棵树，以 / 分级，如 华东分行/信贷部。",
    examples=[("archsearch department add 华东分行/信贷部", "建立部门，连同上级")],
)
def command() -> None:
    """Manage departments."""


@command.command(
    "list", cls=Command, short_help="列出全部部门", help="列出全部部门；在管道里每行一个路径。"
)
@click.pass_obj
def list_departments(session: Session) -> None:
    """List departments."""
    user = session.acting
    with session.archive() as archive:
        paths = archive.departments.all(user)
    out = session.out
    if out.json:
        out.document({"departments": paths})
    elif not paths:
        out.note("还没有部门；建立：archsearch department add 部门")
    elif out.people:
        out.lines([["  " * path.count("/") + path.rpartition("/")[2]] for path in paths])
    else:
        out.lines([path] for path in paths)


@command.command(
    "add",
    cls=Command,
    short_help="建立部门",
    help="建立部门，上级部门没有的一并建立；已有的不变。",
    arguments=[("部门", "如 华东分行/信贷部")],
)
@argument("path", metavar="部门")
@click.pass_obj
def add(session: Session, path: str) -> None:
    """Add a department."""
    user = session.acting
    with session.archive() as archive:
        created = archive.departments.add(path, user)
    if session.out.json:
        session.out.document({"department": path, "created": created})
    else:
        session.out.note("部门已建立。" if created else "这个部门本来就有。")
