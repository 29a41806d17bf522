"""The doctor: proves that store, index and audit log agree, and says what to do if not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from archsearch.domain.audit import Action
from archsearch.domain.policy import Policy, Right
from archsearch.domain.zone import CHINA
from archsearch.engines.base import SearchEngine
from archsearch.errors import ArchsearchError, IndexOutdatedError
from archsearch.services.audit import verified
from archsearch.services.identity import principal_of, require
from archsearch.services.trail import Trail
from archsearch.storage import audit_log, outbox, past, records, scans
from archsearch.storage.consistency import find_inconsistencies
from archsearch.storage.database import vault_of
from archsearch.storage.inbox import Ledger
from archsearch.storage.scans import ScanStore

_APART: Final = timedelta(minutes=1)
"""How much the clocks of an archive's machines may differ without a word."""
_EVER: Final = datetime.min.replace(tzinfo=UTC)
_REBUILD = "请运行 archsearch index rebuild。"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. ``advice`` says what to do, and is empty when all is well."""

    name: str
    passed: bool
    finding: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Doctor:
    """Looks at everything, changes nothing."""

    trail: Trail
    policy: Policy
    engine: SearchEngine

    def examine(self, user: str) -> tuple[Check, ...]:
        """Run every check.

        Raises:
            AccessDeniedError: The user may not.
        """
        with self.trail.failures(user, Action.AUDIT_VERIFY):
            with self.trail.database.read() as connection:
                principal = principal_of(connection, user, self.trail.clock())
            require(self.policy, principal, Right.EXAMINE)
        self.trail.note(user, Action.AUDIT_VERIFY)
        steps: tuple[tuple[str, Callable[[], Check]], ...] = (
            ("档案库", self._store),
            ("扫描件", self._scans),
            ("操作日志", self._audit),
            ("权限历史", self._history),
            ("待索引队列", self._outbox),
            ("索引文件", self._files),
            ("索引与档案库", self._agreement),
        )
        return tuple(_guarded(name, step) for name, step in steps)

    def _store(self) -> Check:
        faults = self.trail.database.verify()
        with self.trail.database.read() as connection:
            number = records.count(connection)
            altered = next(find_inconsistencies(connection), None)
        if faults:
            return _ill("档案库", f"{len(faults)} 处损坏：{faults[0]}", "请从备份恢复 var/。")
        if altered is not None:
            finding = f"档案 {altered.record_id}：{altered.reason}"
            if altered.sealed:
                return _ill("档案库", finding, "请核对 keys/ 与 var/ 是否同一时刻的备份，再恢复。")
            return _ill("档案库", finding, "档案可能被绕过系统改动；请保全现场，从备份核对恢复。")
        return _well("档案库", f"{number} 份档案，文件完好")

    def _scans(self) -> Check:
        database = self.trail.database
        with database.read() as connection:
            vault = vault_of(connection)
            store = ScanStore(database.path.with_name("scans"), vault)
            number = scans.count(connection)
            faults = sum(1 for _ in store.faults(connection))
            missing = sum(1 for _ in scans.unattached(connection, Ledger(vault)))
        if faults:
            finding = f"{number} 份中有 {faults} 份的文件缺失或残缺"
            return _ill("扫描件", finding, "请从备份恢复 var/scans。")
        if missing:
            finding = f"收件夹登记为已归档的，有 {missing} 份不在档案里"
            return _ill("扫描件", finding, "档案库可能恢复到了更早的时刻；请从备份核对恢复。")
        return _well("扫描件", f"{number} 份，文件齐全")

    def _audit(self) -> Check:
        report = verified(self.trail)
        if report.breaks:
            first = report.breaks[0]
            finding = f"第 {first.seq} 条起不连贯：{first.reason}"
            return _ill("操作日志", finding, "日志可能被改动；请保全现场并联系审计员。")
        finding = f"{report.entries} 条，链条完整"
        with self.trail.database.read() as connection:
            ahead = audit_log.later_moment(connection, self.trail.clock() + _APART, _EVER)
        if ahead is not None:
            # The log is as it should be, and stays so: nobody can mend what a clock once said.
            when = ahead.astimezone(CHINA)
            finding += f"；有的条目晚于现在，最晚 {when:%Y-%m-%d %H:%M}：时钟走快过，或现在慢了"
        return _well("操作日志", finding)

    def _history(self) -> Check:
        with self.trail.database.read() as connection:
            differing = "、".join(past.disagreements(connection))
        if differing:
            advice = "用户或词典可能被绕过系统改动；请保全现场，从备份核对恢复。"
            return _ill("权限历史", f"{differing}：历史的最后一步与现在不符", advice)
        return _well("权限历史", "与现在的用户、词典、档案一致")

    def _outbox(self) -> Check:
        with self.trail.database.read() as connection:
            waiting = outbox.count(connection)
        if waiting:
            return _ill("待索引队列", f"{waiting} 条未入索引", "请运行 archsearch index drain。")
        return _well("待索引队列", "已清空")

    def _files(self) -> Check:
        damage = self.engine.verify()
        if damage:
            first = damage[0]
            return _ill("索引文件", f"{first.file}：{first.reason}", _REBUILD)
        stats = self.engine.stats()
        return _well("索引文件", f"{stats.segments} 段，{stats.bytes} 字节，摘要相符")

    def _agreement(self) -> Check:
        with self.trail.database.read() as connection:
            stored = iter(records.revisions(connection))
            number, differing = 0, 0
            for left, right in _paired(stored, self.engine.revisions()):
                number += 1
                differing += left != right
        if differing:
            return _ill("索引与档案库", f"{differing} 份不一致", _REBUILD)
        return _well("索引与档案库", f"{number} 份逐一相符")


def _paired(
    stored: Iterator[tuple[str, int]], indexed: Iterator[tuple[str, int]]
) -> Iterator[tuple[tuple[str, int] | None, tuple[str, int] | None]]:
    """Walk two ordered lists side by side; what only one of them has is paired with None."""
    left, right = next(stored, None), next(indexed, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[0] < right[0]):
            yield left, None
            left = next(stored, None)
        elif left is None or right[0] < left[0]:
            yield None, right
            right = next(indexed, None)
        else:
            yield left, right
            left, right = next(stored, None), next(indexed, None)


def _well(name: str, finding: str) -> Check:
    return Check(name, passed=True, finding=finding)


def _ill(name: str, finding: str, advice: str) -> Check:
    return Check(name, passed=False, finding=finding, advice=advice)


def _guarded(name: str, step: Callable[[], Check]) -> Check:
    try:
        return step()
    except IndexOutdatedError as error:
        return _ill(name, error.message, _REBUILD)
    except ArchsearchError as error:
        return _ill(name, error.message, "请检查磁盘后重试，或从备份恢复。")
