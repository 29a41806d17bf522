"""Values that were read on scans, for people to confirm: nothing of them counts until then."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from archsearch.domain.audit import Action
from archsearch.domain.plan import KeyNode, Plan
from archsearch.domain.policy import Right
from archsearch.domain.record import JsonValue, Record, Values
from archsearch.domain.schema import Schema
from archsearch.errors import InvalidRequestError, NotFoundError
from archsearch.ingest.inbox.forms import Forms
from archsearch.search.claims import Claims
from archsearch.services.asking import Asking, Masker
from archsearch.services.editing import hold
from archsearch.services.identity import principal_of
from archsearch.services.recognising import CONFIRMED, PROPOSED, READING, TEXT, attachments_of
from archsearch.services.revising import Revised, RevisingService
from archsearch.services.trail import Trail

_MOST: Final = 1000
_REASON: Final = "确认扫描件上识别的内容"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was read on a scan and is not in its record: by schema key, masked.

    ``number`` says which attachment it is, counted from 1; ``differs`` names the fields for which
    the record has another value.
    """

    record_id: str
    number: int
    name: str
    file: str
    values: Mapping[str, JsonValue]
    differs: tuple[str, ...] = ()


class FindingService:
    """Shows what was read to those who may change the record, and takes their word."""

    def __init__(
        self,
        revising: RevisingService,
        asking: Asking,
        claims: Claims,
        forms: Forms,
    ) -> None:
        self._revising = revising
        self._asking = asking
        self._claims = claims
        self._forms = forms

    def list(self, user: str, limit: int = 50) -> tuple[Finding, ...]:
        """List what is to be confirmed, in the order of record ids.

        Raises:
            AccessDeniedError: The user changes no records.
            InvalidRequestError: The limit is none.
        """
        if not 1 <= limit <= _MOST:
            raise InvalidRequestError(f"参数 limit 须在 1 到 {_MOST} 之间。")
        with self._trail.failures(user, Action.INBOX_LIST):
            asker = self._asking.asker(user, Right.CHANGE)
            node = KeyNode(f"attachments.{READING}", frozenset({PROPOSED}))
            found = self._asking.ask(Plan(node, limit=_MOST), asker)
        records = (found.records[record_id] for record_id in sorted(found.records))
        findings = [self._shown(one) for record in records for one in self._of(record)]
        self._trail.note(user, Action.INBOX_LIST)
        return tuple(findings[:limit])

    def of(self, record_id: str, user: str) -> tuple[Finding, ...]:
        """List what is to be confirmed of one record.

        Raises:
            NotFoundError: There is no such record for this user.
            AccessDeniedError: The user may read it, but not change it.
        """
        with self._trail.failures(user, Action.INBOX_LIST, target=record_id):
            record = self._held(record_id, user)
        self._trail.note(user, Action.INBOX_LIST, target=record_id)
        return tuple(map(self._shown, self._of(record)))

    def confirm(
        self, record_id: str, number: int, user: str, fields: Collection[str] | None = None
    ) -> Revised:
        """Take what was read on a scan into its record, or some of it, or nothing.

        Args:
            record_id: The record.
            number: Which of its attachments, counted from 1.
            user: Who confirms it.
            fields: Schema keys of what is right; None for all of which the record has nothing.

        Raises:
            NotFoundError: There is no such record for this user, or nothing to confirm on it.
            AccessDeniedError: The user may read it, but not change it.
            ConflictError: It was changed at this very moment.
            InvalidRequestError: Nothing was read for one of the fields.
            RejectedError: A value cannot be right beside what the record holds.
        """
        with self._trail.failures(user, Action.CHANGE, target=record_id):
            record = self._held(record_id, user)
            waiting = [*self._of(record, empty=True)]
            finding = next((each for each in waiting if each.number == number), None)
            if finding is None:
                raise NotFoundError("这份扫描件没有待核对的识别内容。")
            chosen = self._chosen(finding, fields)
        changes: dict[str, Any] = {
            key: _joined(record.values.get(key), value) for key, value in chosen.items()
        }
        attachments = attachments_of(record.values)
        attachments[number - 1][READING] = CONFIRMED
        changes["attachments"] = attachments
        return self._revising.change(
            record_id, changes, user, expected=record.version, reason=_REASON
        )

    @property
    def _trail(self) -> Trail:
        return self._revising.reviser.trail

    @property
    def _masker(self) -> Masker:
        return self._revising.reviser.editor.masker

    @property
    def _schema(self) -> Schema:
        return self._revising.reviser.editor.schema

    def _held(self, record_id: str, user: str) -> Record:
        with self._trail.database.read() as connection:
            principal = principal_of(connection, user, self._trail.clock())
            policy = self._revising.reviser.editor.policy
            return hold(connection, principal, policy, Right.CHANGE, record_id).record

    def _of(self, record: Record, *, empty: bool = False) -> Sequence[Finding]:
        found: list[Finding] = []
        for number, each in enumerate(attachments_of(record.values), 1):
            if each.get(READING) != PROPOSED:
                continue
            read = self._forms.read(str(each.get(TEXT) or ""))
            values = {k: v for k, v in read.items() if not self._has(record.values, k, v)}
            if values or empty:
                name, file = str(record.values.get("name")), str(each.get("path") or number)
                differs = tuple(key for key in values if self._clashes(record.values, key))
                found.append(Finding(record.record_id, number, name, file, values, differs))
        return found

    def _has(self, values: Values, key: str, value: str) -> bool:
        if key == "name":
            return self._claims.called(values, value)
        held = values.get(key)
        return value in (held if isinstance(held, list) else (held,))

    def _clashes(self, values: Values, key: str) -> bool:
        spec = self._schema.by_key.get(key)
        return spec is not None and not spec.many and bool(values.get(key))

    def _shown(self, finding: Finding) -> Finding:
        # As a record's, so that what is masked there is masked here.
        values = self._masker.values({"name": finding.name, **_as_held(finding.values)})
        read = {key: values[key] for key in finding.values}
        return replace(finding, file=self._masker.text(finding.file), values=read)

    def _chosen(self, finding: Finding, fields: Collection[str] | None) -> dict[str, JsonValue]:
        if fields is None:
            fields = [key for key in finding.values if key not in finding.differs]
        for key in fields:
            if key not in finding.values:
                raise InvalidRequestError(f"这份扫描件上没有读出“{key[:40]}”。")
        return {key: finding.values[key] for key in fields}


def _as_held(values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {key: [value] if key == "phones" else value for key, value in values.items()}


def _joined(held: JsonValue, value: JsonValue) -> JsonValue:
    """Add to what there may be several of; replace what there is one of."""
    return [*held, value] if isinstance(held, list) else value
