"""Who may do what, and why: rights as one policy, and the one place where they are decided.

Beyond every policy: nothing is allowed that no rule allows; a record whose secrecy is above a
user's clearance is hidden from them; whoever belongs to no department has only what reaches all
records; whatever one may do with a record, one may read it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final, NamedTuple

from archsearch.domain.access import NOTHING, Principal, Role, Scope, is_below
from archsearch.domain.record import RecordId


class Right(StrEnum):
    """What can be allowed: first with records, then otherwise (operations)."""

    READ = "read"
    CREATE = "create"
    CHANGE = "change"
    CHANGE_FROZEN = "change_frozen"
    DELETE = "delete"
    APPROVE = "approve"
    EXPORT = "export"
    REVEAL = "reveal"
    DESTROY = "destroy"
    SCREEN = "screen"
    DUPLICATES = "duplicates"
    USERS = "users"
    DEPARTMENTS = "departments"
    DICTIONARY = "dictionary"
    INDEX = "index"
    LOG = "log"
    LOG_KEY = "log_key"
    KEYS = "keys"
    EXAMINE = "examine"
    RULES = "rules"
    EXPLAIN = "explain"

    @property
    def of_records(self) -> bool:
        """Whether it reaches some records and not others."""
        return self in RECORD_RIGHTS


class Errand(StrEnum):
    """What somebody may do who reads, whatever the policy says, and a token only if it says so.

    ``propose`` asks others to change a record, ``borrow`` asks them for records.
    """

    PROPOSE = "propose"
    BORROW = "borrow"


RECORD_RIGHTS: Final = (
    Right.READ,
    Right.CREATE,
    Right.CHANGE,
    Right.CHANGE_FROZEN,
    Right.DELETE,
    Right.APPROVE,
    Right.EXPORT,
    Right.REVEAL,
    Right.DESTROY,
)
OPERATIONS: Final = tuple(right for right in Right if right not in RECORD_RIGHTS)


class Place(StrEnum):
    """Where a right over records reaches."""

    ALL = "all"
    DEPARTMENTS = "departments"
    OWN = "own"
    GRANTED = "granted"


class Ground(StrEnum):
    """What decided: why somebody may, or may not."""

    ALL = "all"
    OWN = "own"
    DEPARTMENTS = "departments"
    GRANTED = "granted"
    OPERATION = "operation"
    NO_RULE = "no_rule"
    CLEARANCE = "clearance"
    NO_DEPARTMENT = "no_department"
    ELSEWHERE = "elsewhere"
    DISABLED = "disabled"
    LIMITED = "limited"


class Facts(NamedTuple):
    """What access to a record depends on."""

    record_id: RecordId
    owner: str
    department: str
    secrecy: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a policy: a role has a right, over the records at these places.

    ``where`` is its place in the file, for explanations.
    """

    role: Role
    right: Right
    places: frozenset[Place] = frozenset()
    where: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something is allowed, on which ground, and the rule that decided, if there is one."""

    right: Right
    allowed: bool
    ground: Ground
    rule: Rule | None = None


class Filing(NamedTuple):
    """Where somebody may put records: in any department, or in theirs; in whose name."""

    anywhere: bool
    for_anyone: bool


@dataclass(frozen=True)
class Policy:
    """All rules, and the levels of secrecy from lowest to highest."""

    levels: tuple[str, ...]
    rules: tuple[Rule, ...]

    def __post_init__(self) -> None:
        fault = next(iter(faults(self.rules)), None)
        if fault is not None:
            raise ValueError(fault[1])

    @cached_property
    def _rules(self) -> Mapping[tuple[Role | None, Right], Rule]:
        return {(rule.role, rule.right): rule for rule in self.rules}

    @cached_property
    def canonical(self) -> str:
        """All that it says, as one text: the same for two policies that allow the same."""
        rules = sorted([rule.role, rule.right, sorted(rule.places)] for rule in self.rules)
        return json.dumps({"levels": self.levels, "rules": rules}, ensure_ascii=False)

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of that text."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()

    def rule(self, role: Role | None, right: Right) -> Rule | None:
        """Find the rule that gives a role a right."""
        return self._rules.get((role, right))

    def _held(self, principal: Principal, right: Right) -> Rule | None:
        """Find the rule that gives a principal a right, as far as what they came in by goes."""
        return self.rule(principal.role, right) if within(principal.limits, right) else None

    def cleared(self, principal: Principal) -> frozenset[str]:
        """Give the levels of secrecy that are not above the principal's clearance."""
        return self.levels_up_to(principal.clearance)

    def levels_up_to(self, clearance: str) -> frozenset[str]:
        """Give the levels of secrecy that are not above a clearance."""
        if clearance not in self.levels:
            return frozenset()
        return frozenset(self.levels[: self.levels.index(clearance) + 1])

    def reach(self, principal: Principal, right: Right) -> frozenset[Place]:
        """Tell the places where the principal has a right over records, whatever their secrecy."""
        rule = self._held(principal, right)
        if rule is None or not (principal.departments or Place.ALL in rule.places):
            return frozenset()
        return rule.places

    def may(self, principal: Principal, right: Right) -> bool:
        """Whether the principal has a right at all."""
        if right.of_records:
            return bool(self.reach(principal, right))
        return self._held(principal, right) is not None

    def scope(self, principal: Principal, right: Right = Right.READ) -> Scope:
        """Work out the stored records over which the principal has a right.

        Raises:
            ValueError: The right is not one over stored records.
        """
        if right is Right.CREATE or not right.of_records:
            raise ValueError(f"no stored record is in the reach of {right}")
        places, secrecies = self.reach(principal, right), self.cleared(principal)
        if not places or not secrecies:
            return NOTHING
        if Place.ALL in places:
            return Scope(secrecies, everything=True)
        return Scope(
            secrecies,
            owner=principal.name if Place.OWN in places else None,
            departments=principal.departments if Place.DEPARTMENTS in places else frozenset(),
            granted=_lent(principal, right) if Place.GRANTED in places else frozenset(),
        )

    def hides_from(self, scope: Scope) -> bool:
        """Whether some record may be outside a scope: its role's reach or the clearance may end."""
        return not (scope.everything and scope.secrecies.issuperset(self.levels))

    def filing(self, principal: Principal, right: Right) -> Filing | None:
        """Tell where the principal may put records by creating or changing them; None: nowhere.

        Short of all records it is the principal's departments, whatever the places say.
        """
        places = self.reach(principal, right) - {Place.GRANTED}
        everywhere = Place.ALL in places
        return Filing(everywhere, everywhere or Place.DEPARTMENTS in places) if places else None

    def decide(self, principal: Principal, right: Right, facts: Facts | None = None) -> Decision:
        """Decide, and say why; a right over records without ``facts`` is one over any at all."""
        rule = self.rule(principal.role, right)
        if rule is None:
            ground = Ground.NO_RULE
        elif self._held(principal, right) is None:
            ground = Ground.LIMITED
        else:
            ground = self._ground(principal, rule, facts)
        return Decision(right, ground in _ALLOWING, ground, rule)

    def _ground(self, principal: Principal, rule: Rule, facts: Facts | None) -> Ground:
        if not rule.right.of_records:
            return Ground.OPERATION
        secrecies = self.cleared(principal)
        if not secrecies or (facts is not None and facts.secrecy not in secrecies):
            return Ground.CLEARANCE
        if Place.ALL in rule.places:
            return Ground.ALL
        if not principal.departments:
            return Ground.NO_DEPARTMENT
        held = [place for place in _BY_PLACE if place in rule.places]
        if facts is not None:
            held = [place for place in held if _lies(facts, place, principal, rule.right)]
        return _BY_PLACE[held[0]] if held else Ground.ELSEWHERE


