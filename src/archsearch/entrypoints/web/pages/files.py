"""The files that pages load, and where they begin."""

from mimetypes import guess_type

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from archsearch.entrypoints.web.frame import edition, statics
from archsearch.entrypoints.web.visit import SEE_OTHER, Welcome, go, home_of
from archsearch.errors import NotFoundError

router = APIRouter(include_in_schema=False)


@router.get("/static/{made}/{name:path}")
def static(made: str, name: str) -> Response:
    """Give a file; an address never has another content, so it is kept for ever."""
    content = statics().get(name)
    if content is None or made != edition():
        raise NotFoundError("没有这个文件。")
    kind = guess_type(name)[0] or "text/plain"
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(content, headers=kept, media_type=kind)


@router.get("/favicon.ico")
def icon() -> Response:
    """Lead browsers that ask for it anyway to the drawing."""
    return RedirectResponse(f"/static/{edition()}/mark.svg", SEE_OTHER)


@router.get("/")
def home(visitor: Welcome) -> Response:
    """Begin with a search, or with what else one is here for."""
    return go(home_of(visitor.guest.house, visitor.user))
