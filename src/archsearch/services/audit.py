"""Reading the operation log; reading it is logged too."""

from collections.abc import Iterator
from dataclasses import dataclass

from archsearch.domain.audit import Action, AuditFilter, ChainReport, LoggedEntry
from archsearch.domain.audit_report import AuditReport
from archsearch.domain.policy import Policy, Right
from archsearch.services.audit_report import Reporter
from archsearch.services.identity import principal_of, require
from archsearch.services.trail import Trail
from archsearch.storage import audit_log


@dataclass(frozen=True, slots=True)
class AuditService:
    """For those who may read the log: by the policy shipped, administrators and auditors."""

    trail: Trail
    policy: Policy
    reporter: Reporter

    def search(
        self, conditions: AuditFilter, user: str, *, limit: int = 100, before: int | None = None
    ) -> tuple[LoggedEntry, ...]:
        """Find entries, newest first; ``before`` continues after the last one of a page."""
        self._authorise(user, Action.AUDIT_READ)
        with self.trail.database.read() as connection:
            return audit_log.search(connection, conditions, limit=limit, before=before)

    def export(self, conditions: AuditFilter, user: str) -> Iterator[LoggedEntry]:
        """Give every entry that conditions hold for, oldest first; as the log is at the start."""
        self._authorise(user, Action.AUDIT_READ)
        return self._entries(conditions)

    def _entries(self, conditions: AuditFilter) -> Iterator[LoggedEntry]:
        with self.trail.database.read() as connection:
            yield from audit_log.entries(connection, conditions)

    def report(self, conditions: AuditFilter, user: str) -> AuditReport:
        """Count the entries that conditions hold for; see :class:`AuditReport`."""
        self._authorise(user, Action.AUDIT_READ)
        with self.trail.database.read() as connection:
            return self.reporter.report(connection, conditions, self.trail.clock())

    def verify(self, user: str) -> ChainReport:
        """Check the chain from the first entry to the last."""
        self._authorise(user, Action.AUDIT_VERIFY)
        return verified(self.trail)

    def key(self, user: str) -> str:
        """Give the key of the chain as hexadecimal digits, for a verifier outside archsearch.

        Who has it could also forge entries, if they could write the database.

        Raises:
            AccessDeniedError: The user may not have it.
        """
        self._authorise(user, Action.AUDIT_KEY, Right.LOG_KEY)
        return self.trail.log.key.hex()

    def _authorise(self, user: str, action: Action, right: Right = Right.LOG) -> None:
        with self.trail.failures(user, action):
            with self.trail.database.read() as connection:
                principal = principal_of(connection, user, self.trail.clock())
            require(self.policy, principal, right)
        self.trail.note(user, action)


def verified(trail: Trail) -> ChainReport:
    """Check the chain; once more if it does not hold, as others write meanwhile."""
    for _ in range(2):
        with trail.database.read() as connection:
            report = trail.log.verify(connection, Action.INIT)
        if report.intact:
            break
    return report