def within(limits: frozenset[str] | None, right: Right | Errand) -> bool:
    """Whether limits leave a right; nothing about records is left without what it needs."""
    return limits is None or (right in limits and limits.issuperset(needed(right)))


def needed(right: Right | Errand) -> frozenset[Right]:
    """Give the rights without which one about records reaches nothing."""
    if isinstance(right, Right) and not right.of_records:
        return frozenset()
    return frozenset({Right.READ, Right.CHANGE} if right is Right.CHANGE_FROZEN else {Right.READ})


_BY_PLACE: Final = {
    Place.OWN: Ground.OWN,
    Place.DEPARTMENTS: Ground.DEPARTMENTS,
    Place.GRANTED: Ground.GRANTED,
}
"""In the order in which grounds are looked for."""

_ALLOWING: Final = frozenset({Ground.ALL, Ground.OPERATION, *_BY_PLACE.values()})


def _lies(facts: Facts, place: Place, principal: Principal, right: Right) -> bool:
    """Whether a record is at a place; a new one must be in a department of its creator's too."""
    theirs = any(is_below(facts.department, top) for top in principal.departments)
    if place is Place.OWN:
        return facts.owner == principal.name and (theirs or right is not Right.CREATE)
    return theirs if place is Place.DEPARTMENTS else facts.record_id in _lent(principal, right)


