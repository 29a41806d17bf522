"""Handing out: the export of all that a search finds, and screening a list."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

from fastapi import APIRouter, File, Form, UploadFile
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from archsearch.domain.screening import Listed
from archsearch.domain.zone import day_of
from archsearch.entrypoints.web.address import read
from archsearch.entrypoints.web.frame import path_of
from archsearch.entrypoints.web.visit import Typed, Visitor, Welcome
from archsearch.errors import AccessDeniedError, ArchsearchError, InvalidRequestError
from archsearch.ingest.namelist import entries_in
from archsearch.ingest.readers.reader import is_readable
from archsearch.services.tabulating import write_records

router = APIRouter(include_in_schema=False)

_KINDS: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_MOST_SHOWN: Final = 1000
"""Lines of a list that are answered on a page."""
_MOST: Final = 5000
"""Lines of a list that are answered as a file, while somebody waits."""


@router.get("/export")
def begin(visitor: Welcome, request: Request) -> Response:
    """Ask for what an export is."""
    return _ask(visitor, request.url.query)


@router.post("/export")
def export(visitor: Welcome, form: Typed) -> Response:
    """Hand out all hits as a file; numbers stay as they are, and formulas compute nothing."""
    kind = form["kind"] if form["kind"] in _KINDS else "xlsx"
    asked = read(QueryParams(form["search"]), visitor.schema)
    try:
        found = visitor.archive.export(
            asked.text,
            user=visitor.user,
            reason=form["reason"],
            mode=asked.mode,
            filters=asked.api_filters,
            sort=asked.sort,
            reveal=bool(form["reveal"]),
        )
        file = BytesIO()
        write_records(file, f".{kind}", found, visitor.schema)
    except (InvalidRequestError, AccessDeniedError) as error:
        return _ask(visitor, form["search"], 400, wrong=error.message)
    return _file(visitor, "档案", kind, file.getvalue())


def _ask(visitor: Visitor, search: str, status: int = 200, **more: Any) -> Response:
    asked = read(QueryParams(search), visitor.schema)
    found = visitor.archive.search(
        asked.text, user=visitor.user, mode=asked.mode, filters=asked.api_filters, limit=0
    )
    context = {"asked": asked, "total": found.total, "search": search, "wrong": ""}
    return visitor.page("export.html", status, **{**context, **more})


@router.get("/screen")
def list_wanted(visitor: Welcome) -> Response:
    """Ask for a list."""
    return _listed(visitor)


@router.post("/screen")
def screen(
    visitor: Welcome,
    names: Annotated[str, Form()] = "",
    file: Annotated[UploadFile | None, File()] = None,
    kind: Annotated[str, Form()] = "",
) -> Response:
    """Screen a list, on a page or into a file."""
    warned: list[str] = []
    with TemporaryDirectory(prefix="archsearch-") as folder:
        try:
            lines = list(_lines(visitor, names, file, Path(folder), warned))
            most = _MOST if kind in _KINDS else _MOST_SHOWN
            if not lines:
                raise InvalidRequestError("名单是空的；请粘贴名称，或选择一个文件。")
            if len(lines) > most:
                raise InvalidRequestError(_TOO_LONG)
            if kind in _KINDS:
                target = Path(folder) / f"result.{kind}"
                lists = visitor.guest.house.application.lists
                lists.screen(lines, target, visitor.user, 3)
                return _file(visitor, "比对结果", kind, target.read_bytes())
        except ArchsearchError as error:
            return _listed(visitor, 400, names=names, wrong=error.message)
    found = visitor.archive.match([each.entry for each in lines], user=visitor.user, limit=3)
    answers = list(zip(lines, found, strict=True))
    counts = dict.fromkeys(("same", "likely", "possible", "none"), 0)
    for _, hits in answers:
        counts[hits[0].verdict if hits else "none"] += 1
    return _listed(visitor, names=names, answers=answers, counts=counts, warned=warned)


_TOO_LONG: Final = (
    f"名单太长：页面上最多 {_MOST_SHOWN:,} 行，结果文件最多 {_MOST:,} 行；"
    "更长的请用命令 archsearch match --file。"
)


def _lines(
    visitor: Visitor, names: str, file: UploadFile | None, folder: Path, warned: list[str]
) -> Iterator[Listed]:
    path = folder / "list.txt"
    if file is not None and file.filename:
        # Of the name that somebody sends nothing is used but how it ends.
        ending = PurePath(file.filename.replace("\\", "/")).suffix.lower()
        if ending != ".txt" and not is_readable(PurePath("list" + ending)):
            raise InvalidRequestError("名单须是 .xlsx、.csv、.txt 等文件。")
        path = folder / ("list" + ending)
        path.write_bytes(file.file.read())
    else:
        path.write_text(names, encoding="utf-8", errors="replace")
    return entries_in(path, visitor.schema, warn=warned.append)


def _listed(visitor: Visitor, status: int = 200, **more: Any) -> Response:
    context: dict[str, Any] = {"names": "", "wrong": "", "answers": None}
    context |= {"counts": {}, "warned": []}
    return visitor.page("screen.html", status, **{**context, **more})


def _file(visitor: Visitor, name: str, kind: str, content: bytes) -> Response:
    day = day_of(visitor.guest.house.application.clock())
    called = f"filename*=UTF-8''{path_of(f'{name}-{day}')}.{kind}"
    disposition = f'attachment; filename="archsearch-{day}.{kind}"; {called}'
    return Response(content, headers={"Content-Disposition": disposition}, media_type=_KINDS[kind])
