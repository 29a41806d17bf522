"""Whether the server lives, is ready, and what it has done."""

from ipaddress import ip_address
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from archsearch.domain.policy import Right
from archsearch.entrypoints.http.answers import answer
from archsearch.entrypoints.http.entry import enter
from archsearch.entrypoints.http.house import house_of
from archsearch.entrypoints.http.metrics import MEDIA
from archsearch.entrypoints.http.models import StateModel
from archsearch.services.identity import principal_of, require

router = APIRouter(tags=["运行"])
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
_OPEN: Final = {"security": list[object]()}


@router.get("/healthz", response_model=StateModel, summary="是否活着", openapi_extra=_OPEN)
async def healthz() -> Response:
    """Tell that the process answers."""
    return answer({"status": "ok"})


@router.get("/readyz", response_model=StateModel, summary="能否服务", openapi_extra=_OPEN)
def readyz(request: Request) -> Response:
    """Tell whether store and index can be read; the error of a search would tell no more."""
    application = house_of(request).application
    with application.database.read() as connection:
        connection.exec_driver_sql("SELECT 1 FROM records LIMIT 1").all()
    application.engine.stats()
    return answer({"status": "ok"})


@router.get(
    "/metrics",
    summary="Prometheus 指标",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    openapi_extra={"security": [{}, {"token": []}, {"session": []}]},
)
def metrics(request: Request) -> Response:
    """Give the figures: to this machine itself, and to who may examine the archive."""
    house = house_of(request)
    if not _from_here(request):
        guest, application = enter(request), house.application
        with application.database.read() as connection:
            principal = principal_of(connection, guest.user, application.clock())
        require(application.policy, principal, Right.EXAMINE)
    return Response(house.metrics.text(), media_type=MEDIA)


def _from_here(request: Request) -> bool:
    """Whether a request comes from this machine, and not through a proxy on it."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False
