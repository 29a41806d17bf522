"""What the frame tells on every page: new hits of saved searches, and what waits for an answer."""

from fastapi import APIRouter
from starlette.responses import Response

from archsearch.entrypoints.web.visit import Visitor, Welcome
from archsearch.errors import AccessDeniedError

router = APIRouter(include_in_schema=False)
_MOST = 100
"""More are told as many."""


@router.get("/news")
def news(visitor: Welcome) -> Response:
    """Count what is new and what waits, for the badges of the frame."""
    try:
        hits = visitor.guest.house.application.desk.saved.news(visitor.user)
    except AccessDeniedError:
        # Who may read nothing follows nothing.
        hits = 0
    counts = {"borrow": requests_waiting(visitor), "proposals": proposals_waiting(visitor)}
    return visitor.page("news.html", hits=hits, counts=counts, most=_MOST)


def requests_waiting(visitor: Visitor) -> int:
    """Count the borrow requests that wait for the visitor's answer."""
    if not visitor.may("approve"):
        return 0
    return visitor.guest.house.application.borrow.reading.waiting(visitor.user, _MOST)


def proposals_waiting(visitor: Visitor) -> int:
    """Count the proposals that wait for the visitor's decision."""
    if not visitor.may("change"):
        return 0
    return visitor.guest.house.application.proposing.desk.waiting(visitor.user, _MOST)
