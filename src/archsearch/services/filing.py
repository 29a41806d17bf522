"""Filing scans: whose they are, the sealed copy, and the record with them, in one transaction.

A scan is somebody's when a number of identity says so, a record id, or a name with the last four of
the number; where two records would do, it is nobody's until a person says whose.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from archsearch.domain.inbox import Entry, State
from archsearch.domain.plan import Node, Plan
from archsearch.domain.problem import Severity
from archsearch.domain.record import JsonValue, Record, RecordId, Values
from archsearch.ingest.inbox.examine import Properties
from archsearch.ingest.inbox.metadata import Known
from archsearch.ingest.readers.faults import display_name
from archsearch.ingest.rows import Draft
from archsearch.search.claims import Claims
from archsearch.services.admission import Decision
from archsearch.services.asking import Asker, Asking
from archsearch.services.batches import Batches
from archsearch.services.trail import Trail
from archsearch.storage import identities, records, scans
from archsearch.storage.identities import SourceKey
from archsearch.storage.scans import ScanStore, Stored

SCANNED: Final = "扫描件"
"""Source of records that are known by the name and last four digits on their scans."""
_MOST_NAMESAKES: Final = 1000
_AMBIGUOUS: Final = (
    "ambiguous",
    "档案里不止一份符合，无法确定是哪一位客户；请在说明文件里写明档号或证件号码。",
)
_NAMESAKE: Final = (
    "namesake",
    "档案里已有同名客户，无法确定是不是同一位；请在说明文件里写明档号或证件号码。",
)
_OTHER_NAME: Final = (
    "name_differs",
    "证件号码对应的档案是另一个名称；请核对名称和证件号码，改正说明文件。",
)
TOO_LITTLE: Final = "too_little"
"""Code of what may yet become known: a file of metadata may be on its way."""
_DUPLICATE: Final = ("duplicate", "这份档案里已有同样的扫描件，没有重复归档。")
_SAME_NAME: Final = ("same_name", "这份档案里还有同名的扫描件，内容不同，两份都保留。")
_TOO_LITTLE: Final = (
    TOO_LITTLE,
    "还不知道是哪位客户的：文件名不合命名规则，旁边也没有说明文件。",
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A scan that is to be filed.

    ``content`` reads it from the start; ``record_id`` is that of the record which what came with it
    has made already.
    """

    entry: Entry
    known: Known
    properties: Properties
    content: Callable[[], Iterable[bytes]]
    record_id: str = ""


class Filed(NamedTuple):
    """What became of a candidate: the record it is filed under, or why not.

    ``code`` is empty for what is filed as something new and calls for no word, ``again`` is set
    for what has to be tried once more: others have to be filed before, or the file has changed.
    """

    entry: Entry
    record_id: str = ""
    code: str = ""
    message: str = ""
    again: bool = False


class _Customer(NamedTuple):
    """Whose scans these are: a record, or one that is still to be made."""

    key: str
    slot: str
    record_id: RecordId | None = None
    source: SourceKey | None = None
    fault: tuple[str, str] = ("", "")


@dataclass(slots=True)
class _Group:
    """Scans of one customer of which the same is known."""

    customer: _Customer
    candidates: list[Candidate]
    stored: list[Stored | None]
    called: frozenset[str] = frozenset()
    """What scans are called that the record has already."""

    def said(self, candidate: Candidate) -> tuple[str, str]:
        """Tell of a scan that is filed as something new what whoever brought it might wonder."""
        others = [each for each in self.candidates if _called(each) == _called(candidate)]
        return _SAME_NAME if _called(candidate) in self.called or others[1:] else ("", "")


Save = Callable[[Connection, Sequence[Filed]], None]
"""Notes in the ledger what became of candidates, in the transaction in which it does."""


