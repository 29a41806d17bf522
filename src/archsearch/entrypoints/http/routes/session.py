"""Logging in and out; who one is."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from archsearch.domain.sessions import Session
from archsearch.entrypoints.http.addresses import OwnedRoute
from archsearch.entrypoints.http.answers import answer
from archsearch.entrypoints.http.entry import (
    Entered,
    Guest,
    cookie_name,
    device_name,
    give,
    remember,
    same_site,
)
from archsearch.entrypoints.http.house import API, House, house_of
from archsearch.entrypoints.http.models import EntranceModel, LoginBody, PasswordBody
from archsearch.entrypoints.http.problems import TurnedAwayError

router = APIRouter(prefix=f"{API}/session", route_class=OwnedRoute, tags=["登录"])


@router.post("", response_model=EntranceModel, summary="登录", openapi_extra={"security": []})
def login(request: Request, asked: LoginBody) -> Response:
    """Begin a session, which a cookie opens; always a new one, whatever cookie was sent."""
    same_site(request)
    house = house_of(request)
    begun = house.archive.doors.login(
        asked.name,
        asked.password,
        code=asked.code,
        address=request.client.host if request.client else "",
        device=request.cookies.get(device_name(house), ""),
    )
    response = _entrance(Guest(begun.session.caller, house, begun.session))
    _open(response, house, begun.session, begun.secret)
    remember(response, house, begun.device)
    return response


@router.get("", response_model=EntranceModel, summary="当前身份")
def show(guest: Entered) -> Response:
    """Tell who one is."""
    return _entrance(guest)


@router.delete("", status_code=204, summary="登出")
def logout(guest: Entered) -> Response:
    """End the session."""
    if guest.session is None:
        raise TurnedAwayError(409, "no_session", "令牌没有会话可结束；可由管理员吊销令牌。")
    guest.house.archive.doors.logout(guest.secret)
    response = Response(status_code=204, headers={"Clear-Site-Data": '"cache", "storage"'})
    give(response, guest.house, cookie_name(guest.house), "", 0)
    return response


@router.put("/password", response_model=EntranceModel, summary="修改自己的密码")
def change_password(guest: Entered, asked: PasswordBody) -> Response:
    """Change one's own password; all sessions end, and a new one begins."""
    if guest.session is None:
        raise TurnedAwayError(403, "session_needed", "请登录后再修改密码；令牌不行。")
    begun = guest.house.archive.doors.change_password(guest.secret, asked.old, asked.new)
    response = _entrance(Guest(begun.session.caller, guest.house, begun.session))
    _open(response, guest.house, begun.session, begun.secret)
    return response


def _open(response: Response, house: House, session: Session, secret: str) -> None:
    seconds = int((session.ends_at - session.created_at).total_seconds())
    give(response, house, cookie_name(house), secret, seconds)


def _entrance(guest: Guest) -> Response:
    user, session = guest.user, guest.session
    return answer(
        {
            "user": str(user),
            "via": user.via,
            "rights": None if user.limits is None else sorted(user.limits),
            "ends_at": session.ends_at if session else None,
            "must_change_password": bool(session and session.must_change_password),
        }
    )
