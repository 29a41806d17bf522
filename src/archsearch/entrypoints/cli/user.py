"""``archsearch user``: accounts."""

from collections.abc import Iterable
from typing import Final

import click

from archsearch.domain.access import Role
from archsearch.domain.labels import ROLES
from archsearch.domain.policy import Place, Policy, Right
from archsearch.domain.users import User
from archsearch.entrypoints.cli.account import COMMANDS
from archsearch.entrypoints.cli.commands import Command, Group, argument, option
from archsearch.entrypoints.cli.grid import Column, Table
from archsearch.entrypoints.cli.kinds import OneOf
from archsearch.entrypoints.cli.output import Output
from archsearch.entrypoints.cli.session import Session

_NAME: Final = ("用户名", "汉字、字母、数字和 _ . @ -")


@click.group(
    "user",
    cls=Group,
    members={},
    help="""管理用户和登录；只有管理员可以，自己的密码、验证码、会话除外。

    管理员看全部；部门经理看本部门和下级部门；员工只看自己建立的；
    密级高于本人的一律看不到。没有角色或部门的人什么也看不到。
    权限规则可以修改，现行的见 archsearch policy show。""",
    examples=[
        ("archsearch user add li.na --role employee --department 华东分行/信贷部", "添加员工"),
        ("archsearch user list", "列出全部"),
        ("archsearch user password li.na --generate", "给他一个登录网页的密码"),
    ],
)
def command() -> None:
    """Manage users."""


@command.command(
    "add",
    cls=Command,
    short_help="添加用户",
    help="添加用户；写到的新部门会一并建立。",
    arguments=[_NAME],
    examples=[
        ("archsearch user add li.na --role employee --department 华东分行/信贷部", "员工"),
        ("archsearch user add 王芳 --role manager --department 华东分行 --clearance 机密", "经理"),
    ],
)
@argument("name", metavar="用户名")
@option(
    "--role",
    type=OneOf(ROLES),
    explanation="管理员、部门经理、员工、审计员或程序账号；不写则没有权限",
)
@option("--department", multiple=True, metavar="部门", explanation="所在部门，如 华东分行/信贷部")
@option("--clearance", default="", metavar="密级", explanation="最高可见密级；默认最低的两级")
@option("--display-name", default="", metavar="姓名", explanation="显示给别人看的姓名")
@click.pass_obj
def add(session: Session, /, name: str, **given: str | tuple[str, ...] | None) -> None:
    """Add a user."""
    role, departments = given["role"], given["department"] or ()
    wanted = User(
        name,
        str(given["display_name"]),
        Role(role) if isinstance(role, str) else None,
        frozenset(departments),
        str(given["clearance"]),
    )
    user = session.acting
    with session.archive() as archive:
        added = archive.users.add(wanted, user)
    _show_one(added, session.out)
    _warn_of_nothing(added, archive.policy, session.out)


@command.command(
    "list",
    cls=Command,
    short_help="列出用户",
    help="""列出用户，或其中一部分。

    在管道里每行一个，以制表符分隔：用户名、姓名、角色、部门、密级、状态（active、disabled）。""",
)
@option("--role", type=OneOf(ROLES), explanation="只列这个角色的")
@option("--department", default="", metavar="部门", explanation="只列这个部门和下级部门的")
@option("--disabled", is_flag=True, explanation="只列已停用的")
@option("--active", is_flag=True, explanation="只列没有停用的")
@click.pass_obj
def list_users(
    session: Session, role: str | None, department: str, *, disabled: bool, active: bool
) -> None:
    """List users."""
    if disabled and active:
        raise click.UsageError("--disabled 和 --active 只能选一个。")
    user = session.acting
    with session.archive() as archive:
        # Loaded only here: help should not wait for the services.
        from archsearch.services.users import UserFilter  # noqa: PLC0415 - see above

        state = disabled if disabled or active else None
        found = archive.users.all(user, UserFilter(Role(role) if role else None, department, state))
    if session.out.json:
        session.out.document({"users": found})
    else:
        _show(found, session.out)


@command.command(
    "disable",
    cls=Command,
    short_help="停用一个用户",
    help="停用一个用户，立即生效；他建立的档案和操作日志都保留。会先询问。不能停用自己。",
    arguments=[("用户名", "")],
)
@argument("name", metavar="用户名")
@click.pass_obj
def disable(session: Session, name: str) -> None:
    """Lock a user out."""
    _switch(session, name, disabled=True)


