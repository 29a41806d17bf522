"""Changing one record by hand: what was typed goes the way of a row that amends a known record.

An :class:`Edit` is read before anything is looked at, so that what is wrong with the input says
nothing of the record; then it is laid over the record as it is inside of one write transaction.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection

from archsearch.domain.access import Principal
from archsearch.domain.policy import Policy, Right
from archsearch.domain.problem import Problem, Severity
from archsearch.domain.record import Record, RecordId, Values
from archsearch.domain.schema import Schema
from archsearch.domain.zone import CHINA
from archsearch.errors import (
    AccessDeniedError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    RejectedError,
)
from archsearch.ingest.amend import amend, same_content
from archsearch.ingest.copied import has_stars, is_copied
from archsearch.ingest.faults import Fault, problem
from archsearch.ingest.normalise.cells import is_blank
from archsearch.ingest.pipeline import UNNAMED_SOURCE, Pipeline, Typed
from archsearch.ingest.rows import MISSING, Draft
from archsearch.services.admission import Admission, Decision, Standing, Verdict
from archsearch.services.asking import Masker
from archsearch.services.identity import refusal
from archsearch.services.reading import NOT_FOUND
from archsearch.storage import departments, records
from archsearch.storage.database import vault_of
from archsearch.storage.identities import Identity, SourceKey, find_identities

_KEPT: Final = frozenset({"record_id", "owner", "department", "secrecy", "created_at"})
"""Fields that no record can be without."""
_EMPTY: Final = Fault(
    "value_invalid", "没有可用的内容；要删去这一项请用 --remove（Python：None）。"
)
_MASKED: Final = Fault(
    "masked_value", "含有脱敏后的值，星号不是原文；请填写完整的值，或不要改这一项。"
)


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to become of a record: a draft of what was said, and what is to go.

    ``keys`` are the schema keys that something was said about; ``removed`` those that go, of a
    group also single members (``finance.income``).
    """

    draft: Draft
    keys: frozenset[str]
    removed: frozenset[str] = frozenset()

    @property
    def touched(self) -> frozenset[str]:
        """The top-level fields that somebody meant to change."""
        return self.keys | {key.partition(".")[0] for key in self.removed}


@dataclass(frozen=True, slots=True)
class Held:
    """A record in the hands of who may do something with it: its state and its content."""

    known: Identity
    record: Record


def hold(
    connection: Connection, principal: Principal, policy: Policy, right: Right, record_id: str
) -> Held:
    """Take a record in hand to do something with it.

    Raises:
        NotFoundError: It does not exist or is out of scope: the two look alike.
        AccessDeniedError: The user may read it and no more.
    """
    found = find_identities(connection, record_ids=[RecordId(record_id)])
    known = found.by_record_id.get(RecordId(record_id))
    there = Right.DELETE if known is not None and known.deleted else Right.READ
    # Not even opened for who may not see it.
    if known is None or not policy.scope(principal, there).allows(*known.facts):
        raise NotFoundError(NOT_FOUND)
    if not policy.scope(principal, right).allows(*known.facts):
        raise AccessDeniedError(refusal(policy, principal, right, known.facts, _NOT_YOURS[right]))
    return Held(known, records.get(connection, [known.record_id])[known.record_id])


_NOT_YOURS: Final = {
    Right.CHANGE: "您可以查看这份档案，但不能修改；可以提出修改申请（propose）。",
    Right.DELETE: "您可以查看这份档案，但不能删除；请联系管理员。",
}


