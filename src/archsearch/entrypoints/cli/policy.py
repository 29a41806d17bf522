"""``archsearch policy``: the rules, what they decide, and what others would change."""

from collections.abc import Set
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from archsearch.domain.access import Role
from archsearch.domain.labels import GROUNDS, PLACES, RIGHTS, ROLES
from archsearch.domain.policy import Place, Policy, Right
from archsearch.entrypoints.cli import moments
from archsearch.entrypoints.cli.commands import Command, Group, argument, option
from archsearch.entrypoints.cli.grid import Column, Table
from archsearch.entrypoints.cli.kinds import LOCATION, USER_NAME, Number, OneOf
from archsearch.entrypoints.cli.output import Output
from archsearch.entrypoints.cli.session import Session

if TYPE_CHECKING:
    from archsearch.services.policy import Explanation, PolicyDiff

_FIRST: Final = 5
_TWO: Final = 2


@click.group(
    "policy",
    cls=Group,
    members={},
    help="""权限规则：哪种角色能做什么、对哪些档案。规则写在 config/policy.yaml。

    先用 diff 看清新规则下谁多了、谁少了哪些档案和权限，再换上新文件；重新打开工作区时生效。""",
    examples=[
        ("archsearch policy show", "现行规则；--file 输出文件原文，供修改"),
        (
            "archsearch policy check --user li.na --right read --record A001-GR-2026-000001",
            "为什么",
        ),
        ("archsearch policy diff 新规则.yaml", "换上以后谁得到、谁失去什么"),
    ],
)
def command() -> None:
    """Explain who may do what."""


@command.command(
    "show",
    cls=Command,
    short_help="列出现行的权限规则",
    help="""列出现行的权限规则；管理员和审计员可以查看。

    在管道里每行一条，以制表符分隔：角色、权限、范围、出处。没有列出的都不允许。
    带 --file 时输出规则文件的原文，可以存下来修改。""",
    examples=[
        ("archsearch policy show", "一览"),
        ("archsearch policy show --file > 新规则.yaml", "存一份，修改以后用 diff 比较"),
    ],
)
@option("--file", "whole", is_flag=True, explanation="输出规则文件的原文")
@click.pass_obj
def show(session: Session, *, whole: bool) -> None:
    """Show the rules."""
    user = session.acting
    if whole and session.json:
        raise click.UsageError("--file 和 --json 只能选一个。")
    with session.archive() as archive:
        policy = archive.policies.show(user)
        text = archive.settings.lists("policy.yaml").read_text("utf-8-sig") if whole else ""
    out = session.out
    if whole:
        out.lines([line] for line in text.splitlines())
    elif out.json:
        out.document({"fingerprint": policy.fingerprint, "rules": policy.rules})
    elif out.people:
        out.table(_overview(policy))
        given = {rule.right for rule in policy.rules}
        idle = [RIGHTS[right] for right in Right if right not in given]
        if idle:
            out.note(f"没有任何角色可以：{'、'.join(idle)}。")
    else:
        out.lines(
            (each.role, each.right, _written(each.places), each.where) for each in policy.rules
        )


@command.command(
    "check",
    cls=Command,
    short_help="解释某人能不能做某事，为什么",
    help="""解释一个用户现在能不能对一份档案做某事：依据哪条规则、哪项授权，或受什么限制。

    只有管理员可以；不显示档案内容。不写档号时，回答对任何档案有没有这项权限。
    在管道里输出一行，以制表符分隔：yes 或 no、原因、规则、出处、授权截止。""",
    examples=[
        ("archsearch policy check --user li.na --right read --record A001-GR-2026-000001", "读"),
        ("archsearch policy check --user li.na --right users", "能不能管理用户"),
    ],
)
@option("--user", "name", type=USER_NAME, required=True, explanation="哪个用户")
@option("--right", type=OneOf(RIGHTS), required=True, metavar="权限", explanation="如 read、change")
@option("--record", "record_id", default="", metavar="档号", explanation="哪份档案")
@click.pass_obj
def check(session: Session, name: str, right: str, record_id: str) -> None:
    """Explain a decision."""
    user = session.acting
    with session.archive() as archive:
        found = archive.policies.check(name, Right(right), record_id, user)
    if session.out.json:
        session.out.document(found)
    else:
        _explain(found, session.out)


