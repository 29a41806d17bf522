"""Who asks, search scopes, and the queries bound to them; who may see what says the policy."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from archsearch.domain.plan import Gather, Plan
from archsearch.domain.record import Record, RecordId


class Role(StrEnum):
    """What a user is; decides the shape of the search scope."""

    ADMINISTRATOR = "administrator"
    MANAGER = "manager"
    EMPLOYEE = "employee"
    AUDITOR = "auditor"
    PROGRAM = "program"


class Reason(StrEnum):
    """Why a record is inside a scope."""

    ROLE = "管理员"
    OWNER = "建档人"
    DEPARTMENT = "部门"
    GRANT = "授权"


@dataclass(frozen=True, slots=True)
class Principal:
    """A user as access rules see them. ``clearance`` and ``grants`` are those in force now."""

    name: str
    role: Role | None
    departments: frozenset[str] = frozenset()
    clearance: str = ""
    grants: frozenset[RecordId] = frozenset()
    unmasked: frozenset[RecordId] = frozenset()
    """Those of the grants that lend the sensitive fields as well."""
    limits: frozenset[str] | None = None
    """The rights that what they came in by lets them use; None for all that they have."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The set of records a principal may see, as a rule rather than a list.

    A record is inside when its secrecy is one of ``secrecies`` and ``everything`` holds, or it
    belongs to ``owner``, or its
    department is one of ``departments`` or below one, or its id is in ``granted``.
    """

    secrecies: frozenset[str]
    everything: bool = False
    owner: str | None = None
    departments: frozenset[str] = frozenset()
    granted: frozenset[RecordId] = frozenset()

    @property
    def empty(self) -> bool:
        """Whether no record can be inside; such a scope never reaches an engine's matching."""
        reach = self.everything or self.owner is not None or self.departments or self.granted
        return not (reach and self.secrecies)

    def permits(self, record: Record) -> bool:
        """Decide for one record; the engine's mask and this must always agree."""
        return self.allows(record.record_id, record.owner, record.department, record.secrecy)

    def reason(self, record: Record) -> Reason | None:
        """Say why a record is inside; None for one that is not."""
        if not self.permits(record):
            return None
        if self.everything:
            return Reason.ROLE
        if self.owner is not None and record.owner == self.owner:
            return Reason.OWNER
        if any(is_below(record.department, top) for top in self.departments):
            return Reason.DEPARTMENT
        return Reason.GRANT

    def allows(self, record_id: RecordId, owner: str, department: str, secrecy: str) -> bool:
        """Decide by what access depends on alone."""
        if secrecy not in self.secrecies:
            return False
        return (
            self.everything
            or (self.owner is not None and owner == self.owner)
            or any(is_below(department, top) for top in self.departments)
            or record_id in self.granted
        )


NOTHING: Final = Scope(secrecies=frozenset())
"""The scope of whoever has no role, no department, or a role that reads no record."""


def is_below(department: str, top: str) -> bool:
    """Whether a department path is ``top`` itself or lies below it."""
    return department == top or department.startswith(top + "/")


_SEAL: Final = object()


@dataclass(frozen=True, slots=True)
class ScopedQuery:
    """A plan bound to a scope: the only thing an engine answers. Made by :func:`restrict` alone.

    ``excluded`` are records whose rights changed since they were indexed; they count as absent.
    """

    plan: Plan
    scope: Scope
    excluded: frozenset[RecordId]
    _seal: object

    def __post_init__(self) -> None:
        if self._seal is not _SEAL:
            raise TypeError("ScopedQuery is made by archsearch.domain.access.restrict only")


@dataclass(frozen=True, slots=True)
class ScopedGather:
    """Gathers bound to a scope, as :class:`ScopedQuery` is. Made by :func:`confine` alone."""

    gathers: tuple[Gather, ...]
    scope: Scope
    excluded: frozenset[RecordId]
    _seal: object

    def __post_init__(self) -> None:
        if self._seal is not _SEAL:
            raise TypeError("ScopedGather is made by archsearch.domain.access.confine only")


def confine(
    gathers: tuple[Gather, ...], scope: Scope, excluded: frozenset[RecordId] = frozenset()
) -> ScopedGather:
    """Bind gathers to a scope."""
    return ScopedGather(gathers, scope, excluded, _SEAL)


def restrict(plan: Plan, scope: Scope, excluded: frozenset[RecordId] = frozenset()) -> ScopedQuery:
    """Bind a plan to a scope."""
    return ScopedQuery(plan, scope, excluded, _SEAL)
