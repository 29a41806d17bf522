"""Ingest: sources in, checked records in store and index, rejected rows in a file to mend.

Feeding the same input twice changes nothing, and a run that was killed ends, when started again, as
if it had never been: how far a source was stored is noted in the transaction of its records.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Any, Final, Protocol

from archsearch.domain.audit import Action
from archsearch.domain.policy import Policy, Right
from archsearch.domain.problem import Problem, Severity
from archsearch.domain.record import JsonValue, RecordId
from archsearch.errors import StoreError
from archsearch.ingest.naming import NamingRule
from archsearch.ingest.pipeline import Pipeline, Supply
from archsearch.ingest.rows import Draft, Row
from archsearch.services.admission import Admission, Decision, Standing, Verdict
from archsearch.services.asking import Masker
from archsearch.services.batches import Batches
from archsearch.services.garbage import fewer_collections
from archsearch.services.identity import principal_of, require
from archsearch.services.indexing import Indexing
from archsearch.services.trail import Trail
from archsearch.storage import departments
from archsearch.storage.database import vault_of

_PROBLEMS_TOLD: Final = 10_000
_HEAVIEST_BATCH: Final = 4_000_000

Input = Path | Mapping[str, Any]
Progress = Callable[[str, int], None]
"""Told the source's name and the number of its rows done so far."""


class Rejects(Protocol):
    """The file of one source's rejected rows."""

    def add(self, problems: Sequence[Problem], row: Row | None = None) -> None:
        """Add a row with the reasons against it; one that could not be read has no row."""
        ...

    def close(self) -> Path | None:
        """Finish; gives the file's path, or None when no row was rejected."""
        ...

    def abort(self) -> None:
        """Leave no file."""
        ...


@dataclass(frozen=True, slots=True)
class IngestRules:
    """What configuration decides about ingest.

    ``fingerprint`` stands for everything that changes how rows are understood; ``zone`` is where a
    day begins; ``batch`` the number of rows stored in one transaction.
    """

    policy: Policy
    naming: NamingRule
    fingerprint: str
    zone: tzinfo
    batch: int = 2000


@dataclass(slots=True)
class IngestReport:
    """What an ingest did.

    ``accepted`` counts new records, ``updated`` new versions, ``unchanged`` rows that brought
    nothing new, ``rejected_rows`` rows kept out. ``rejected`` and ``warnings`` hold the reasons, at
    most ten thousand of each; ``rejected_total`` and ``warnings_total`` count all. ``rejects`` are
    the files to mend. ``record_ids`` of a dry run are those that rows bring or that are known.
    ``indexed`` is False while another process still has to bring the records into the index.
    """

    accepted: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected_rows: int = 0
    rejected: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    rejects: list[Path] = field(default_factory=list)
    record_ids: list[RecordId] = field(default_factory=list)
    rejected_total: int = 0
    warnings_total: int = 0
    dry_run: bool = False
    indexed: bool = True

    def tell(self, problems: Iterable[Problem]) -> None:
        """Keep problems for the report."""
        for problem in problems:
            told = self.warnings
            if problem.severity is Severity.ERROR:
                told = self.rejected
                self.rejected_total += 1
            else:
                self.warnings_total += 1
            if len(told) < _PROBLEMS_TOLD:
                told.append(problem)