class Filing:
    """Files scans on behalf of users."""

    def __init__(self, trail: Trail, asking: Asking, claims: Claims, store: ScanStore) -> None:
        self._trail = trail
        self._asking = asking
        self._claims = claims
        self._store = store

    def file(self, candidates: Sequence[Candidate], batches: Batches, save: Save) -> list[Filed]:
        """File scans; what is filed is durable on return, and so is what ``save`` notes.

        Raises:
            AccessDeniedError: The user may not bring records any more.
            StoreError: The disk failed; nothing of this is filed.
        """
        asker = self._asking.asker(batches.user)
        results: list[Filed] = []
        groups: dict[str, _Group] = {}
        for candidate in candidates:
            customer = self._customer(candidate, asker)
            if customer.fault[0]:
                results.append(Filed(candidate.entry, "", *customer.fault))
                continue
            group = groups.setdefault(customer.slot, _Group(customer, [], []))
            if group.customer == customer and _alike(group.candidates, candidate):
                group.candidates.append(candidate)
            else:
                results.append(Filed(candidate.entry, again=True))
        for group in groups.values():
            self._put(group, results)
        whole = [group for group in groups.values() if group.candidates]
        with self._trail.database.write() as connection:
            results += self._file(connection, whole, batches)
            save(connection, results)
        return results

    def sweep(self) -> None:
        """Remove sealed files that nothing refers to; only while nobody files."""
        with self._trail.database.read() as connection:
            self._store.sweep(connection)

    def _put(self, group: _Group, results: list[Filed]) -> None:
        """Bring the scans of a group into the store; those that have changed stay out."""
        kept: list[Candidate] = []
        for candidate in group.candidates:
            entry = candidate.entry
            with self._trail.database.read() as connection:
                there = group.customer.record_id is not None and scans.has(
                    connection, group.customer.record_id, entry.digest
                )
            stored = None
            if not there:
                stored = self._store.put(candidate.content(), str(entry.id), entry.digest)
                if stored is None:
                    results.append(Filed(entry, again=True))
                    continue
            kept.append(candidate)
            group.stored.append(stored)
        group.candidates = kept

    def _file(
        self, connection: Connection, groups: Sequence[_Group], batches: Batches
    ) -> Iterator[Filed]:
        seen: set[RecordId | SourceKey] = set()
        filed: list[_Group] = []
        drafts: list[Draft] = []
        for group in groups:
            before = self._before(connection, group.customer)
            whose = before.record_id if before else group.customer.record_id
            keys = {key for key in (whose, group.customer.source) if key is not None}
            if keys & seen:
                # Two ways to say the same customer; the second is to find what the first left.
                yield from (Filed(each.entry, again=True) for each in group.candidates)
                continue
            seen |= keys
            group.called = _names(before) if before else frozenset()
            filed.append(group)
            drafts.append(self._draft(group, before))
        decisions = batches.store_in(connection, drafts) if drafts else []
        for group, decision in zip(filed, decisions, strict=True):
            yield from self._attached(connection, group, decision)

    def _attached(
        self, connection: Connection, group: _Group, decision: Decision
    ) -> Iterator[Filed]:
        record_id = decision.record_id or (decision.known and decision.known.record_id)
        if (decision.problems and record_id is None) or not record_id:
            # What is merely missing keeps no scan out; told beside what does, it would seem to.
            faults = [each for each in decision.problems if each.severity is Severity.ERROR]
            told = "；".join(dict.fromkeys(each.message.rstrip("。") for each in faults))
            for candidate in group.candidates:
                yield Filed(candidate.entry, "", "refused", f"{told or '资料有误'}。")
            return
        now = self._trail.clock()
        for candidate, stored in zip(group.candidates, group.stored, strict=True):
            new = stored is not None and scans.attach(connection, record_id, stored, at=now)
            said = group.said(candidate) if new else _DUPLICATE
            yield Filed(candidate.entry, record_id, *said)

    @staticmethod
    def _draft(group: _Group, before: Record | None) -> Draft:
        customer, first = group.customer, group.candidates[0].known.draft
        values: Values = dict(first.values)
        origins = dict(first.origins)
        if before is not None:
            values["record_id"] = before.record_id
        elif customer.source is not None:
            values.setdefault("source", customer.source.source)
            values.setdefault("source_id", customer.source.source_id)
        elif customer.record_id is not None:
            values["record_id"] = customer.record_id
        there = list(_attachments(before)) if before else []
        known = {each.get("sha256") for each in there if isinstance(each, dict)}
        for candidate in group.candidates:
            if candidate.entry.digest not in known:
                known.add(candidate.entry.digest)
                there.append(_attachment(candidate))
        values["attachments"] = there
        return first._replace(values=values, origins=origins)

    @staticmethod
    def _before(connection: Connection, customer: _Customer) -> Record | None:
        record_id = customer.record_id
        if record_id is None and customer.source is not None:
            found = identities.find_identities(connection, sources={customer.source})
            identity = found.by_source.get(customer.source)
            record_id = identity.record_id if identity else None
        if record_id is None:
            return None
        return records.get(connection, [record_id]).get(record_id)

    # Whose ---------------------------------------------------------------------------------------

    def _customer(self, candidate: Candidate, asker: Asker) -> _Customer:
        values = candidate.known.draft.values
        name, number = str(values.get("name") or ""), str(values.get("id_number") or "")
        last4 = number[-4:] or candidate.known.last4
        slot = f"{name}_{last4}" if name and last4 else ""
        record_id = candidate.record_id or str(values.get("record_id") or "")
        if record_id:
            return _Customer(f"id/{record_id}", slot or record_id, RecordId(record_id))
        if values.get("source_id"):
            source = SourceKey(str(values.get("source")), str(values["source_id"]))
            return _Customer(f"source/{source}", slot or str(source), None, source)
        return self._sought(candidate, name, number, asker)

    def _sought(self, candidate: Candidate, name: str, number: str, asker: Asker) -> _Customer:
        if number:
            return self._by_number(name, number, asker)
        last4 = candidate.known.last4
        if name and last4:
            slot = f"{name}_{last4}"
            found = self._by_name(name, last4, asker)
            weak = SourceKey(SCANNED, slot)
            return _one(f"weak/{slot}", slot, found) or _Customer(f"weak/{slot}", slot, None, weak)
        return self._by_name_alone(candidate, name, asker)

    def _by_name_alone(self, candidate: Candidate, name: str, asker: Asker) -> _Customer:
        fault = ("", "")
        if not (name and candidate.known.given):
            fault = _TOO_LITTLE
        elif self._found(self._claims.of_name(name), asker):
            fault = _NAMESAKE
        # Of two of one name that come at once the second finds the first.
        return _Customer(f"name/{name}/{candidate.entry.id}", name, fault=fault)

    def _by_number(self, name: str, number: str, asker: Asker) -> _Customer:
        slot = f"{name}_{number[-4:]}"
        node = self._claims.of_number(number)
        bearing = self._found(node, asker) if node is not None else []
        bearing = [each for each in bearing if each.values.get("id_number") == number]
        if name and any(not self._claims.called(each.values, name) for each in bearing):
            return _Customer("", "", fault=_OTHER_NAME)
        if not bearing and name:
            known = self._by_name(name, number[-4:], asker)
            bearing = [each for each in known if not each.values.get("id_number")]
        return _one(f"number/{number}", slot, bearing) or _Customer(f"number/{number}", slot)

    def _by_name(self, name: str, last4: str, asker: Asker) -> list[Record]:
        found = self._found(self._claims.of_name(name), asker)
        return [each for each in found if _ends(each, name, last4)]

    def _found(self, node: Node, asker: Asker) -> list[Record]:
        answer = self._asking.ask(Plan(node, limit=_MOST_NAMESAKES), asker)
        return list(answer.records.values())


