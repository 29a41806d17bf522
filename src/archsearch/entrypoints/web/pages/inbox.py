"""The watch folder: what arrived, what waits and why, mending it in place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from archsearch.domain.inbox import BUSY, State
from archsearch.domain.schema import FieldSpec, FieldType, Schema
from archsearch.entrypoints.http.answers import handed_out
from archsearch.entrypoints.web.leaves import counted, page_in, shown, turning
from archsearch.entrypoints.web.pieces import told
from archsearch.entrypoints.web.visit import Form, Typed, Visitor, Welcome, go
from archsearch.errors import (
    BusyError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    RejectedError,
)

if TYPE_CHECKING:
    from archsearch.services.mending import InboxFile, MendingService

router = APIRouter(include_in_schema=False)
_ADDRESS: Final = "/inbox"
_STEP: Final = 50
_LISTS: Final = (
    ("", "未归档"), (State.WAITING.value, "待补录"), (State.QUARANTINED.value, "已退回"),
    (State.ARCHIVED.value, "已归档"), (State.REMOVED.value, "已取走"), ("all", "全部"),
)  # fmt: skip
_SHORT: Final = ("name", "id_number", "record_id", "department", "tags")
_OF_SCANS: Final = ("kind", "scanned_at")
_SCANS: Final = "attachments"
_PATIENCE: Final = 15
"""How often a page looks by itself what has become of a file, waiting longer each time."""
_LARGEST: Final = 15


@dataclass(frozen=True, slots=True)
class Blank:
    """A field of the form.

    ``now`` is what it holds before anybody types, ``hidden`` what is known and not shown in full.
    """

    key: str
    label: str
    now: str
    hidden: str
    day: bool
    problems: tuple[str, ...] = ()


@router.get(_ADDRESS)
def files(visitor: Welcome, request: Request) -> Response:
    """List what arrived, the newest first."""
    asked = dict(request.query_params)
    state = asked.get("state", "")
    wanted = state if state in dict(_LISTS) else ""
    page = visitor.archive.inbox.list(
        user=visitor.user, state=wanted, limit=_STEP, before=_number(asked.get("before", ""))
    )
    lists = [(key, label, _count(key, page.counts)) for key, label in _LISTS]
    return visitor.page("inbox.html", page=page, which=wanted, lists=lists)


@router.get(_ADDRESS + "/{number}")
def show(visitor: Welcome, number: str, wait: str = "", edit: str = "", page: str = "") -> Response:
    """Show a file: what is the matter with it, a page of it, and the form that mends it."""
    looked = min(_number(wait) or 0, _PATIENCE)
    return _file(visitor, _wanted(number), looked=looked, edit=bool(edit), page=page_in(page))


@router.get(_ADDRESS + "/{number}/page")
def leaf(visitor: Welcome, number: str, page: str = "") -> Response:
    """Give a page of a scan that waits as a picture; each is a look that is entered in the log."""
    wanted = page_in(page)
    found = _mending(visitor).look(_wanted(number), wanted, visitor.user)
    return shown(visitor, found.media_type, found.chunks, wanted)


@router.get(_ADDRESS + "/{number}/file")
def file(visitor: Welcome, number: str) -> Response:
    """Give a scan that waits as it came."""
    found = _mending(visitor).look(_wanted(number), 1, visitor.user)
    return handed_out(found.name, found.media_type, found.chunks, {})


@router.post(_ADDRESS + "/{number}")
def mend(visitor: Welcome, number: str, form: Typed) -> Response:
    """Add what a scan lacks; the watcher does the rest."""
    wanted = _wanted(number)
    keys = (*_SHORT, *_OF_SCANS)
    given = {
        _column(visitor.schema, key): form[key]
        for key in keys
        if key in form.fields and form[key] != form["was." + key]
    }
    if not given:
        wrong = "没有填写新的内容；请补充后保存，或者重新处理。"
        return _file(visitor, wanted, 400, form=form, wrong=wrong)
    try:
        visitor.archive.inbox.mend(wanted, given, user=visitor.user)
    except RejectedError as error:
        return _file(visitor, wanted, 400, form=form, wrong=error.message, refused=error.problems)
    except (InvalidRequestError, ConflictError) as error:
        return _file(visitor, wanted, 400, form=form, wrong=error.message)
    return go(f"{_ADDRESS}/{wanted}?wait=1")


@router.post(_ADDRESS + "/{number}/retry")
def retry(visitor: Welcome, number: str) -> Response:
    """Put a file back; the watcher looks at it again."""
    wanted = _wanted(number)
    try:
        visitor.archive.inbox.retry(wanted, user=visitor.user)
    except InvalidRequestError as error:
        return _file(visitor, wanted, 400, wrong=error.message)
    return go(f"{_ADDRESS}/{wanted}?wait=1")


def _file(  # noqa: PLR0913 - what a page may have to show
    visitor: Visitor,
    number: int,
    status: int = 200,
    *,
    form: Form | None = None,
    refused: Any = (),
    page: int = 1,
    edit: bool = False,
    **more: Any,
) -> Response:
    file = visitor.archive.inbox.show(number, user=visitor.user)
    problems = _by_field(refused or file.problems)
    blanks = _blanks(file, visitor.schema, problems)
    for each in blanks:
        problems.pop(each.key, None)
    held = {each.key: each.now for each in blanks}
    if form is not None:
        held |= {key: form[key] for key in held if key in form.fields}
    edit = form is not None or edit
    busy = file.pending or file.state in BUSY
    # A page that looks again and again by itself is no look at the scan.
    pages, hindrance = _leaves(visitor, file) if file.there and (edit or not busy) else (0, "")
    context = {
        **turning(min(page, max(pages, 1)), pages),
        "hindrance": hindrance,
        "file": file,
        "blanks": blanks,
        "held": held,
        "faults": [each for several in problems.values() for each in several],
        "busy": busy,
        "looked": 0,
        "patience": _PATIENCE,
        "edit": edit,
        "wrong": "",
    }
    return visitor.page("inbox_file.html", status, **{**context, **more})


def _mending(visitor: Visitor) -> "MendingService":
    return visitor.guest.house.application.mail.mending


def _leaves(visitor: Visitor, file: "InboxFile") -> tuple[int, str]:
    """Count the pages of a scan, or say why they cannot be shown."""
    try:
        found = _mending(visitor).look(file.id, 0, visitor.user)
        return counted(visitor, found.media_type, found.chunks)
    except NotFoundError:
        return 0, ""
    except BusyError as error:
        return 0, error.message


def _blanks(file: "InboxFile", schema: Schema, problems: Mapping[str, list[str]]) -> list[Blank]:
    if not file.mendable:
        return []
    found = []
    for key in (*_SHORT, *_OF_SCANS):
        spec = _spec(schema, key)
        if spec is None:
            continue
        known = told(file.known.get(key))
        hidden = spec.sensitive and "*" in known
        found.append(
            Blank(
                key,
                spec.label,
                "" if hidden else known,
                known if hidden else "",
                spec.type is FieldType.DATE and _is_day(known),
                tuple(problems.get(key, ())),
            )
        )
    return found


def _is_day(text: str) -> bool:
    """Whether a box for days can hold it: what somebody wrote beside a scan may be anything."""
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False


def _spec(schema: Schema, key: str) -> FieldSpec | None:
    if key not in _OF_SCANS:
        return schema.by_key.get(key)
    scans = schema.by_key.get(_SCANS)
    members = scans.fields if scans else ()
    return next((each for each in members if each.key == f"{_SCANS}.{key}"), None)


def _column(schema: Schema, key: str) -> str:
    """Name a field as people do: what is written beside the scan is read by people as well."""
    spec = _spec(schema, key)
    return spec.label if spec else key


def _by_field(problems: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in problems:
        field = str(getattr(each, "field", None) or "").removeprefix(_SCANS + ".")
        found.setdefault(field, []).append(str(getattr(each, "message", each)))
    return found


def _count(state: str, counts: Mapping[str, int]) -> int:
    if state:
        return sum(counts.values()) if state == "all" else counts.get(state, 0)
    return sum(counts.get(each, 0) for each in (*BUSY, State.WAITING, State.QUARANTINED))


def _number(text: str) -> int | None:
    fits = text.isascii() and text.isdigit() and len(text) <= _LARGEST
    return int(text) if fits else None


def _wanted(number: str) -> int:
    found = _number(number)
    if found is None:
        raise NotFoundError("收件夹的登记里没有这个编号。")
    return found
