"""The policy itself: showing it, explaining what it decides, telling what another would change."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from archsearch.domain.access import Principal
from archsearch.domain.audit import Action
from archsearch.domain.impact import Change, Holdings, RuleChange, changes, rule_changes
from archsearch.domain.policy import Decision, Facts, Ground, Policy, Right
from archsearch.domain.record import JsonValue, RecordId
from archsearch.domain.users import User
from archsearch.errors import NotFoundError
from archsearch.services.asking import Masker
from archsearch.services.identity import as_principal, principal_of, require
from archsearch.services.index import SYSTEM
from archsearch.services.reading import LONGEST_ID, NOT_FOUND
from archsearch.services.trail import Trail
from archsearch.storage import access, grants, meta, users

NOTED: Final = "policy/in-force"
"""The fact of the workspace that says which policy the log knows of."""

TARGET: Final = "policy"
"""What a change of the policy is entered under."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a user may do something, and why.

    ``record`` is what access to it depends on, None when the question was about no one record.
    ``granted_until`` is the end of the grant, where it is a grant that allows it.
    """

    user: User
    decision: Decision
    record: Facts | None = None
    granted_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PolicyDiff:
    """What changes when one policy takes the place of another: rules, and who gains and loses."""

    rules: tuple[RuleChange, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class PolicyService:
    """Explains the policy to those who may know."""

    trail: Trail
    policy: Policy
    masker: Masker

    def show(self, user: str) -> Policy:
        """Give the policy in force.

        Raises:
            AccessDeniedError: The user may not see it.
        """
        database = self.trail.database
        with self.trail.failures(user, Action.POLICY_SHOW), database.read() as connection:
            self._asker(connection, user, Right.RULES)
        self.trail.note(user, Action.POLICY_SHOW)
        return self.policy

    def check(self, name: str, right: Right, record_id: str, by: str) -> Explanation:
        """Decide whether a user may do something now, and explain it.

        Args:
            name: The user in question.
            right: What they would do.
            record_id: With which record; empty for any at all.
            by: Who asks.

        Raises:
            AccessDeniedError: Who asks may not know.
            NotFoundError: There is no such user; or no such record, or who asks may not see it.
        """
        # What was typed for a record id may be anything, a number of somebody's included.
        target = self.masker.text((record_id or name)[:LONGEST_ID])
        failures = self.trail.failures(by, Action.POLICY_CHECK, target=target)
        with failures, self.trail.database.read() as connection:
            asker = self._asker(connection, by, Right.EXPLAIN)
            facts = self._facts(connection, asker, record_id) if record_id else None
            found = self._explained(connection, users.existing(connection, name), right, facts)
        ground = str(found.decision.ground)
        detail = {"user": name, "right": str(right), "ground": ground}
        self.trail.note(by, Action.POLICY_CHECK, target=target, detail=detail)
        return found

    def authorise_diff(self, by: str) -> None:
        """Refuse who may not compare policies, before a file of theirs is so much as opened.

        Raises:
            AccessDeniedError: Who asks may not.
        """
        with (
            self.trail.failures(by, Action.POLICY_DIFF, target=TARGET),
            self.trail.database.read() as connection,
        ):
            self._asker(connection, by, Right.EXPLAIN)

    def diff(self, old: Policy, new: Policy, by: str, *, limit: int | None = None) -> PolicyDiff:
        """Tell what would change for every user, over the records that who asks may read.

        Args:
            old: The policy before.
            new: The policy after.
            by: Who asks.
            limit: How many record ids to give of each change; None for all.

        Raises:
            AccessDeniedError: Who asks may not know.
        """
        with self.trail.failures(by, Action.POLICY_DIFF, target=TARGET):
            with self.trail.database.read() as connection:
                scope = self.policy.scope(self._asker(connection, by, Right.EXPLAIN))
                people = list(self._people(connection))
                facts = (each for each in access.all_facts(connection) if scope.allows(*each))
                lent = frozenset[RecordId]().union(*(each.grants for each in people))
                holdings = Holdings(facts, lent, limit)
            found = tuple(changes(old, new, people, holdings))
        detail: dict[str, JsonValue] = {"old": old.fingerprint, "new": new.fingerprint}
        detail["changes"] = len(found)
        self.trail.note(by, Action.POLICY_DIFF, target=TARGET, detail=detail)
        return PolicyDiff(rule_changes(old, new), found)

    def _asker(self, connection: Connection, user: str, right: Right) -> Principal:
        principal = principal_of(connection, user, self.trail.clock())
        require(self.policy, principal, right)
        return principal

    def _facts(self, connection: Connection, asker: Principal, record_id: str) -> Facts:
        facts = access.facts_of(connection, RecordId(record_id))
        if facts is None or not self.policy.scope(asker).allows(*facts):
            raise NotFoundError(NOT_FOUND)
        return facts

    def _explained(
        self, connection: Connection, user: User, right: Right, facts: Facts | None
    ) -> Explanation:
        now = self.trail.clock()
        decision = self.policy.decide(as_principal(connection, user, now), right, facts)
        if user.disabled:
            decision = replace(decision, allowed=False, ground=Ground.DISABLED)
        until = None
        if facts is not None and decision.ground is Ground.GRANTED:
            until = grants.end(connection, user.name, facts.record_id, now)
        return Explanation(user, decision, facts, until)

    def _people(self, connection: Connection) -> Iterable[Principal]:
        now = self.trail.clock()
        for user in users.all_users(connection):
            if not user.disabled:
                yield as_principal(connection, user, now)


def keep_policy(connection: Connection, policy: Policy) -> None:
    """Note the policy in force, and keep its text: what it allowed can be told ever after."""
    meta.put(connection, NOTED, policy.fingerprint)
    meta.put(connection, f"policy/{policy.fingerprint}", policy.canonical)


def note_policy(trail: Trail, policy: Policy) -> None:
    """Enter in the log that the policy is another one than when the workspace was last opened."""
    with trail.database.read() as connection:
        if meta.get(connection, NOTED) == policy.fingerprint:
            return
    with trail.database.write() as connection:
        before = meta.get(connection, NOTED)
        if before == policy.fingerprint:
            return
        keep_policy(connection, policy)
        detail = {"before": before or "", "fingerprint": policy.fingerprint}
        entry = trail.entry(SYSTEM, Action.CONFIGURE, target=TARGET, detail=detail)
        trail.log.append(connection, entry)
