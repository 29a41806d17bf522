"""Single records: reading, the original of masked fields, history, changes."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from archsearch.domain.policy import Right
from archsearch.domain.record import Record
from archsearch.entrypoints.cli.differences import came_from
from archsearch.entrypoints.web.frame import path_of
from archsearch.entrypoints.web.leaves import leave
from archsearch.entrypoints.web.sheet import entries, sections, typed
from archsearch.entrypoints.web.visit import Form, Typed, Visitor, Welcome, go
from archsearch.errors import ConflictError, InvalidRequestError, RejectedError
from archsearch.services.readings import proposed_in

router = APIRouter(include_in_schema=False)


@router.get("/records/{record_id:path}")
def show(visitor: Welcome, record_id: str, request: Request, done: str = "") -> Response:
    """Show a record, its sensitive fields masked; ``doubt`` are keys of fields to look at again."""
    record = visitor.archive.get(record_id, user=visitor.user)
    asked = request.query_params.getlist("doubt")
    doubts = [each.label for each in visitor.schema.fields if each.key in asked]
    return _sheet(visitor, record, done=done, doubts=doubts)


@router.post("/reveal/{record_id:path}")
def reveal(visitor: Welcome, record_id: str, form: Typed) -> Response:
    """Show a record with its sensitive fields as they are; the reason goes into the log."""
    try:
        record = visitor.archive.reveal(record_id, reason=form["reason"], user=visitor.user)
    except InvalidRequestError as error:
        masked = visitor.archive.get(record_id, user=visitor.user)
        return _sheet(visitor, masked, status=400, wrong=error.message)
    seen = leave(visitor, record_id, form["reason"])
    return _sheet(visitor, record, revealed=True, seen=seen)


@router.get("/history/{record_id:path}")
def history(visitor: Welcome, record_id: str) -> Response:
    """Show every version of a record with its changes, the newest first."""
    record = visitor.archive.get(record_id, user=visitor.user)
    versions = visitor.archive.history(record_id, user=visitor.user)
    return _page(visitor, "history.html", record, versions=versions[::-1], came_from=came_from)


@router.get("/similar/{record_id:path}")
def similar(visitor: Welcome, record_id: str) -> Response:
    """Show whose names are like this one's: the same customer, perhaps."""
    record = visitor.archive.get(record_id, user=visitor.user)
    name = str(record.values.get("name", ""))
    found = visitor.archive.match([name], user=visitor.user, limit=10)[0]
    others = [hit for hit in found if hit.record_id != record_id]
    return _page(visitor, "similar.html", record, hits=others)


@router.get("/change/{record_id:path}")
def begin(visitor: Welcome, record_id: str) -> Response:
    """Ask what is to be different."""
    return _form(visitor, visitor.archive.get(record_id, user=visitor.user))


@router.post("/change/{record_id:path}")
def change(visitor: Welcome, record_id: str, form: Typed) -> Response:
    """Change a record, or propose to those who may."""
    record = visitor.archive.get(record_id, user=visitor.user)
    fields = typed(entries(record, visitor.schema, _vocabularies(visitor)), form.fields)
    if not fields:
        return _form(visitor, record, form, wrong="没有改动任何内容。")
    reason, user = form["reason"], visitor.user
    try:
        if visitor.may_with(Right.CHANGE, record):
            version = form.whole("version")
            revised = visitor.archive.change(
                record_id, fields, user=user, expected_version=version, reason=reason
            )
            doubted = {each.field for each in revised.warnings}
            told = "".join(f"&doubt={key}" for key in fields if key in doubted)
            return go(f"/records/{path_of(record_id)}?done=changed{told}")
        made = visitor.archive.propose(record_id, fields, reason=reason, user=user)
    except RejectedError as error:
        return _form(visitor, record, form, wrong=error.message, problems=_by_field(error))
    except (InvalidRequestError, ConflictError) as error:
        return _form(visitor, record, form, wrong=error.message)
    return go(f"/proposals/{path_of(made.id)}?done=proposed")


@router.post("/delete/{record_id:path}")
def delete(visitor: Welcome, record_id: str, form: Typed) -> Response:
    """Take a record out of all search; it can be restored."""
    visitor.archive.delete(record_id, reason=form["reason"], user=visitor.user)
    return go(f"/records/{path_of(record_id)}?done=deleted")


@router.post("/restore/{record_id:path}")
def restore(visitor: Welcome, record_id: str, form: Typed) -> Response:
    """Bring a deleted record back, for who could delete it."""
    try:
        visitor.archive.restore(record_id, reason=form["reason"], user=visitor.user)
    except (ConflictError, InvalidRequestError) as error:
        record = visitor.archive.get(record_id, user=visitor.user)
        return _sheet(visitor, record, status=400, wrong=error.message)
    return go(f"/records/{path_of(record_id)}?done=restored")


def _sheet(visitor: Visitor, record: Record, status: int = 200, **more: Any) -> Response:
    bare = record.record_id in visitor.principal.unmasked
    direct = visitor.may_with(Right.CHANGE, record)
    borrowed = record.record_id in visitor.principal.grants
    reading = visitor.guest.house.application.reading
    context = {
        "sections": sections(record, visitor.schema),
        "scans": visitor.guest.house.application.mail.attachments.listed(record),
        "seen": "",
        "may_reveal": visitor.may_with(Right.REVEAL, record) or bare,
        "may_delete": visitor.may_with(Right.DELETE, record),
        "deleted": not record.searchable,
        "proposed": proposed_in(record.values) if direct else [],
        "loan": reading.loan(record.record_id, visitor.user) if borrowed else None,
        "revealed": False,
        "wrong": "",
        "done": "",
        "doubts": [],
    }
    return _page(visitor, "record.html", record, status, **{**context, **more})


def _form(visitor: Visitor, record: Record, form: Form | None = None, **more: Any) -> Response:
    listed = entries(record, visitor.schema, _vocabularies(visitor))
    shown = {each.key: each.now for each in listed}
    if form is not None:
        shown |= {key: values[0] for key, values in form.fields.items() if key in shown}
    context = {
        "entries": listed,
        "shown": shown,
        "reason": form["reason"] if form else "",
        "version": form["version"] if form else record.version,
        "wrong": "",
        "problems": {},
    }
    status = 400 if form else 200
    return _page(visitor, "change.html", record, status, **{**context, **more})


def _page(
    visitor: Visitor, template: str, record: Record, status: int = 200, **more: Any
) -> Response:
    direct = visitor.may_with(Right.CHANGE, record)
    name = str(record.values.get("name", ""))
    context = {"record": record, "name": name, "direct": direct, "schema": visitor.schema}
    return visitor.page(template, status, **context, **more)


def _vocabularies(visitor: Visitor) -> Any:
    return visitor.guest.house.application.settings.vocabularies


def _by_field(error: RejectedError) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in error.problems:
        found.setdefault(getattr(each, "field", None) or "", []).append(
            str(getattr(each, "message", each))
        )
    return found
