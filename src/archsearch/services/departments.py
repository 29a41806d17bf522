"""The tree of departments, as administrators manage it."""

from dataclasses import dataclass

from archsearch.domain.audit import Action
from archsearch.domain.policy import Policy, Right
from archsearch.services.identity import principal_of, require
from archsearch.services.trail import Trail
from archsearch.storage import departments


@dataclass(frozen=True, slots=True)
class DepartmentService:
    """Lists and adds departments on behalf of those who may."""

    trail: Trail
    policy: Policy

    def all(self, by: str) -> tuple[str, ...]:
        """List every path, parents before their children."""
        with self.trail.failures(by, Action.DEPARTMENT_LIST):
            self._authorise(by)
            with self.trail.database.read() as connection:
                paths = departments.all_paths(connection)
        self.trail.note(by, Action.DEPARTMENT_LIST, detail={"departments": len(paths)})
        return paths

    def add(self, path: str, by: str) -> bool:
        """Create a department and those above it; tell whether any was new.

        Raises:
            AccessDeniedError: Who asks may not.
            InvalidRequestError: The path is not possible.
        """
        with self.trail.failures(by, Action.DEPARTMENT_ADD, target=path):
            self._authorise(by)
            with self.trail.database.write() as connection:
                created = departments.ensure(connection, path, at=self.trail.clock())
                if created:
                    entry = self.trail.entry(by, Action.DEPARTMENT_ADD, target=path)
                    self.trail.log.append(connection, entry)
        return created

    def _authorise(self, by: str) -> None:
        with self.trail.database.read() as connection:
            principal = principal_of(connection, by, self.trail.clock())
        require(self.policy, principal, Right.DEPARTMENTS)
