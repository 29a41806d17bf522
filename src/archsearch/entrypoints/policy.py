"""The part of the Python API that is about rights: the policy, its decisions, another's effects."""

from pathlib import Path

from archsearch.bootstrap import Application
from archsearch.domain.policy import Policy, Right
from archsearch.entrypoints.arguments import numbers, texts
from archsearch.errors import InvalidRequestError
from archsearch.services.policy import Explanation, PolicyDiff
from archsearch.settings.policy import read_policy


class PolicyDesk:
    """What an archive can tell about rights; ``archive.policy``."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def show(self, *, user: str) -> Policy:
        """Give the policy in force.

        Raises:
            AccessDeniedError: The user may not see it.
        """
        texts(user=user)
        return self._application.policies.show(user)

    def check(self, name: str, right: str, record_id: str = "", *, user: str) -> Explanation:
        """Decide whether a user may do something now, and explain it.

        Args:
            name: The user in question.
            right: What they would do: ``read``, ``create``, ``change`` … as in ``policy.yaml``.
            record_id: With which record; empty for any at all.
            user: Who asks.

        Raises:
            AccessDeniedError: Who asks may not know.
            InvalidRequestError: There is no such right.
            NotFoundError: There is no such user; or no such record, or who asks may not see it.
        """
        texts(name=name, right=right, record_id=record_id, user=user)
        if right not in set(Right):
            raise InvalidRequestError(f"没有权限“{right}”；可选：{'、'.join(Right)}。")
        return self._application.policies.check(name, Right(right), record_id, user)

    def diff(
        self, old: str | Path | None, new: str | Path, *, user: str, limit: int | None = None
    ) -> PolicyDiff:
        """Tell what every user would gain and lose if one policy file took the place of another.

        Args:
            old: The file before; None for the policy in force.
            new: The file after.
            user: Who asks; counted are the records that they may read.
            limit: How many record ids to give of each change; None for all.

        Raises:
            AccessDeniedError: Who asks may not know.
            SettingsError: A file is wrong; says where.
        """
        texts(user=user)
        if limit is not None:
            numbers(limit=limit)
        self._application.policies.authorise_diff(user)
        before = self._application.policy if old is None else self._read(old)
        return self._application.policies.diff(before, self._read(new), user, limit=limit)

    def _read(self, path: str | Path) -> Policy:
        return read_policy(Path(path), self._application.policy.levels)