class IngestService:
    """Takes sources into the archive on behalf of users."""

    def __init__(
        self,
        trail: Trail,
        indexing: Callable[[], Indexing],
        pipeline: Pipeline,
        rules: IngestRules,
        masker: Masker,
        rejects: Callable[[str, str], Rejects],
    ) -> None:
        self._trail = trail
        self._indexing = indexing
        self._pipeline = pipeline
        self._rules = rules
        self._masker = masker
        self._rejects = rejects

    def ingest(
        self,
        inputs: Iterable[Input],
        user: str,
        *,
        dry_run: bool = False,
        progress: Progress | None = None,
        index: bool = True,
    ) -> IngestReport:
        """Ingest files, folders and dicts.

        Without ``index`` the records are stored, and to bring them into the index is left to the
        caller.

        Raises:
            AccessDeniedError: The user may not bring records.
            StoreError: The disk failed; what was stored before is safe.
        """
        batches = self.batches(user, dry_run=dry_run)
        report = IngestReport(dry_run=dry_run)
        with fewer_collections(), self._indexing() as indexing:
            if not dry_run:
                indexing.begin()
            for supply in self._supplies(inputs, batches):
                with self._trail.failures(user, Action.INGEST, target=supply.name), _on_disk():
                    tally = _Tally(supply, report, self._rejects(supply.name, supply.digest))
                    self._take(tally, batches, indexing, progress)
            if not dry_run:
                report.indexed = index and indexing.finish()
        return report

    def batches(self, user: str, *, dry_run: bool = False) -> Batches:
        """Give what stores drafts on behalf of a user, by their rights as they are now.

        Raises:
            AccessDeniedError: The user may not bring records.
        """
        with self._trail.failures(user, Action.INGEST):
            admission = self._admission(user)
        return Batches(self._trail, admission, self._rules.naming, dry_run=dry_run)

    def _admission(self, user: str) -> Admission:
        now = self._trail.clock()
        with self._trail.database.read() as connection:
            principal = principal_of(connection, user, now)
            paths = frozenset(departments.all_paths(connection))
            content_key = vault_of(connection).content_key
        require(self._rules.policy, principal, Right.CREATE, Right.CHANGE)
        return Admission(
            principal,
            Standing.of(principal, self._rules.policy),
            now.astimezone(self._rules.zone).date(),
            paths.__contains__,
            self._pipeline.validator.check,
            self._masker.values,
            content_key,
        )

    def _supplies(self, inputs: Iterable[Input], batches: Batches) -> Iterator[Supply]:
        dicts: list[Mapping[str, Any]] = []
        for each in inputs:
            if isinstance(each, Mapping):
                dicts.append(each)
            else:
                yield from self._pipeline.files(each, batches.today)
        if dicts:
            yield self._pipeline.dicts(dicts, batches.today, batches.content_key)

    def _take(
        self, tally: "_Tally", batches: Batches, indexing: Indexing, progress: Progress | None
    ) -> None:
        source, report, rejects = tally.source, tally.report, tally.rejects
        bookmark = batches.bookmark(self._rules.fingerprint + source.digest)
        if not report.dry_run and not bookmark.number:
            indexing.expect(source.size)
        try:
            for batch in _batches(source.entries, tally, self._rules.batch):
                drafts = [entry for entry in batch.entries if not entry.hopeless]
                others = (entry for entry in batch.entries if entry.hopeless)
                bookmark = bookmark.rejecting(entry.row.where.number for entry in others)
                decisions: Sequence[Decision] = ()
                if drafts:
                    decisions, bookmark = batches.store(drafts, bookmark)
                tally.take(batch.entries, iter(decisions))
                if progress:
                    progress(source.name, tally.rows)
                if not report.dry_run and decisions:
                    number = sum(d.record_id is not None for d in decisions)
                    indexing.stored(number, batch.weight // len(decisions))
        except BaseException:
            rejects.abort()
            raise
        if report.dry_run:
            rejects.abort()
        elif path := rejects.close():
            report.rejects.append(path)
        # A rehearsal is noted too: it tells which record ids are taken.
        detail = {**tally.detail(), "dry_run": report.dry_run}
        target = self._masker.text(source.name)
        self._trail.note(batches.user, Action.INGEST, target=target, detail=detail)


@contextmanager
def _on_disk() -> Iterator[None]:
    """Translate what keeps the file of rejected rows from being written."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            "拒收文件写不进磁盘；已存入的档案不受影响，请清理磁盘或检查权限后重新提交同一来源。"
        ) from error


@dataclass(slots=True)
class _Tally:
    """What became of the rows of one source."""

    source: Supply
    report: IngestReport
    rejects: Rejects
    rows: int = 0
    accepted: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0

    def trouble(self, problem: Problem) -> None:
        """Note what is wrong with the source, or with a row that could not even be read."""
        if problem.where.number and problem.severity is Severity.ERROR:
            self.reject([problem], None)
        else:
            self.report.tell([problem])

    def reject(self, problems: Sequence[Problem], row: Row | None) -> None:
        """Keep a row out."""
        self.rows += 1
        self.rejected += 1
        self.report.rejected_rows += 1
        self.report.tell(problems)
        self.rejects.add(problems, row)

    def take(self, entries: Sequence[Draft], decisions: Iterator[Decision]) -> None:
        """Note what became of the rows of a batch, in their order."""
        for entry in entries:
            if entry.hopeless:
                self.reject(entry.problems, entry.row)
            else:
                self.count(next(decisions))

    def count(self, decision: Decision) -> None:
        """Note what was decided about a row."""
        if decision.verdict is Verdict.REFUSE:
            self.reject(decision.problems, decision.draft.row)
            return
        self.rows += 1
        self.report.tell(decision.draft.problems)
        match decision.verdict:
            case Verdict.CREATE:
                self.accepted += 1
                self.report.accepted += 1
            case Verdict.CHANGE:
                self.updated += 1
                self.report.updated += 1
            case _:
                self.unchanged += 1
                self.report.unchanged += 1
        made_up = decision.known is None and "record_id" not in decision.draft.values
        # What a dry run would number is numbered otherwise by the next.
        if decision.record_id is not None and not (made_up and self.report.dry_run):
            self.report.record_ids.append(decision.record_id)

    def detail(self) -> dict[str, JsonValue]:
        """Sum up for the audit log."""
        return {
            "digest": self.source.digest,
            "accepted": self.accepted,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
        }


@dataclass(slots=True)
class _Batch:
    """Rows that are looked at together."""

    entries: list[Draft] = field(default_factory=list)
    weight: int = 0
    """Characters in them."""


def _batches(entries: Iterable[Draft | Problem], tally: _Tally, size: int) -> Iterator[_Batch]:
    """Group the drafts; tell of what is no row."""
    batch = _Batch()
    for entry in entries:
        if isinstance(entry, Problem):
            tally.trouble(entry)
            continue
        batch.entries.append(entry)
        weight = batch.weight
        for value in entry.values.values():
            weight += len(value) if type(value) is str else _weight(value)
        batch.weight = weight
        if len(batch.entries) == size or weight > _HEAVIEST_BATCH:
            yield batch
            batch = _Batch()
    if batch.entries:
        yield batch


def _weight(value: JsonValue) -> int:
    """Count the characters in a value, roughly: a batch of huge rows must not fill the memory."""
    if isinstance(value, str):
        return len(value)
    if not isinstance(value, dict | list):
        return 1
    weight = 0
    for item in value.values() if isinstance(value, dict) else value:
        weight += len(item) if type(item) is str else _weight(item)
    return weight
