"""The part of the Python API that looks back: who could do what, and answers given again."""

from collections.abc import Callable
from datetime import date

from archsearch.bootstrap import Application
from archsearch.domain.policy import Right
from archsearch.entrypoints.arguments import numbers, texts
from archsearch.errors import InvalidRequestError
from archsearch.services.past import ASKABLE, PastQuestion, WhoCould
from archsearch.services.replay import Replay

_FIRST_YEAR, _LAST_YEAR = 1899, 9999


class Remembering:
    """What an archive can tell of the past."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def who_could(
        self,
        record_id: str,
        at: date | int,
        *,
        user: str,
        right: str = "read",
        seen: bool = False,
    ) -> WhoCould:
        """List who had a right over a record at a moment, by the rights and the record of then.

        Args:
            record_id: The record.
            at: A moment (without a zone it is China's time), a day (its end), or the number of an
                entry of the log (just after it).
            user: Who asks.
            right: ``read``, ``change``, ``reveal``, ``export`` … as in ``policy.yaml``.
            seen: Whether to list as well who did look at it until then, from the log.

        Raises:
            AccessDeniedError: Who asks may not; by the policy shipped, only administrators may.
            InvalidRequestError: The moment is to come, or older than the history of rights.
            NotFoundError: As for :meth:`Archive.get`; or there is no such entry.
        """
        texts(record_id=record_id, user=user, right=right)
        if not isinstance(at, date | int) or isinstance(at, bool):
            raise InvalidRequestError("参数 at 须是日期、时刻或日志序号。")
        if isinstance(at, int):
            numbers(at=at)
        elif not _FIRST_YEAR < at.year < _LAST_YEAR:
            # Zones and ends of days must stay within what a calendar holds.
            raise InvalidRequestError("参数 at 须在 1900 年到 9999 年之间。")
        if right not in ASKABLE:
            raise InvalidRequestError(f"没有权限“{right}”；可选：{'、'.join(ASKABLE)}。")
        question = PastQuestion(record_id, at, Right(right), seen)
        return self._application.past.who_could(question, user)

    def replay(
        self, seq: int, *, user: str, progress: Callable[[int], None] | None = None
    ) -> Replay:
        """Put a question of the log again, to the archive as it was, and compare the answers.

        Of searches and suggestions, and of looks at single records. A large archive that has
        changed since is indexed again first, as far as the asker of then could see it.

        Args:
            seq: The number of its entry in the log.
            user: Who wants to know.
            progress: Told how many records are ready to be searched.

        Raises:
            AccessDeniedError: Who asks may not explain rights, or may not read the log.
            BusyError: Another process is replaying.
            InvalidRequestError: The entry is of nothing that could be replayed; says why.
            NotFoundError: There is no such entry.
        """
        texts(user=user)
        numbers(seq=seq)
        return self._application.replays.replay(seq, user, progress)