@dataclass(frozen=True, slots=True)
class Editor:
    """Reads edits, and works out what they make of records."""

    pipeline: Pipeline
    policy: Policy
    masker: Masker

    @property
    def schema(self) -> Schema:
        """The fields there are."""
        return self.pipeline.schema

    def read(self, fields: Mapping[str, Any], record_id: str) -> Edit:
        """Read what was typed for a record; None takes a field away.

        Raises:
            InvalidRequestError: Nothing was said, or something that nobody can mean.
            RejectedError: A value or a name of a field is wrong by itself.
        """
        removed = frozenset(self._removable(name) for name, v in fields.items() if v is None)
        given = {name: value for name, value in fields.items() if value is not None}
        if not given and not removed:
            raise InvalidRequestError("没有写要改什么；请写 字段=值，或 --remove 字段。")
        typed = self._typed(given)
        draft = typed.draft
        if typed.scattered:
            labels = "、".join(self.labels(typed.scattered))
            raise InvalidRequestError(
                f"{labels}可以有多项，不能只改其中一格；请用 --file 给出完整的{labels}。"
            )
        if draft.values.get("record_id", record_id) != record_id:
            raise InvalidRequestError("档号不能修改；请去掉这一项。")
        clash = typed.keys & {key.partition(".")[0] for key in removed}
        if clash:
            raise InvalidRequestError(
                f"{'、'.join(self.labels(clash))}既要改又要删去；请只选一种。"
            )
        return Edit(draft, typed.keys - {"record_id"}, removed)

    def fresh(self, fields: Mapping[str, Any], today: date) -> Draft:
        """Read what was typed for a new record, and check it.

        Raises:
            InvalidRequestError: Nothing was said, or something that nobody can mean.
            RejectedError: A value or a name of a field is wrong, or a required one is missing.
        """
        draft = _in_source(self._typed(fields).draft, UNNAMED_SOURCE)
        checked = self.pipeline.validator.check(draft, today)
        refuse(checked.problems)
        return checked

    def _typed(self, fields: Mapping[str, Any]) -> Typed:
        typed = self.pipeline.single(fields)
        if typed.unknown:
            names = "、".join(f"“{name[:40]}”" for name in typed.unknown[:5])
            raise InvalidRequestError(f"不认识字段{names}；请用元数据标准里的字段名。")
        draft = typed.draft
        problems = [replace(each, severity=Severity.ERROR) for each in typed.problems]
        problems += (each for each in draft.problems if each.severity is Severity.ERROR)
        blank = [name for name, value in fields.items() if is_blank(value)]
        silent = typed.keys - draft.values.keys() - {each.field for each in problems}
        # What was not understood, so that nothing is left of it, is an error to whoever typed it.
        lost = [each for each in draft.problems if each.field in silent]
        problems += (replace(each, severity=Severity.ERROR) for each in lost)
        silent -= {each.field for each in lost}
        keys = {*silent, *(self._key(name) for name in blank)}
        problems += (self._problem(draft, _EMPTY, key) for key in sorted(keys))
        refuse(problems)
        return typed

    def laid(self, edit: Edit, before: Record) -> Draft:
        """Lay an edit over a record; what comes of it is still to be checked."""
        left = replace(before, values=_without(before.values, edit.removed))
        source = str(left.values.get("source") or UNNAMED_SOURCE)
        draft = _in_source(edit.draft, source)
        return amend(draft, left, {})._replace(problems=draft.problems)

    def refuse_masked(self, edit: Edit, before: Values) -> None:
        """Refuse stars that were copied from what is shown, so that they replace nothing.

        Raises:
            RejectedError: There are some.
        """
        shown = self.masker.values(before)
        masked = [
            key for key in edit.keys if self._is_masked(key, edit.draft.values, before, shown)
        ]
        refuse(self._problem(edit.draft, _MASKED, key) for key in sorted(masked))

    def _is_masked(self, key: str, said: Values, before: Values, shown: Values) -> bool:
        value = said.get(key)
        spec = self.schema.by_key.get(key)
        if spec is not None and (spec.sensitive or any(each.sensitive for each in spec.fields)):
            return has_stars(value)
        return is_copied(value, before.get(key), shown.get(key))

    def refuse_faulty(self, edit: Edit, today: date) -> None:
        """Refuse what is wrong with an edit by itself, whatever the record holds.

        Raises:
            RejectedError: Something is.
        """
        checked = self.pipeline.validator.check(edit.draft, today)
        refuse(p for p in checked.problems if p.code != MISSING)

    def decide(
        self, connection: Connection, principal: Principal, held: Held, edit: Edit, at: datetime
    ) -> Decision | None:
        """Decide what a new version is to hold; None if nothing would change.

        Raises:
            RejectedError: It cannot be right, or the user may not put the record there.
        """
        before = held.record
        self.refuse_masked(edit, before.values)
        admission = self.admission(connection, principal, at.astimezone(CHINA).date())
        draft = admission.check(self.laid(edit, before), admission.today)
        if same_content(draft.values, before.values):
            return None
        decision = admission.amended(draft, held.known, before)
        if decision.verdict is not Verdict.REFUSE and _torn(connection, draft.values, held.known):
            decision = admission.taken(draft, held.known.digest)
        if decision.verdict is Verdict.REFUSE:
            refuse(decision.problems)
        return decision

    def admit(
        self, connection: Connection, principal: Principal, draft: Draft, at: datetime
    ) -> Decision:
        """Decide about a new record.

        Raises:
            ConflictError: There is such a record already, for the user to see.
            RejectedError: The user may not put it there, or a name it gives itself is taken.
        """
        admission = self.admission(connection, principal, at.astimezone(CHINA).date())
        given = draft.values.get("record_id")
        key = _source_key(draft.values)
        found = find_identities(
            connection,
            record_ids=[RecordId(str(given))] if given else (),
            sources=[key] if key else (),
        )
        holders = [*found.by_record_id.values(), *found.by_source.values()]
        for holder in holders:
            if admission.sees(holder):
                raise ConflictError(f"已有这份档案：{holder.record_id}；要修改它请用 change。")
        decision = admission.decide(draft, admission.digest(draft), None, None)
        if holders:
            decision = admission.taken(draft, "")
        if decision.verdict is Verdict.REFUSE:
            refuse(decision.problems)
        return decision

    def admission(self, connection: Connection, principal: Principal, today: date) -> Admission:
        """Make what decides about drafts of a user."""
        return Admission(
            principal,
            Standing.of(principal, self.policy),
            today,
            frozenset(departments.all_paths(connection)).__contains__,
            self.pipeline.validator.check,
            self.masker.values,
            vault_of(connection).content_key,
        )

    def labels(self, keys: Iterable[str]) -> list[str]:
        """Call fields as people do."""
        by_key = self.schema.by_key
        return [by_key[key].label if key in by_key else key for key in sorted(keys)]

    def _key(self, name: str) -> str:
        spec = self.schema.find(name)
        return spec.key if spec else name

    def _removable(self, name: str) -> str:
        spec = self.schema.find(name)
        if spec is None:
            raise InvalidRequestError(f"不认识字段“{name[:40]}”；请用元数据标准里的字段名。")
        group = self.schema.by_key[spec.key.partition(".")[0]]
        if spec is not group and group.many:
            raise InvalidRequestError(f"{group.label}可以有多项，只能整个删去或用 --file 重写。")
        if spec.required or spec.system or spec.key in _KEPT:
            raise InvalidRequestError(f"{spec.label}不能删去，只能改成别的值。")
        return spec.key

    def _problem(self, draft: Draft, fault: Fault, key: str) -> Problem:
        spec = self.schema.by_key.get(key)
        return problem(draft.row.where, fault, field=key, label=spec.label if spec else key)