@command.command(
    "diff",
    cls=Command,
    short_help="比较两份权限规则：谁得到、谁失去什么",
    help="""比较两份权限规则：换上新的以后，每个用户得到、失去哪些权限和档案，按现在的用户、授权和档案计算。

    只有管理员可以。只写一份时，与现行规则比较。带 --json 时列出全部档号。
    在管道里每行一项，以制表符分隔：gain 或 lose、用户、权限、档案数、前几个档号。""",
    arguments=[("旧规则", "文件；可省略，即现行规则"), ("新规则", "文件")],
    examples=[
        ("archsearch policy diff 新规则.yaml", "与现行规则比较"),
        ("archsearch policy diff 旧规则.yaml 新规则.yaml --limit 20", "比较两份文件"),
    ],
)
@argument("files", nargs=-1, type=LOCATION, required=True, metavar="规则文件")
@option("--limit", type=Number(), metavar="数字", explanation=f"每项列出几个档号；默认 {_FIRST}")
@click.pass_obj
def diff(session: Session, files: tuple[Path, ...], limit: int | None) -> None:
    """Tell what would change."""
    user = session.acting
    if len(files) > _TWO:
        raise click.UsageError("最多比较两份规则。")
    if limit is None and not session.out.json:
        limit = _FIRST
    with session.archive() as archive:
        # Loaded only here: help should not wait for it.
        from archsearch.settings.policy import read_policy  # noqa: PLC0415 - see above

        archive.policies.authorise_diff(user)
        read = [read_policy(file, archive.policy.levels) for file in files]
        old = read[0] if len(read) == _TWO else archive.policy
        found = archive.policies.diff(old, read[-1], user, limit=limit)
    if session.out.json:
        session.out.document(found)
    else:
        _tell(found, session.out)


def _overview(policy: Policy) -> Table:
    rows = [[RIGHTS[right], *(_cell(policy, role, right) for role in Role)] for right in Right]
    return Table([Column("权限", whole=True), *(Column(ROLES[role]) for role in Role)], rows)


def _cell(policy: Policy, role: Role, right: Right) -> str:
    rule = policy.rule(role, right)
    return "" if rule is None else _places(rule.places)


def _places(places: Set[Place] | None) -> str:
    if places is None:
        return "无"
    return "、".join(PLACES[each] for each in Place if each in places) or "可以"


def _written(places: Set[Place]) -> str:
    return ",".join(each for each in Place if each in places)


def _explain(found: "Explanation", out: Output) -> None:
    decision, rule, until = found.decision, found.decision.rule, found.granted_until
    if not out.people:
        said = f"{rule.role}.{rule.right} {_written(rule.places)}".strip() if rule else ""
        answer = "yes" if decision.allowed else "no"
        end = moments.written(until) if until else ""
        out.lines([[answer, decision.ground, said, rule.where if rule else "", end]])
        return
    user, one = found.user, found.record is not None
    somewhere = decision.allowed and decision.right.of_records
    lines = [
        ("结论", f"{'可以' if decision.allowed else '不可以'}{RIGHTS[decision.right]}"),
        ("原因", GROUNDS[decision.ground] if one or not somewhere else "对规则所写的档案可以"),
    ]
    if rule is not None:
        text = f"{ROLES[rule.role]}{RIGHTS[rule.right]}：{_places(rule.places)}"
        lines.append(("规则", f"{text}（{rule.where}）"))
    if until is not None:
        lines.append(("授权截止", moments.shown(until)))
    role = ROLES[user.role] if user.role else "没有角色"
    theirs = "、".join(sorted(user.departments)) or "没有部门"
    lines.append(("用户", f"{user.name}，{role}，{theirs}，密级 {user.clearance or '无'}"))
    if found.record is not None:
        record_id, owner, department, secrecy = found.record
        at = department or "无部门"
        lines.append(("档案", f"{record_id}，建档人 {owner}，{at}，密级 {secrecy}"))
    out.lines(lines)


def _tell(found: "PolicyDiff", out: Output) -> None:
    if not out.people:
        out.lines(
            (
                "gain" if each.gained else "lose",
                each.user,
                each.right,
                "" if each.records is None else str(each.records),
                ",".join(each.record_ids),
            )
            for each in found.changes
        )
        return
    if not found.rules:
        out.note("两份规则说的一样。")
        return
    rules = [
        (ROLES[each.role], RIGHTS[each.right], *(_places(places) for places in both))
        for each in found.rules
        for both in [(each.before, each.after)]
    ]
    columns = [Column("角色"), Column("权限"), Column("旧"), Column("新")]
    out.table(Table(columns, rules, "规则的变化"))
    if not found.changes:
        out.note("现在的用户没有谁因此得到或失去什么。")
        return
    titles = ("得失", "用户", "角色", "权限", "档案数", "档号")
    rows = [
        (
            "得到" if each.gained else "失去",
            each.user,
            ROLES[each.role] if each.role else "",
            RIGHTS[each.right],
            "" if each.records is None else str(each.records),
            "、".join(each.record_ids),
        )
        for each in found.changes
    ]
    out.table(
        Table([Column(title, right=title == "档案数") for title in titles], rows, "谁得到、谁失去")
    )
