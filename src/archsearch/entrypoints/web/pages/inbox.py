"""The watch folder: what arrived, what waits and why, mending it in place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from archsearch.domain.inbox import BUSY, State
from archsearch.domain.policy import Right
from archsearch.entrypoints.http.answers import handed_out
from archsearch.entrypoints.web.blanks import Blank, blanks, by_field, keys_in, typed
from archsearch.entrypoints.web.leaves import counted, page_in, shown, turning
from archsearch.entrypoints.web.visit import Form, Typed, Visitor, Welcome, go
from archsearch.errors import (
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    RejectedError,
)
from archsearch.ingest.inbox.metadata import is_scan
from archsearch.ingest.readers.faults import display_name

if TYPE_CHECKING:
    from archsearch.services.inbox import InboxItem
    from archsearch.services.mending import InboxFile, MendingService

router = APIRouter(include_in_schema=False)
_ADDRESS: Final = "/inbox"
_STEP: Final = 50
_LISTS: Final = (
    ("", "未归档"), (State.WAITING.value, "待补录"), (State.QUARANTINED.value, "已退回"),
    (State.ARCHIVED.value, "已归档"), (State.REMOVED.value, "已取走"), ("all", "全部"),
)  # fmt: skip
_PATIENCE: Final = 15
"""How often a page looks by itself what has become of a file, waiting longer each time."""
_LARGEST: Final = 15


@dataclass(frozen=True, slots=True)
class Sight:
    """How a file is to be shown.

    ``page`` is that of the scan, ``looked`` how often the page has looked by itself, ``edit``
    whether the form is wanted though the watcher is at work; ``form`` is what was typed, ``wrong``
    and ``refused`` what was wrong with it.
    """

    page: int = 1
    looked: int = 0
    edit: bool = False
    form: Form | None = None
    wrong: str = ""
    refused: tuple[Any, ...] = ()


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
    findings = visitor.guest.house.application.mail.findings
    waiting = findings.waiting(visitor.user) if visitor.may(Right.CHANGE) else None
    mendable = {each.id for each in page.items if _mendable(each)}
    context = {"page": page, "which": wanted, "lists": lists, "mendable": mendable}
    return visitor.page("inbox.html", waiting=waiting, folder=_folder(visitor), **context)


@router.get(_ADDRESS + "/{number}")
async def show(
    visitor: Welcome, number: str, wait: str = "", edit: str = "", page: str = ""
) -> Response:
    """Show a file: what is the matter with it, a page of it, and the form that mends it."""
    looked = min(_number(wait) or 0, _PATIENCE)
    return await _file(visitor, _wanted(number), Sight(page_in(page), looked, bool(edit)))


@router.get(_ADDRESS + "/{number}/page")
async def leaf(visitor: Welcome, number: str, page: str = "") -> Response:
    """Give a page of a scan that waits as a picture; each is a look that is entered in the log."""
    wanted = page_in(page)
    look = _mending(visitor).look
    found = await run_in_threadpool(look, _wanted(number), wanted, visitor.user)
    return await shown(visitor, found.media_type, found.chunks, wanted)


@router.get(_ADDRESS + "/{number}/file")
def file(visitor: Welcome, number: str) -> Response:
    """Give a scan that waits as it came."""
    found = _mending(visitor).look(_wanted(number), 1, visitor.user)
    return handed_out(found.name, found.media_type, found.chunks, {})


@router.post(_ADDRESS + "/{number}")
async def mend(visitor: Welcome, number: str, form: Typed) -> Response:
    """Add what a scan lacks; the watcher does the rest."""
    wanted, given = _wanted(number), typed(form, visitor.schema)
    sight = Sight(page=page_in(form["at-page"]), form=form)
    if not given:
        sight = replace(sight, wrong="没有填写新的内容；请补充后保存，或者重新处理。")
        return await _file(visitor, wanted, sight, 400)
    try:
        await run_in_threadpool(visitor.archive.inbox.mend, wanted, given, user=visitor.user)
    except RejectedError as error:
        # Why stands beside each field.
        sight = replace(sight, wrong="资料有问题，没有保存。", refused=error.problems)
        return await _file(visitor, wanted, sight, 400)
    except (InvalidRequestError, ConflictError) as error:
        return await _file(visitor, wanted, replace(sight, wrong=error.message), 400)
    return go(f"{_ADDRESS}/{wanted}?wait=1")


@router.post(_ADDRESS + "/{number}/retry")
async def retry(visitor: Welcome, number: str) -> Response:
    """Put a file back; the watcher looks at it again."""
    wanted = _wanted(number)
    try:
        await run_in_threadpool(visitor.archive.inbox.retry, wanted, user=visitor.user)
    except InvalidRequestError as error:
        return await _file(visitor, wanted, Sight(wrong=error.message), 400)
    return go(f"{_ADDRESS}/{wanted}?wait=1")


async def _file(visitor: Visitor, number: int, sight: Sight, status: int = 200) -> Response:
    file = await run_in_threadpool(visitor.archive.inbox.show, number, user=visitor.user)
    problems = by_field(sight.refused or file.problems)
    before = keys_in(sight.form) if sight.form else ()
    vocabularies = visitor.guest.house.application.settings.vocabularies
    found = blanks(file, visitor.schema, vocabularies, problems, before)
    held = {each.key: each.now for each in found}
    if sight.form is not None:
        held |= {key: sight.form[key] for key in held if key in sight.form.fields}
    edit = sight.form is not None or sight.edit
    busy = file.pending or file.state in BUSY
    # A page that looks again and again by itself is no look at the scan.
    seen = file.there and is_scan(file.file) and (edit or not busy)
    pages, hindrance = await _leaves(visitor, file) if seen else (0, "")
    context = {
        "file": file,
        "blanks": found,
        "held": held,
        "faults": _elsewhere(file, found, problems),
        "busy": busy,
        "watched": not busy or visitor.guest.house.application.watched,
        "edit": edit,
        "looked": sight.looked,
        "patience": _PATIENCE,
        "wrong": sight.wrong,
        "hindrance": hindrance,
        **turning(min(sight.page, max(pages, 1)), pages),
    }
    return visitor.page("inbox_file.html", status, **context)


def _elsewhere(
    file: "InboxFile", found: Iterable[Blank], problems: Mapping[str, Sequence[str]]
) -> list[str]:
    """List what is wrong that stands neither beside a field nor at the head of the page."""
    beside = {each.key for each in found}
    several = (texts for key, texts in problems.items() if key not in beside)
    return [text for texts in several for text in texts if text.rstrip("。") not in file.message]


def _mending(visitor: Visitor) -> "MendingService":
    return visitor.guest.house.application.mail.mending


async def _leaves(visitor: Visitor, file: "InboxFile") -> tuple[int, str]:
    """Count the pages of a scan, or say why they cannot be shown."""
    try:
        found = await run_in_threadpool(_mending(visitor).look, file.id, 0, visitor.user)
    except NotFoundError:
        return 0, ""
    return await counted(visitor, found.media_type, found.chunks)


def _mendable(item: "InboxItem") -> bool:
    return item.state in (State.WAITING, State.QUARANTINED) and is_scan(item.file)


def _folder(visitor: Visitor) -> str:
    """Say where files are dropped, by the names that people see."""
    workspace = visitor.guest.house.application.settings.workspace
    return display_name(f"{workspace.root.name}/{workspace.inbox.name}")


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