def _one(key: str, slot: str, found: Sequence[Record]) -> _Customer | None:
    if len(found) > 1:
        return _Customer("", "", fault=_AMBIGUOUS)
    return _Customer(key, slot, found[0].record_id) if found else None


def _ends(record: Record, name: str, last4: str) -> bool:
    number = str(record.values.get("id_number") or "")
    if number:
        return number[-4:].upper() == last4
    named = (record.values.get("source"), record.values.get("source_id"))
    return named == (SCANNED, f"{name}_{last4}")


def _alike(candidates: Sequence[Candidate], other: Candidate) -> bool:
    return all(each.known.draft.values == other.known.draft.values for each in candidates)


def _attachments(record: Record) -> list[JsonValue]:
    found = record.values.get("attachments")
    return list(found) if isinstance(found, list) else []


def _names(record: Record) -> frozenset[str]:
    return frozenset(
        str(each.get("path")) for each in _attachments(record) if isinstance(each, dict)
    )


def _called(candidate: Candidate) -> str:
    return display_name(candidate.entry.home.rpartition("/")[2])


def _attachment(candidate: Candidate) -> dict[str, JsonValue]:
    """Make what the record says of a scan."""
    said, properties = candidate.known.scan, candidate.properties
    values: Mapping[str, Any] = {
        "path": _called(candidate),
        "kind": said.get("kind"),
        "sha256": candidate.entry.digest,
        "media_type": properties.media_type,
        "pages": properties.pages,
        "dpi": properties.dpi,
        "scanned_at": said.get("scanned_at") or properties.scanned_at,
    }
    return {key: value for key, value in values.items() if value not in (None, "")}


def ended(filed: Filed, at: datetime, target: str) -> Entry:
    """Give the entry of a scan that is filed, or of what came with it."""
    return replace(
        filed.entry,
        state=State.ARCHIVED,
        since=at,
        target=target,
        reason=filed.code,
        message=filed.message,
        record_ids=(filed.record_id,) if filed.record_id else filed.entry.record_ids,
    )
