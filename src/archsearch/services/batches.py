"""Storing a batch: identities, decisions, records, outbox and audit in one transaction."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, NamedTuple

import orjson
from sqlalchemy import Connection

from archsearch.domain.audit import Action
from archsearch.domain.record import JsonValue, Record, RecordId
from archsearch.ingest.naming import NamingRule
from archsearch.ingest.rows import Draft
from archsearch.services.admission import Admission, Decision, Verdict, record_of
from archsearch.services.numbering import Numbering
from archsearch.services.traces import Stamp, traced
from archsearch.services.trail import Trail
from archsearch.storage import departments, identities, meta, records
from archsearch.storage.database import vault_of
from archsearch.storage.identities import Identities, Identity, SourceKey
from archsearch.storage.records import Revision

_STORED: Final = (Verdict.CREATE, Verdict.CHANGE)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """How far a source was stored before: rows up to ``number`` bring nothing new.

    Rows that were ``refused`` are looked at again: rights change, and days come.
    """

    key: str
    number: int = 0
    refused: frozenset[int] = frozenset()

    def covers(self, number: int) -> bool:
        """Whether a row was stored before."""
        return number <= self.number and number not in self.refused

    def rejecting(self, numbers: Iterable[int]) -> "Bookmark":
        """Give the bookmark with rows that did not even become drafts to be stored."""
        return replace(self, refused=self.refused.union(numbers))

    def moved(self, decisions: Sequence[Decision]) -> "Bookmark":
        """Give the bookmark as it is after a batch."""
        numbers = {d.draft.row.where.number: d.verdict for d in decisions}
        refused = {number for number, verdict in numbers.items() if verdict is Verdict.REFUSE}
        return Bookmark(
            self.key,
            max(self.number, *numbers),
            (self.refused - numbers.keys()) | refused,
        )


NO_BOOKMARK: Final = Bookmark("")
"""Of what comes from no source that might be read again."""


class Batches:
    """Stores batches on behalf of one user."""

    def __init__(
        self, trail: Trail, admission: Admission, naming: NamingRule, *, dry_run: bool
    ) -> None:
        self._trail = trail
        self._admission = admission
        self._naming = naming
        self._dry_run = dry_run

    @property
    def user(self) -> str:
        """Whose batches these are."""
        return self._admission.principal.name

    @property
    def content_key(self) -> bytes:
        """What digests of contents are made with."""
        return self._admission.content_key

    @property
    def today(self) -> date:
        """The day that drafts are judged by."""
        return self._admission.today

    def bookmark(self, source_digest: str) -> Bookmark:
        """Find how far a source with this content was stored by this user."""
        mark = hashlib.sha256(f"{self.user}\n{source_digest}".encode()).hexdigest()
        key = f"ingest/{mark}"
        with self._trail.database.read() as connection:
            kept = orjson.loads(meta.get(connection, key) or '{"rows":0,"refused":[]}')
        return Bookmark(key, kept["rows"], frozenset(kept["refused"]))

    def store(self, drafts: Sequence[Draft], bookmark: Bookmark) -> tuple[list[Decision], Bookmark]:
        """Store a batch; all of it is durable on return, or none of it is stored.

        Raises:
            StoreError: The disk failed.
        """
        with self._trail.database.write() as connection:
            decisions = self.store_in(connection, drafts, bookmark)
            after = bookmark.moved(decisions)
            kept = {"rows": after.number, "refused": sorted(after.refused)}
            meta.put(connection, bookmark.key, orjson.dumps(kept).decode())
            if self._dry_run:
                connection.rollback()
        return decisions, after

    def store_in(
        self, connection: Connection, drafts: Sequence[Draft], bookmark: Bookmark = NO_BOOKMARK
    ) -> list[Decision]:
        """Store a batch in a transaction of the caller's."""
        entrants = [_Entrant.of(draft, self._admission.digest(draft)) for draft in drafts]
        known = _Known.of(connection, entrants, self.user)
        nameless = sum(entrant.record_id is None for entrant in entrants)
        numbering = Numbering(connection, self._naming, known.identities.by_record_id, nameless)
        decisions: list[Decision] = []
        revisions: list[Revision] = []
        deeds: list[_Deed] = []
        for entrant in entrants:
            decision = self._decide(entrant, known, bookmark)
            if decision.verdict in _STORED:
                record = record_of(decision, self._record_id(decision, numbering))
                before = known.records.get(record.record_id)
                decision = decision.stored_as(record.record_id)
                where = decision.draft.row.where
                cause = {"source": where.source, "row": where.position}
                revisions.append(Revision(record, decision.digest, cause))
                deeds.append(_Deed(record, before, where.source))
                known.learn(record, decision.digest, decision.known)
            decisions.append(decision)
        numbering.close()
        if revisions:
            self._save(connection, revisions, deeds)
        return decisions

    def _decide(self, entrant: "_Entrant", known: "_Known", bookmark: Bookmark) -> Decision:
        draft, digest = entrant.draft, entrant.digest
        if bookmark.covers(draft.row.where.number):
            # A later row of the same source, or a person, may have changed the record since.
            return Decision(Verdict.NOTHING, draft, {}, digest)
        identity = known.find(entrant, self._admission)
        if known.torn(entrant):
            return self._admission.taken(draft, digest)
        before = known.records.get(identity.record_id) if identity is not None else None
        return self._admission.decide(draft, digest, identity, before)

    def _record_id(self, decision: Decision, numbering: Numbering) -> RecordId:
        if decision.known is not None:
            return decision.known.record_id
        given = decision.values.get("record_id")
        if given:
            return RecordId(str(given))
        nature = decision.values.get("nature")
        year = self._admission.today.year
        return numbering.next(None if nature is None else str(nature), year)

    def _save(
        self,
        connection: Connection,
        revisions: Sequence[Revision],
        deeds: Iterable["_Deed"],
    ) -> None:
        now = self._trail.clock()
        paths = {revision.record.department for revision in revisions} - {""}
        for path in paths.difference(departments.all_paths(connection)):
            departments.ensure(connection, path, at=now)
        records.save(connection, revisions, by=self.user, at=now)
        told = _told(deeds, vault_of(connection).trace)
        self._trail.log.append(connection, *self._trail.deeds(self.user, now, told))


