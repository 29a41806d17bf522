"""Replaying: putting a question of the log again, to the archive as it was, and comparing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection

from archsearch.domain.access import NOTHING, Principal, Scope
from archsearch.domain.audit import Action, AuditEntry, AuditFilter, LoggedEntry, Outcome
from archsearch.domain.policy import Policy, Right
from archsearch.domain.record import JsonValue, RecordId
from archsearch.errors import (
    AccessDeniedError,
    BusyError,
    InvalidRequestError,
    NotFoundError,
)
from archsearch.services.asking import Asker
from archsearch.services.configuration import differences, known
from archsearch.services.glossary import Keeper
from archsearch.services.identity import principal_of, require
from archsearch.services.index import IndexService
from archsearch.services.past import policy_at, policy_of, principal_at
from archsearch.services.questions import Questions, digest_of
from archsearch.services.stage import Progress, Scene, Stages
from archsearch.services.trail import Trail
from archsearch.storage import access, api_tokens, audit_log, moments, outbox, past, records
from archsearch.storage.moments import Moment
from archsearch.storage.past import RecordsThen

_MOST_CHANGED: Final = 10_000
_PARTS: Final = {
    "program": "程序版本",
    "analysis": "分词和索引的规则",
    "lists": "词表",
    "schema": "元数据标准",
    "vocabularies": "词汇和用户词典",
    "search": "检索设置和词表",
}
"""Parts of a configuration that a replay cannot bring back."""

_AT_ONCE: Final = timedelta(seconds=1)


class Verdict(StrEnum):
    """What came of a replay."""

    SAME = "same"
    DIFFERS = "differs"
    UNKNOWN = "unknown"
    """Something that the answer depended on cannot be brought back; the reasons say what."""


@dataclass(frozen=True, slots=True)
class Replay:
    """An entry of the log, what it says of its answer, and what the answer is when asked again.

    ``record_ids`` are those of the replayed answer that who asks may see now, ``hidden`` counts the
    others. Of somebody's looking at one record the totals are 1 if it was shown, else 0.
    """

    seq: int
    entry: AuditEntry
    verdict: Verdict
    reasons: tuple[str, ...]
    total_logged: int
    total: int | None = None
    record_ids: tuple[RecordId, ...] = ()
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class _Answer:
    """What of an answer is compared."""

    total: int
    digest: str
    record_ids: tuple[RecordId, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class _Case:
    """A question of the log with everything that its answer depended on."""

    seq: int
    entry: AuditEntry
    moment: Moment
    scope: Scope
    logged: _Answer


@dataclass(frozen=True, slots=True)
class ReplayService:
    """Puts questions again, for those who may explain rights and read the log."""

    trail: Trail
    policy: Policy
    questions: Questions
    index: IndexService
    keeper: Keeper
    stages: Stages

    def replay(self, seq: int, by: str, progress: Progress | None = None) -> Replay:
        """Put a question of the log again and compare the answer.

        Args:
            seq: The number of the entry: of a search, a completion, or a look at one record.
            by: Who wants to know.
            progress: Told how many records of then are ready to be searched.

        Raises:
            AccessDeniedError: Who asks may not.
            BusyError: Another process is replaying.
            InvalidRequestError: The entry is of nothing that could be replayed; says why.
            NotFoundError: There is no such entry.
        """
        with self.trail.failures(by, Action.AUDIT_REPLAY, target=str(seq)):
            with self.trail.database.read() as connection:
                asker = principal_of(connection, by, self.trail.clock())
                require(self.policy, asker, Right.EXPLAIN)
                require(self.policy, asker, Right.LOG)
                logged = _entry(connection, seq)
                genuine = self.trail.log.holds(connection, seq)
            if not genuine:
                found = Replay(seq, logged.entry, Verdict.UNKNOWN, (_FORGED,), _total(logged))
            elif logged.entry.action in _LOOKS:
                found = self._look(logged)
            else:
                found = self._question(logged, progress)
            with self.trail.database.read() as connection:
                shown = tuple(self._visible(connection, asker, found.record_ids))
        detail: dict[str, JsonValue] = {"verdict": str(found.verdict)}
        self.trail.note(by, Action.AUDIT_REPLAY, target=str(seq), detail=detail)
        return replace(found, record_ids=shown, hidden=len(found.record_ids) - len(shown))

    def _visible(
        self, connection: Connection, asker: Principal, record_ids: tuple[RecordId, ...]
    ) -> Iterator[RecordId]:
        scope = self.policy.scope(asker)
        for record_id in record_ids:
            facts = access.facts_of(connection, record_id)
            if facts is not None and scope.allows(*facts):
                yield record_id

    # Questions -----------------------------------------------------------------------------------

    def _question(self, logged: LoggedEntry, progress: Progress | None) -> Replay:
        case = self._case(logged)
        doubts = self._doubts(case)
        try:
            answer = self._in_use(case)
            if answer != case.logged:
                # Before anybody is told so, it is asked of what was alone.
                answer = self._then(case, case.moment.seq, doubts, progress)
            if answer != case.logged and self._moved(case):
                doubts.append("回答的同时有档案在变动")
                later = self._then(case, case.seq - 1, [], progress)
                answer = later if later == case.logged else answer
        except InvalidRequestError:
            doubts.append("现在的设置不再接受当时的问题")
            return _replay(case, Verdict.UNKNOWN, doubts)
        if answer == case.logged:
            return _replay(case, Verdict.SAME, [], answer)
        return _replay(case, Verdict.UNKNOWN if doubts else Verdict.DIFFERS, doubts, answer)

    def _case(self, logged: LoggedEntry) -> _Case:
        seq, entry = logged.seq, logged.entry
        detail = entry.detail
        if entry.action not in {Action.SEARCH, Action.SUGGEST}:
            raise InvalidRequestError(
                "只能重演检索（search）、补全（suggest）和查看（show、history、reveal）；"
                "其他操作在日志里没有可比较的回答，比对（match）的名单日志里只有摘要。"
            )
        if entry.outcome is not Outcome.DONE:
            raise InvalidRequestError("这次检索被拒绝或失败了，没有回答，不能重演。")
        as_of = detail.get("as_of")
        if not isinstance(as_of, int):
            raise InvalidRequestError("这一条是旧版本记下的，没有重演所需的内容。")
        with self.trail.database.read() as connection:
            if as_of < moments.since(connection):
                raise InvalidRequestError("那时还没有记下权限的历史，不能重演。")
            moment = moments.moment_of(connection, as_of)
            if moment is None or as_of >= seq:
                raise InvalidRequestError("这一条所指的时刻在日志里找不到；请运行 audit verify。")
            moment = moment._replace(at=entry.at)
            parts = known(connection, str(detail.get("with")))
            policy = _policy(connection, parts, as_of) or self.policy
            principal = _actor(connection, entry, moment)
            scope = NOTHING if principal is None else policy.scope(principal)
        expected = _Answer(_total(logged), str(detail.get("digest", "")))
        return _Case(seq, entry, moment, scope, expected)

    def _doubts(self, case: _Case) -> list[str]:
        """Say what of then cannot be brought back."""
        detail = case.entry.detail
        with self.trail.database.read() as connection:
            parts = known(connection, str(detail.get("with")))
        other = [_PARTS[key] for key in differences(parts, self.questions.parts) if key in _PARTS]
        doubts = [f"当时的配置与现在不同：{'、'.join(other)}"] if other else []
        if not parts:
            doubts = ["当时的配置已无从得知"]
        if detail.get("behind"):
            doubts.append("当时索引还没有跟上刚存入的档案")
        return doubts

    def _moved(self, case: _Case) -> bool:
        """Whether records changed between the question and its entry in the log."""
        with self.trail.database.read() as connection:
            return moments.records_changed(connection, case.moment.seq, case.seq - 1)

    def _in_use(self, case: _Case) -> _Answer | None:
        """Ask the index in use, if what could be seen then is in it unchanged; None if not."""
        self.index.catch_up()
        state = self._state(case)
        if state is None:
            return None
        number, then = state
        excluded = then.changed_since(_MOST_CHANGED)
        if excluded is None:
            return None
        settled = Asker(case.scope, excluded)
        try:
            answer = self._asked(self.stages.now(settled, then), case, settled)
        except BusyError:
            return None
        return answer if self._state(case, number) else None

    def _state(self, case: _Case, number: int | None = None) -> tuple[int, RecordsThen] | None:
        """Tell the state of the records if the index holds it; it must be ``number`` if given."""
        database, seq = self.trail.database, case.moment.seq
        with database.read() as connection:
            self.keeper.refresh(connection)
            last = records.last_version(connection)
            if (
                not outbox.empty(connection)
                or moments.dictionary_changed(connection, seq)
                or number not in (None, last)
            ):
                return None
        return last, RecordsThen(database, seq, case.scope.allows)

    def _then(self, case: _Case, seq: int, doubts: list[str], progress: Progress | None) -> _Answer:
        """Ask a temporary index of what could be seen."""
        then = RecordsThen(self.trail.database, seq, case.scope.allows)
        with self.trail.database.read() as connection:
            dictionary = past.dictionary_at(connection, case.moment.seq)
        settled = Asker(case.scope, frozenset())
        with self.stages.then(settled, then, dictionary, progress) as scene:
            answer = self._asked(scene, case, settled)
        if then.lost:
            doubts.append(f"有 {then.lost} 份档案当时的内容已无法读取（如已销毁）")
        return answer

    def _asked(self, scene: Scene, case: _Case, settled: Asker) -> _Answer:
        detail = case.entry.detail
        if case.entry.action is Action.SUGGEST:
            typed = self.questions.read_suggest(detail)
            found = scene.names.suggestions(typed.text, settled, typed.limit)
            record_ids = tuple(each.record_id for each in found)
            return _Answer(len(found), digest_of(record_ids), record_ids)
        page = scene.search.page(self.questions.read_search(detail), settled)
        record_ids = tuple(hit.record_id for hit in page.hits)
        return _Answer(page.total, digest_of(record_ids), record_ids)

    # Looks at one record -------------------------------------------------------------------------

    def _look(self, logged: LoggedEntry) -> Replay:
        seq, entry = logged.seq, logged.entry
        shown = entry.outcome is Outcome.DONE
        if not shown and entry.detail.get("code") not in _REFUSED:
            raise InvalidRequestError("这次查看失败了，没有回答，不能重演。")
        expected = "" if shown else str(entry.detail["code"])
        with self.trail.database.read() as connection:
            # What is entered after the answer may be a little later than the answer.
            earlier = moments.moment_at(connection, entry.at - _AT_ONCE)
            moment = moments.moment_of(connection, seq - 1) or earlier
            if moment.seq < moments.since(connection):
                raise InvalidRequestError("那时还没有记下权限的历史，不能重演。")
            moment = moment._replace(at=entry.at)
            allowed = self._refusal(connection, entry, moment)
            if allowed != expected:
                allowed = self._refusal(connection, entry, earlier)
        verdict = Verdict.SAME if allowed == expected else Verdict.DIFFERS
        record_ids = (RecordId(entry.target),) if not allowed else ()
        return Replay(seq, entry, verdict, (), int(shown), int(not allowed), record_ids)

    def _refusal(self, connection: Connection, entry: AuditEntry, moment: Moment) -> str:
        """Give the code that a look at a record was refused with, or had to be; else nothing."""
        principal = _actor(connection, entry, moment)
        if principal is None:
            return AccessDeniedError.code
        policy = policy_at(connection, moment.seq) or self.policy
        if entry.detail.get("who") and not policy.may(principal, Right.EXPLAIN):
            return AccessDeniedError.code
        sighted = past.sighting(connection, RecordId(entry.target), moment.seq)
        there = Right.DELETE if sighted is not None and sighted.deleted else Right.READ
        if sighted is None or not policy.decide(principal, there, sighted.facts).allowed:
            return NotFoundError.code
        right = Right.REVEAL if entry.action is Action.REVEAL else Right.READ
        allowed = policy.decide(principal, right, sighted.facts).allowed
        return "" if allowed else AccessDeniedError.code


_LOOKS: Final = frozenset({Action.SHOW, Action.HISTORY, Action.REVEAL})
_REFUSED: Final = frozenset({NotFoundError.code, AccessDeniedError.code})


_FORGED: Final = "日志的这一条或它前面的一条不是当时写下的；请运行 archsearch audit verify"


def _total(logged: LoggedEntry) -> int:
    return _count(logged.entry.detail.get("total"))


def _entry(connection: Connection, seq: int) -> LoggedEntry:
    for found in audit_log.search(connection, AuditFilter(), limit=1, before=seq + 1):
        if found.seq == seq:
            return found
    raise NotFoundError("操作日志里没有这个序号。")


def _actor(connection: Connection, entry: AuditEntry, moment: Moment) -> Principal | None:
    """Give who did something as they were, with no more rights than the token they came in by."""
    principal = principal_at(connection, entry.user, moment)
    kind, _, number = str(entry.detail.get("via", "")).partition(":")
    within = entry.detail.get("within")
    if principal is not None and isinstance(within, list):
        return replace(principal, limits=frozenset(map(str, within)))
    if principal is None or kind != "token":
        return principal
    token = api_tokens.get(connection, int(number))
    return replace(principal, limits=frozenset(() if token is None else token.rights))


def _policy(connection: Connection, parts: Mapping[str, str], seq: int) -> Policy | None:
    """Recall the policy that the process applied which answered, or else the one noted."""
    fingerprint = parts.get("policy")
    return policy_of(connection, fingerprint) if fingerprint else policy_at(connection, seq)


def _replay(
    case: _Case, verdict: Verdict, reasons: list[str], answer: _Answer | None = None
) -> Replay:
    return Replay(
        case.seq,
        case.entry,
        verdict,
        tuple(reasons),
        case.logged.total,
        None if answer is None else answer.total,
        () if answer is None else answer.record_ids,
    )


def _count(value: JsonValue) -> int:
    return value if isinstance(value, int) else -1
