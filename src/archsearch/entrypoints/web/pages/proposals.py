"""Proposals to change records: mine, those that wait for me, and deciding about one."""

from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from archsearch.entrypoints.web.frame import path_of
from archsearch.entrypoints.web.pages.news import proposals_waiting
from archsearch.entrypoints.web.visit import Form, Typed, Visitor, Welcome, go
from archsearch.errors import (
    AccessDeniedError,
    ConflictError,
    InvalidRequestError,
    RejectedError,
)
from archsearch.services.proposals import ShownProposal

router = APIRouter(include_in_schema=False)
_ADDRESS: Final = "/proposals"
_LISTS: Final = ("mine", "inbox", "all")


@router.get(_ADDRESS)
def proposals(visitor: Welcome, which: str = "") -> Response:
    """List proposals; by default those that wait for the visitor, if any do."""
    waiting = proposals_waiting(visitor)
    usual = "inbox" if waiting else "mine"
    wanted = which if which in _LISTS else usual
    found = visitor.archive.proposals.list(user=visitor.user, which=wanted)
    return visitor.page(
        "proposals.html", proposals=found, which=wanted, waiting=waiting, schema=visitor.schema
    )


@router.get(_ADDRESS + "/{proposal_id}")
def show(visitor: Welcome, proposal_id: str, done: str = "") -> Response:
    """Show a proposal with what it would change."""
    return _show(visitor, proposal_id, done=done)


@router.post(_ADDRESS + "/{proposal_id}/reveal")
def reveal(visitor: Welcome, proposal_id: str, form: Typed) -> Response:
    """Show a proposal with its sensitive fields as they are; the reason goes into the log."""
    desk = visitor.archive.proposals
    try:
        found = desk.show(proposal_id, user=visitor.user, reason=form["reason"])
    except (InvalidRequestError, AccessDeniedError) as error:
        return _show(visitor, proposal_id, 400, wrong=error.message)
    return _page(visitor, found, revealed=True)


@router.post(_ADDRESS + "/{proposal_id}/{deed}")
def act(visitor: Welcome, proposal_id: str, deed: str, form: Typed) -> Response:
    """Decide about a proposal, or take back one's own."""
    try:
        _do(visitor, proposal_id, deed, form)
    except RejectedError as error:
        faults = [str(getattr(each, "message", each)) for each in error.problems]
        return _show(visitor, proposal_id, 400, wrong=error.message, faults=faults)
    except (InvalidRequestError, ConflictError, AccessDeniedError) as error:
        return _show(visitor, proposal_id, 400, wrong=error.message)
    return go(f"{_ADDRESS}/{path_of(proposal_id)}?done={deed}")


def _do(visitor: Visitor, proposal_id: str, deed: str, form: Form) -> None:
    desk, user = visitor.archive.proposals, visitor.user
    if deed == "accept":
        version = form.whole("version")
        desk.accept(proposal_id, user=user, expected_version=version, note=form["note"])
    elif deed == "refuse":
        desk.refuse(proposal_id, reason=form["reason"], user=user)
    elif deed == "withdraw":
        desk.withdraw(proposal_id, user=user)
    else:
        raise InvalidRequestError("没有这种操作。")


def _show(visitor: Visitor, proposal_id: str, status: int = 200, **more: Any) -> Response:
    found = visitor.archive.proposals.show(proposal_id, user=visitor.user)
    return _page(visitor, found, status, **more)


def _page(visitor: Visitor, found: ShownProposal, status: int = 200, **more: Any) -> Response:
    mine = found.user == visitor.user
    may_reveal = not mine and visitor.may("reveal")
    context = {"proposal": found, "mine": mine, "may_reveal": may_reveal, "schema": visitor.schema}
    extra = {"wrong": "", "done": "", "faults": [], "revealed": False, **more}
    return visitor.page("proposal.html", status, **context, **extra)
