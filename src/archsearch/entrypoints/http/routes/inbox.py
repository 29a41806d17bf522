"""The watch folder: what arrived, what waits and why, mending it, trying again."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from archsearch.entrypoints.http.addresses import OwnedRoute
from archsearch.entrypoints.http.answers import answer
from archsearch.entrypoints.http.bodies import InboxParameters, MetadataBody
from archsearch.entrypoints.http.described import described
from archsearch.entrypoints.http.entry import Entered
from archsearch.entrypoints.http.house import API
from archsearch.services.inbox import InboxItem, InboxPage
from archsearch.services.mending import InboxFile

router = APIRouter(prefix=f"{API}/inbox", route_class=OwnedRoute, tags=["收件夹"])
FILE: Final = described(InboxFile)
Number = Annotated[int, Path(ge=1, le=2**53, description="文件的编号")]


@router.get("", response_model=described(InboxPage), summary="收件夹里的文件")
def files(guest: Entered, asked: Annotated[InboxParameters, Query()]) -> Response:
    """List what arrived, the newest first; others' files for who may bring records for anybody."""
    desk = guest.house.archive.inbox
    return answer(
        desk.list(user=guest.user, state=asked.state or "", limit=asked.limit, before=asked.before)
    )


@router.get("/{number}", response_model=FILE, summary="一个文件")
def show(guest: Entered, number: Number) -> Response:
    """Show a file, and what is known of whose it is, masked."""
    return answer(guest.house.archive.inbox.show(number, user=guest.user))


@router.post(
    "/{number}/retry", response_model=described(InboxItem), status_code=202, summary="重新处理"
)
def retry(guest: Entered, number: Number) -> Response:
    """Put a file back that waits or was returned; the watcher looks at it again."""
    return answer(guest.house.archive.inbox.retry(number, user=guest.user), 202)


@router.put("/{number}/metadata", response_model=FILE, status_code=202, summary="补录资料")
def mend(guest: Entered, number: Number, asked: MetadataBody) -> Response:
    """Add what a scan lacks, as if in a file beside it; the watcher files it at a later look."""
    return answer(guest.house.archive.inbox.mend(number, asked.fields, user=guest.user), 202)
