"""Screening: a list is brought, its columns named, compared, and decided about line by line."""

from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, File, UploadFile
from fastapi import Form as Field
from starlette.requests import Request
from starlette.responses import Response

from archsearch.domain.policy import Right
from archsearch.domain.screening import LINE
from archsearch.domain.sifting import IGNORED, Choice, Sheet, Show, Stage
from archsearch.entrypoints.web.files import KINDS, attached
from archsearch.entrypoints.web.frame import path_of
from archsearch.entrypoints.web.visit import Form, Typed, Visitor, Welcome, go
from archsearch.errors import (
    ArchsearchError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
)
from archsearch.ingest.namesheet import sheet_of_names, sheet_of_table
from archsearch.ingest.readers.decoding import decode
from archsearch.ingest.readers.reader import is_readable
from archsearch.services.identity import require
from archsearch.services.screening import CHUNK
from archsearch.services.screenings import MOST_LINES, ScreeningDesk

router = APIRouter(include_in_schema=False)
_ADDRESS: Final = "/screen"
_STEP: Final = 50
_FIRST: Final = 5
"""Rows of a table that are shown while its columns are named."""
_LONGEST_TITLE: Final = 60


@router.get(_ADDRESS)
def ask(visitor: Welcome) -> Response:
    """Ask for a list, and show those that were brought before."""
    return _asked(visitor)


