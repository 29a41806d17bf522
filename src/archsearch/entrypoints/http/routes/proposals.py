"""Proposals to change records."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from archsearch.entrypoints.http.addresses import OwnedRoute
from archsearch.entrypoints.http.answers import answer, listed
from archsearch.entrypoints.http.bodies import ListParameters, NoteBody, ProposalBody
from archsearch.entrypoints.http.described import described, several
from archsearch.entrypoints.http.entry import Entered
from archsearch.entrypoints.http.house import API
from archsearch.entrypoints.http.models import ReasonBody
from archsearch.entrypoints.http.repeats import once
from archsearch.entrypoints.http.routes.records import Condition, version
from archsearch.services.proposals import ShownProposal

made = APIRouter(prefix=f"{API}/records", route_class=OwnedRoute, tags=["修改申请"])
router = APIRouter(prefix=f"{API}/proposals", route_class=OwnedRoute, tags=["修改申请"])
SHOWN: Final = described(ShownProposal)


@made.post("/{record_id:path}/proposals", response_model=SHOWN, status_code=201, summary="申请修改")
def propose(request: Request, guest: Entered, record_id: str, asked: ProposalBody) -> Response:
    """Propose a change to those who may make it."""

    def make() -> Response:
        shown = guest.house.archive.propose(
            record_id, asked.fields, reason=asked.reason, user=guest.user
        )
        return answer(shown, 201, {"Location": f"{API}/proposals/{shown.id}"})

    return once(request, guest, make)


@router.get("", response_model=several(ShownProposal), summary="修改申请")
def everything(guest: Entered, asked: Annotated[ListParameters, Query()]) -> Response:
    """List proposals without their values, the newest first."""
    desk = guest.house.archive.proposals
    return listed(desk.list(user=guest.user, which=asked.which, limit=asked.limit))


@router.get("/{proposal_id}", response_model=SHOWN, summary="一个修改申请")
def show(guest: Entered, proposal_id: str) -> Response:
    """Show a proposal with what it would change, masked."""
    return answer(guest.house.archive.proposals.show(proposal_id, user=guest.user))


@router.post("/{proposal_id}/reveal", response_model=SHOWN, summary="申请里的敏感内容")
def reveal(guest: Entered, proposal_id: str, asked: ReasonBody) -> Response:
    """Show a proposal with sensitive fields as they are; the reason goes into the log."""
    desk = guest.house.archive.proposals
    return answer(desk.show(proposal_id, user=guest.user, reason=asked.reason))


@router.post("/{proposal_id}/accept", response_model=SHOWN, summary="采纳")
def accept(
    guest: Entered, proposal_id: str, asked: NoteBody, condition: Condition = None
) -> Response:
    """Accept a proposal; where a field changed since, say by If-Match what version was seen."""
    expected = None if condition is None else version(condition)
    desk = guest.house.archive.proposals
    return answer(
        desk.accept(proposal_id, user=guest.user, expected_version=expected, note=asked.note)
    )


@router.post("/{proposal_id}/refuse", response_model=SHOWN, summary="退回")
def refuse(guest: Entered, proposal_id: str, asked: ReasonBody) -> Response:
    """Refuse a proposal."""
    desk = guest.house.archive.proposals
    return answer(desk.refuse(proposal_id, reason=asked.reason, user=guest.user))


@router.post("/{proposal_id}/withdraw", response_model=SHOWN, summary="撤回")
def withdraw(guest: Entered, proposal_id: str) -> Response:
    """Take back a proposal of one's own."""
    return answer(guest.house.archive.proposals.withdraw(proposal_id, user=guest.user))
