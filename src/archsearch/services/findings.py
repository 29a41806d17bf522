"""Values that were read on scans, for people to confirm: nothing of them counts until then."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from archsearch.domain.audit import Action
from archsearch.domain.plan import KeyNode, Plan
from archsearch.domain.policy import Policy, Right
from archsearch.domain.record import JsonValue, Record, Values
from archsearch.domain.schema import Schema
from archsearch.errors import InvalidRequestError, NotFoundError
from archsearch.services.asking import Asker, Asking, Masker
from archsearch.services.editing import Editor, hold
from archsearch.services.identity import principal_of
from archsearch.services.reading import ReadingService
from archsearch.services.readings import (
    CONFIRMED,
    PROPOSED,
    READING,
    TEXT,
    Readings,
    attachments_of,
    proposed_in,
)
from archsearch.services.revising import Revised, RevisingService
from archsearch.services.trail import Trail

_MOST: Final = 1000
_REASON: Final = "确认扫描件上识别的内容"
_WAITING: Final = KeyNode(f"attachments.{READING}", frozenset({PROPOSED}))


@dataclass(frozen=True, slots=True)
class Finding:
    """What was read on a scan and is not in its record, by schema key, masked.

    ``number`` says which attachment it is, counted from 1. ``values`` are empty where the record
    has all of it by now. ``differs`` names the fields of which the record has another value,
    ``held`` gives that value. ``version`` is that of the record.
    """

    record_id: str
    number: int
    name: str
    file: str
    values: Mapping[str, JsonValue]
    differs: tuple[str, ...] = ()
    held: Mapping[str, JsonValue] = field(default_factory=dict)
    version: int = 0


class FindingService:
    """Shows what was read to those who may change the record, and takes their word."""

    def __init__(
        self,
        revising: RevisingService,
        asking: Asking,
        reading: ReadingService,
        readings: Readings,
    ) -> None:
        self._revising = revising
        self._asking = asking
        self._reading = reading
        self._readings = readings

    def list(self, user: str, limit: int = 50) -> tuple[Finding, ...]:
        """List what is to be confirmed, in the order of record ids.

        Raises:
            AccessDeniedError: The user changes no records.
            InvalidRequestError: The limit is none.
        """
        if not 1 <= limit <= _MOST:
            raise InvalidRequestError(f"参数 limit 须在 1 到 {_MOST} 之间。")
        with self._trail.failures(user, Action.INBOX_LIST):
            found = self._asking.ask(Plan(_WAITING, limit=limit), self._asker(user))
        listed = (found.records[record_id] for record_id in sorted(found.records))
        findings = [self._shown(one) for record in listed for one in self._of(record)]
        self._trail.note(user, Action.INBOX_LIST)
        return tuple(findings[:limit])

    def waiting(self, user: str) -> int:
        """Count the records of which something is to be confirmed by a user.

        Raises:
            AccessDeniedError: The user changes no records.
        """
        return self._asking.ask(Plan(_WAITING, limit=0), self._asker(user)).result.total

    def of(self, record_id: str, user: str, reason: str | None = None) -> tuple[Finding, ...]:
        """List what is to be confirmed of one record.

        Args:
            record_id: The record.
            user: Who asks.
            reason: Why it is to be shown as it was read, for who may; it goes into the log. None
                to have it masked.

        Raises:
            NotFoundError: There is no such record for this user.
            AccessDeniedError: The user may read it, but not change it, or not see it so.
            InvalidRequestError: The reason is empty.
        """
        with self._trail.failures(user, Action.INBOX_LIST, target=record_id):
            record = self._held(record_id, user)
        if reason is not None:
            detail: dict[str, JsonValue] = {"findings": True}
            record = self._reading.original(record_id, reason, user, Action.REVEAL, detail)
            return tuple(replace(each, values=_as_held(each.values)) for each in self._of(record))
        self._trail.note(user, Action.INBOX_LIST, target=record_id)
        return tuple(map(self._shown, self._of(record)))

    def confirm(
        self,
        record_id: str,
        number: int,
        user: str,
        fields: Collection[str] | None = None,
        *,
        expected: int | None = None,
    ) -> Revised:
        """Take what was read on a scan into its record, or some of it, or nothing.

        Args:
            record_id: The record.
            number: Which of its attachments, counted from 1.
            user: Who confirms it.
            fields: Names of fields of what is right; None for all of which the record has nothing.
            expected: The version of the record that they have seen; another one is a conflict.

        Raises:
            NotFoundError: There is no such record for this user, or nothing to confirm on it.
            AccessDeniedError: The user may read it, but not change it.
            ConflictError: It is at another version than expected, or was changed at this moment.
            InvalidRequestError: Nothing was read for one of the fields.
            RejectedError: A value cannot be right beside what the record holds.
        """
        with self._trail.failures(user, Action.CHANGE, target=record_id):
            record = self._held(record_id, user)
            finding = next((each for each in self._of(record) if each.number == number), None)
            if finding is None:
                raise NotFoundError("这份扫描件没有待核对的识别内容。")
            chosen = self._chosen(finding, fields)
        changes: dict[str, Any] = {
            key: _joined(record.values.get(key), value) for key, value in chosen.items()
        }
        attachments = attachments_of(record.values)
        attachments[number - 1][READING] = CONFIRMED
        changes["attachments"] = attachments
        seen = record.version if expected is None else expected
        return self._revising.change(record_id, changes, user, expected=seen, reason=_REASON)

    @property
    def _trail(self) -> Trail:
        return self._revising.reviser.trail

    @property
    def _editor(self) -> Editor:
        return self._revising.reviser.editor

    @property
    def _policy(self) -> Policy:
        return self._editor.policy

    @property
    def _masker(self) -> Masker:
        return self._editor.masker

    @property
    def _schema(self) -> Schema:
        return self._editor.schema

    def _asker(self, user: str) -> Asker:
        """Load who asks, confined to what they may change."""
        asker = self._asking.asker(user, Right.CHANGE)
        with self._trail.database.read() as connection:
            principal = principal_of(connection, user, self._trail.clock())
        return replace(asker, scope=self._policy.scope(principal, Right.CHANGE))

    def _held(self, record_id: str, user: str) -> Record:
        with self._trail.database.read() as connection:
            principal = principal_of(connection, user, self._trail.clock())
            return hold(connection, principal, self._policy, Right.CHANGE, record_id).record

    def _of(self, record: Record) -> Iterator[Finding]:
        attachments = attachments_of(record.values)
        for number in proposed_in(record.values):
            scan = attachments[number - 1]
            values = self._readings.news(record.values, str(scan.get(TEXT) or ""))
            differs = tuple(key for key in values if self._clashes(record.values, key))
            yield Finding(
                record.record_id,
                number,
                str(record.values.get("name")),
                str(scan.get("path") or number),
                dict(values),
                differs,
                {key: record.values[key] for key in differs},
                record.version,
            )

    def _clashes(self, values: Values, key: str) -> bool:
        spec = self._schema.by_key.get(key)
        return spec is not None and not spec.many and bool(values.get(key))

    def _shown(self, finding: Finding) -> Finding:
        # As a record's, so that what is masked there is masked here.
        values = self._masker.values(_as_held(finding.values))
        return replace(
            finding,
            name=str(self._masker.values({"name": finding.name}).get("name")),
            file=self._masker.text(finding.file),
            values=values,
            held=self._masker.values(dict(finding.held)),
        )

    def _chosen(self, finding: Finding, fields: Collection[str] | None) -> dict[str, JsonValue]:
        if fields is None:
            fields = [key for key in finding.values if key not in finding.differs]
        keys = [spec.key if (spec := self._schema.find(name)) else name for name in fields]
        for key, name in zip(keys, fields, strict=True):
            if key not in finding.values:
                raise InvalidRequestError(f"这份扫描件上没有读出“{name[:40]}”。")
        return {key: finding.values[key] for key in keys}


def _as_held(values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {key: [value] if key == "phones" else value for key, value in values.items()}


def _joined(held: JsonValue, value: JsonValue) -> JsonValue:
    """Add to what there may be several of; replace what there is one of."""
    return [*held, value] if isinstance(held, list) else value