class _Deed(NamedTuple):
    """A record that was made or changed, what it was before, and the source that said so."""

    record: Record
    before: Record | None
    source: str


def _told(
    deeds: Iterable[_Deed], stamp: Stamp
) -> Iterator[tuple[Action, str, dict[str, JsonValue]]]:
    """Yield what the audit log is to say of a batch; all of its rows are of one source."""
    detail: dict[str, JsonValue] = {}
    for record, before, source in deeds:
        if detail.get("source") != source:
            detail = {"source": source}
        if record.version == 1:
            yield Action.CREATE, record.record_id, detail
            continue
        fields = traced({} if before is None else before.values, record.values, stamp)
        yield Action.CHANGE, record.record_id, {**detail, "fields": fields}


class _Entrant(NamedTuple):
    """A draft at the door: what it says, and the names it gives itself."""

    draft: Draft
    digest: str
    record_id: RecordId | None
    key: SourceKey | None

    @classmethod
    def of(cls, draft: Draft, digest: str) -> "_Entrant":
        record_id = draft.values.get("record_id")
        given = RecordId(str(record_id)) if record_id else None
        return cls(draft, digest, given, _source_key(draft))

    @property
    def named(self) -> bool:
        return self.record_id is not None or self.key is not None


@dataclass(slots=True)
class _Known:
    """What is stored of a batch's records, kept up while the batch is worked through."""

    identities: Identities
    user: str
    records: dict[RecordId, Record] = field(default_factory=dict)
    left: set[SourceKey] = field(default_factory=set)
    """Names that a record of this batch has just given up; free from the next batch on."""

    @classmethod
    def of(cls, connection: Connection, entrants: Sequence[_Entrant], user: str) -> "_Known":
        """Look a batch up in a handful of statements."""
        found = identities.find_identities(
            connection,
            record_ids={each.record_id for each in entrants if each.record_id is not None},
            sources={each.key for each in entrants if each.key is not None},
            digests={each.digest for each in entrants if not each.named},
        )
        known = cls(found, user)
        other = {
            identity.record_id
            for each in entrants
            if (identity := known.by_name(each)) and identity.digest != each.digest
        }
        known.records.update(records.get(connection, other))
        return known

    def by_name(self, entrant: _Entrant) -> Identity | None:
        """Find the stored record that a draft names, by record id or by its name in its source."""
        if entrant.record_id is not None:
            return self.identities.by_record_id.get(entrant.record_id)
        return None if entrant.key is None else self.identities.by_source.get(entrant.key)

    def find(self, entrant: _Entrant, admission: Admission) -> Identity | None:
        """Find the stored record that a draft is about."""
        if entrant.named:
            return self.by_name(entrant)
        # The same content under somebody else's eyes is none of this user's business.
        same = self.identities.by_digest.get(entrant.digest, ())
        return next((one for one in same if admission.recognises(one, entrant.digest)), None)

    def torn(self, entrant: _Entrant) -> bool:
        """Whether a draft's name in its source belongs to another record than its record id."""
        record_id, key = entrant.record_id, entrant.key
        if key is None or key in self.left:
            return key is not None
        holder = self.identities.by_source.get(key)
        return record_id is not None and holder is not None and holder.record_id != record_id

    def learn(self, record: Record, digest: str, before: Identity | None) -> None:
        """Take note of a record that the batch has made or changed."""
        if before is not None:
            self._forget(before)
        identity = Identity(
            record.record_id,
            record.version,
            digest,
            record.owner,
            record.department,
            record.secrecy,
            record.status,
            self.user if before is None else before.created_by,
        )
        self.identities.by_record_id[record.record_id] = identity
        same = self.identities.by_digest.get(digest, ())
        self.identities.by_digest[digest] = (*same, identity)
        key = _source_key(record)
        if key is not None:
            self.identities.by_source[key] = identity
            self.left.discard(key)
        self.records[record.record_id] = record

    def _forget(self, identity: Identity) -> None:
        same = self.identities.by_digest.get(identity.digest, ())
        others = tuple(other for other in same if other.record_id != identity.record_id)
        self.identities.by_digest[identity.digest] = others
        key = _source_key(self.records[identity.record_id])
        if key is not None:
            self.left.add(key)


def _source_key(named: Draft | Record) -> SourceKey | None:
    source_id = named.values.get("source_id")
    source = named.values.get("source") if source_id else None
    return SourceKey(str(source), str(source_id)) if source else None
