"""The dictionary: words, short names and synonyms, for who keeps it."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from archsearch.domain.dictionary import Entry
from archsearch.entrypoints.http.addresses import OwnedRoute
from archsearch.entrypoints.http.answers import answer, listed
from archsearch.entrypoints.http.bodies import EntryBody
from archsearch.entrypoints.http.described import described, several
from archsearch.entrypoints.http.entry import Entered
from archsearch.entrypoints.http.house import API
from archsearch.entrypoints.http.repeats import once
from archsearch.services.dictionary import Addition

router = APIRouter(prefix=f"{API}/dictionary", route_class=OwnedRoute, tags=["词典"])


@router.get("", response_model=several(Entry), summary="词典")
def everything(guest: Entered) -> Response:
    """List every entry, by kind and term."""
    return listed(guest.house.application.dictionary.all(guest.user))


@router.post("", response_model=described(Addition), status_code=201, summary="加入一条")
def add(request: Request, guest: Entered, asked: EntryBody) -> Response:
    """Add an entry; records that hold a new word have been indexed again when this is answered."""

    def make() -> Response:
        dictionary = guest.house.application.dictionary
        return answer(dictionary.add(asked.kind, asked.term, asked.meaning, guest.user), 201)

    return once(request, guest, make)


@router.post("/remove", response_model=described(Addition), summary="移除一条")
def remove(guest: Entered, asked: EntryBody) -> Response:
    """Take an entry away."""
    dictionary = guest.house.application.dictionary
    return answer(dictionary.remove(asked.kind, asked.term, asked.meaning, guest.user))