def refuse(problems: Iterable[Problem]) -> None:
    """Refuse what has errors.

    Raises:
        RejectedError: There are some.
    """
    found = tuple(problems)
    errors = [each for each in found if each.severity is Severity.ERROR]
    if errors:
        raise RejectedError(" ".join(dict.fromkeys(each.message for each in errors)), found)


def _without(values: Values, removed: frozenset[str]) -> Values:
    left = dict(values)
    for key in removed:
        top, _, member = key.partition(".")
        group = left.get(top)
        if not member:
            left.pop(key, None)
        elif isinstance(group, dict):
            rest = {name: value for name, value in group.items() if name != member}
            left = {**left, top: rest} if rest else {k: v for k, v in left.items() if k != top}
    return left


def _in_source(draft: Draft, source: str) -> Draft:
    """Name the source of a number in it, where nobody did."""
    if "source_id" not in draft.values or "source" in draft.values:
        return draft
    return draft._replace(values={**draft.values, "source": source})


def _torn(connection: Connection, values: Values, known: Identity) -> bool:
    """Whether the name in its source is another record's."""
    key = _source_key(values)
    if key is None:
        return False
    holder = find_identities(connection, sources=[key]).by_source.get(key)
    return holder is not None and holder.record_id != known.record_id


def _source_key(values: Values) -> SourceKey | None:
    source, source_id = values.get("source"), values.get("source_id")
    return SourceKey(str(source), str(source_id)) if source and source_id else None