def _lent(principal: Principal, right: Right) -> frozenset[RecordId]:
    """Give the records that are lent to somebody so far that they may have a right over them."""
    return principal.unmasked if right is Right.REVEAL else principal.grants


_LENT: Final = frozenset({Right.READ, Right.EXPORT, Right.REVEAL})
"""What a grant can give; nobody changes, destroys or lends what is only lent to them."""


def faults(rules: tuple[Rule, ...]) -> list[tuple[Rule | None, str]]:
    """Tell what no policy may say, in Chinese, with the rule where there is one.

    So that nobody is given a right over records they cannot see, and a slip of the pen does not
    lock everybody out.
    """
    known = {(rule.role, rule.right): rule.places for rule in rules}
    found: list[tuple[Rule | None, str]] = [
        (rule, fault) for rule in rules if (fault := _fault(rule, known))
    ]
    if len(known) != len(rules):
        found.append((None, "一个角色的一项权限只能写一次。"))
    given = {right for _, right in known}
    if (Role.ADMINISTRATOR, Right.USERS) not in known:
        found.append((None, "administrator 须有 users（管理用户），否则所有人都可能被锁在外面。"))
    if Right.READ not in given:
        found.append((None, "没有任何角色能读档案（read），所有人都会被锁在外面。"))
    if Right.LOG not in given:
        found.append((None, "没有任何角色能查看操作日志（log），谁做了什么将无人能查。"))
    return found


def _fault(rule: Rule, known: Mapping[tuple[Role, Right], frozenset[Place]]) -> str:
    if not rule.right.of_records:
        return "这项权限不分档案，不能写范围。" if rule.places else ""
    if not rule.places:
        return "须写明对哪些档案；没有这项权限就不要写。"
    if Place.ALL in rule.places and len(rule.places) > 1:
        return "all 已包括其余各项，请只写 all。"
    if Place.GRANTED in rule.places and rule.right not in _LENT:
        return "借来的档案（granted）只能读（read）、导出（export）或显示（reveal）。"
    for over in sorted(needed(rule.right)):
        if not _covered(rule, known.get((rule.role, over), frozenset())):
            return f"超出了该角色的 {over}：能这样做的档案，须先能 {over}。"
    return ""


def _covered(rule: Rule, places: frozenset[Place]) -> bool:
    """Whether a rule reaches no further than some places."""
    reached = rule.places
    if rule.right is Right.CREATE and Place.DEPARTMENTS in places:
        # What one creates oneself lies in one's departments.
        reached -= {Place.OWN}
    return Place.ALL in places or reached <= places