@router.post(_ADDRESS)
def bring(
    visitor: Welcome,
    names: Annotated[str, Field()] = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Take a list; names alone are compared at once, of a table the columns are asked for."""
    desk = _desk(visitor)
    try:
        sheet = _table(visitor, file) if file and file.filename else _names(names)
        made = desk.bring(sheet, visitor.user)
    except ArchsearchError as error:
        return _asked(visitor, 400, names=names, wrong=error.message)
    if len(sheet.columns) > 1:
        return go(_of(made.id))
    return _begun(visitor, made.id, sheet.targets)


@router.get(_ADDRESS + "/{number}")
def show(visitor: Welcome, number: str, request: Request) -> Response:
    """Show a list as it is: to be named, under way, broken off, or compared."""
    told = _desk(visitor).show(number, visitor.user)
    if told.stage is Stage.MAPPING:
        return _mapping(visitor, number)
    if told.stage is Stage.DONE:
        return _results(visitor, number, request)
    return visitor.page("screening_progress.html", screening=told)


@router.post(_ADDRESS + "/{number}/start")
def start(visitor: Welcome, number: str, form: Typed) -> Response:
    """Begin to compare, by what each column was said to be."""
    sheet = _desk(visitor).sheet(number, visitor.user)
    targets = [form[f"column-{at}"] for at in range(len(sheet.columns))]
    try:
        return _begun(visitor, number, targets)
    except InvalidRequestError as error:
        return _mapping(visitor, number, 400, targets=targets, wrong=error.message)
    except ConflictError:
        return go(_of(number))


@router.post(_ADDRESS + "/{number}/continue")
def go_on(visitor: Welcome, number: str) -> Response:
    """Go on with what was broken off."""
    try:
        _desk(visitor).go_on(number, visitor.user)
    except ConflictError:
        return go(_of(number))
    return _working(visitor, number)


@router.post(_ADDRESS + "/{number}/delete")
def drop(visitor: Welcome, number: str) -> Response:
    """Forget a list."""
    _desk(visitor).drop(number, visitor.user)
    return go(f"{_ADDRESS}?done=deleted")


@router.post(_ADDRESS + "/{number}/lines/{line}")
def decide(visitor: Welcome, number: str, line: int, form: Typed, request: Request) -> Response:
    """Decide about a line."""
    word, _, record_id = form["choice"].partition(":")
    if word not in set(Choice):
        raise InvalidRequestError("请选择一种决定。")
    desk = _desk(visitor)
    decided = desk.decide(
        number, line, Choice(word), visitor.user, record_id=record_id, note=form["note"]
    )
    if "hx-request" not in request.headers:
        kept = urlencode([(key, form[key]) for key in ("show", "page") if form[key]])
        return go(f"{_of(number)}?{kept}#line-{line}")
    counts = desk.look(number, visitor.user, limit=0).counts
    context = {"line": decided, "number": number, "counts": counts}
    return visitor.page("screening_line.html", **context, asked=form)


@router.get(_ADDRESS + "/{number}/file/{kind}")
def download(visitor: Welcome, number: str, kind: str) -> Response:
    """Hand out all lines with the decisions."""
    if kind not in KINDS:
        raise NotFoundError("没有这种文件。")
    answer = attached(visitor.guest.house, "比对结果", kind)
    _desk(visitor).write(number, f".{kind}", answer.file, visitor.user)
    return answer.response()


def _desk(visitor: Visitor) -> ScreeningDesk:
    require(visitor.guest.house.application.policy, visitor.principal, Right.SCREEN)
    return visitor.guest.house.application.desk.lists


def _of(number: str) -> str:
    return f"{_ADDRESS}/{path_of(number)}"


def _names(names: str) -> Sheet:
    if not names.strip():
        raise InvalidRequestError("名单是空的；请粘贴名称，或选择一个文件。")
    return sheet_of_names("粘贴的名单", names)


def _table(visitor: Visitor, file: UploadFile) -> Sheet:
    # Of the name that somebody sends no more is used than how it ends, and to call the list by.
    named = PurePath((file.filename or "").replace("\\", "/"))
    ending, title = named.suffix.lower(), named.stem[:_LONGEST_TITLE] or "名单"
    content = file.file.read()
    if ending == ".txt":
        return sheet_of_names(title, "".join(decode(iter([content]))))
    if not is_readable(PurePath("list" + ending)):
        raise InvalidRequestError("名单须是 .xlsx、.csv、.txt 等文件。")
    with TemporaryDirectory(prefix="archsearch-") as folder:
        path = Path(folder) / ("list" + ending)
        path.write_bytes(content)
        return sheet_of_table(title, path, visitor.schema, most=MOST_LINES)


def _begun(visitor: Visitor, number: str, targets: Any) -> Response:
    _desk(visitor).start(number, targets, visitor.user)
    return _working(visitor, number)


def _working(visitor: Visitor, number: str) -> Response:
    """Have a list compared beside the requests; a short one while somebody waits."""
    desk, user, tasks = _desk(visitor), visitor.user, visitor.guest.house.tasks
    if desk.show(number, user).lines <= CHUNK:
        desk.work(number, user, lambda: True)
    else:
        tasks.run(lambda wanted: desk.work(number, user, wanted))
    return go(_of(number))


def _asked(visitor: Visitor, status: int = 200, **more: Any) -> Response:
    context: dict[str, Any] = {"names": "", "wrong": ""}
    lists = _desk(visitor).all(visitor.user)
    return visitor.page("screen.html", status, lists=lists, **{**context, **more})


def _mapping(visitor: Visitor, number: str, status: int = 200, **more: Any) -> Response:
    sheet = _desk(visitor).sheet(number, visitor.user)
    labels = [(key, visitor.schema.by_key[key].label) for key in LINE]
    context = {
        "sheet": sheet,
        "number": number,
        "targets": sheet.targets,
        "choices": [*labels, (IGNORED, "不用")],
        "rows": sheet.rows[:_FIRST],
        "wrong": "",
    }
    return visitor.page("screening_map.html", status, **{**context, **more})


def _results(visitor: Visitor, number: str, request: Request) -> Response:
    asked = Form({key: [value] for key, value in request.query_params.items()})
    show_ = Show(asked["show"]) if asked["show"] in set(Show) else Show.ALL
    page = _page(asked["page"])
    found = _desk(visitor).look(
        number, visitor.user, show=show_, limit=_STEP, offset=(page - 1) * _STEP
    )
    context = {"found": found, "number": number, "show": show_, "page": page, "asked": asked}
    last = max(1, -(-found.total // _STEP))
    return visitor.page("screening.html", **context, last=last)


def _page(text: str) -> int:
    fits = text.isascii() and text.isdigit() and len(text) < len(str(MOST_LINES))
    return max(int(text), 1) if fits else 1