@command.command(
    "enable",
    cls=Command,
    short_help="恢复一个停用的用户",
    help="恢复一个停用的用户，立即生效。",
    arguments=[("用户名", "")],
)
@argument("name", metavar="用户名")
@click.pass_obj
def enable(session: Session, name: str) -> None:
    """Let a user in again."""
    _switch(session, name, disabled=False)


@command.command(
    "move",
    cls=Command,
    short_help="把用户调到别的部门",
    help="把用户调到所写的部门，原来的部门不再保留；不写部门则不属于任何部门。立即生效。",
    arguments=[("用户名", ""), ("部门", "一个或几个，如 华东分行/信贷部；新部门会一并建立")],
    examples=[("archsearch user move li.na 华东分行/风险部", "调动")],
)
@argument("name", metavar="用户名")
@argument("departments", nargs=-1, metavar="部门")
@click.pass_obj
def move(session: Session, name: str, departments: tuple[str, ...]) -> None:
    """Put a user into other departments."""
    user = session.acting
    with session.archive() as archive:
        moved = archive.users.move(name, departments, user)
    _show_one(moved, session.out)


@command.command(
    "set",
    cls=Command,
    short_help="修改用户的角色、密级或姓名",
    help="修改用户的角色、密级或姓名；没有写的不变。立即生效。不能取消自己的管理员角色。",
    arguments=[("用户名", "")],
    examples=[("archsearch user set li.na --role manager --clearance 秘密", "升为部门经理")],
)
@argument("name", metavar="用户名")
@option("--role", type=OneOf(ROLES), explanation="管理员、部门经理、员工、审计员或程序账号")
@option("--clearance", metavar="密级", explanation="最高可见密级")
@option("--display-name", metavar="姓名", explanation="显示给别人看的姓名")
@click.pass_obj
def change(session: Session, /, name: str, **given: str | None) -> None:
    """Change what a user is."""
    user = session.acting
    if all(value is None for value in given.values()):
        raise click.UsageError("请写明要改什么：--role、--clearance 或 --display-name。")
    with session.archive() as archive:
        # Loaded only here: help should not wait for the services.
        from archsearch.services.users import UserChange  # noqa: PLC0415 - see above

        role = given["role"]
        wanted = UserChange(Role(role) if role else None, given["clearance"], given["display_name"])
        changed = archive.users.set(name, wanted, user)
    _show_one(changed, session.out)
    _warn_of_nothing(changed, archive.policy, session.out)


def _switch(session: Session, name: str, *, disabled: bool) -> None:
    user = session.acting
    if disabled:
        session.confirm(f"停用用户 {name}，")
    with session.archive() as archive:
        changed = archive.users.disable(name, user, disabled=disabled)
    _show_one(changed, session.out)


def _warn_of_nothing(user: User, policy: Policy, out: Output) -> None:
    rule = policy.rule(user.role, Right.READ)
    if rule is not None and Place.ALL not in rule.places and not user.departments:
        out.warn(f"{user.name} 还没有部门，什么也看不到；请用 archsearch user move 指定部门。")


def _show_one(user: User, out: Output) -> None:
    if out.json:
        out.document(user)
    else:
        _show([user], out)


def _show(users: Iterable[User], out: Output) -> None:
    if not users:
        out.note("没有符合条件的用户；添加：archsearch user add 用户名 --role employee")
        return
    if not out.people:
        out.lines(
            (
                each.name,
                each.display_name,
                str(each.role or ""),
                "、".join(sorted(each.departments)),
                each.clearance,
                "disabled" if each.disabled else "active",
            )
            for each in users
        )
        return
    titles = ("用户名", "姓名", "角色", "部门", "密级", "状态")
    rows = [
        (
            each.name,
            each.display_name,
            ROLES[each.role] if each.role else "无",
            "、".join(sorted(each.departments)),
            each.clearance,
            "已停用" if each.disabled else "正常",
        )
        for each in users
    ]
    out.table(Table([Column(title) for title in titles], rows))


for _each in COMMANDS:
    command.add_command(_each)
