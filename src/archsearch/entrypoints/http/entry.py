"""Who comes in: by a token in the Authorization header, or by the cookie of a session.

A cookie is sent by a browser whatever page had it do so. A request that changes something is
therefore taken by cookie only from our own pages: the browser itself says so in Sec-Fetch-Site, or,
being older, in Origin (OWASP, Cross-Site Request Forgery Prevention Cheat Sheet, "Fetch Metadata").
SameSite=Strict is the second line. A token in a header is sent by nobody unasked, and one in an
address is not looked at.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from archsearch.domain.callers import Caller
from archsearch.domain.sessions import Session
from archsearch.entrypoints.http.budgets import take
from archsearch.entrypoints.http.house import API, House, house_of
from archsearch.entrypoints.http.problems import TurnedAwayError
from archsearch.errors import NotAuthenticatedError

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN: Final = (f"{API}/session", "/account", "/logout")
_DEVICE_DAYS: Final = 400
"""As long as browsers keep any cookie."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who was let in. ``user`` goes wherever the Python API takes a user."""

    user: Caller
    house: House
    session: Session | None = None
    secret: str = field(default="", repr=False)

    @property
    def owner(self) -> bytes:
        """What is kept for them is kept for: a user, and how far what they hold lets them go."""
        limits = "-" if self.user.limits is None else ",".join(sorted(self.user.limits))
        return hashlib.sha256(f"{self.user}\0{limits}".encode()).digest()


def enter(request: Request) -> Guest:
    """Let somebody in, for one request.

    Raises:
        NotAuthenticatedError: They show nothing that is good for it.
        TurnedAwayError: Another site made their browser ask.
    """
    house = house_of(request)
    header = request.headers.get("authorization")
    if header is not None:
        kind, _, secret = header.partition(" ")
        if kind.lower() != "bearer":
            raise NotAuthenticatedError("请用令牌（Authorization: Bearer …）或登录后的会话访问。")
        guest = Guest(house.archive.doors.token(secret.strip()).caller, house)
        take(request, house, guest.user)
        return guest
    secret = request.cookies.get(cookie_name(house), "")
    if not secret:
        raise NotAuthenticatedError("请先登录，或出示令牌（Authorization: Bearer …）。")
    session = house.archive.doors.session(secret)
    if request.method not in SAFE:
        same_site(request, asked=True)
    if session.must_change_password and not request.url.path.startswith(_OWN):
        detail = "请先修改密码；密码是别人设的。"
        raise TurnedAwayError(403, "password_change_needed", detail)
    take(request, house, session.caller)
    return Guest(session.caller, house, session, secret)


Entered = Annotated[Guest, Depends(enter)]
"""A parameter that whoever is not let in does not get past."""


def same_site(request: Request, *, asked: bool = False) -> None:
    """Refuse what another site made a browser send; where ``asked``, also who does not say.

    Raises:
        TurnedAwayError: It is refused.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        ours = site in {"same-origin", "none"}
    elif origin is not None:
        ours = _is_ours(request, origin)
    else:
        ours = not asked
    if not ours:
        raise TurnedAwayError(403, "cross_site", "请求不是从本站页面发出的，已拒绝。")


def _is_ours(request: Request, origin: str) -> bool:
    try:
        there = urlsplit(origin)
    except ValueError:
        return False
    secure = house_of(request).secure
    wanted = ("https",) if secure else ("http", "https")
    return there.scheme in wanted and there.netloc == request.headers.get("host", "")


def cookie_name(house: House) -> str:
    """Name the session's cookie; the prefix keeps other hosts of the domain from setting it."""
    return "__Host-archsearch" if house.secure else "archsearch"


def device_name(house: House) -> str:
    """Name the cookie by which a device is known again."""
    return cookie_name(house) + "-device"


def give(response: Response, house: House, name: str, secret: str, seconds: int) -> None:
    """Give a cookie that no script reads and no other site sends; empty takes it away."""
    response.set_cookie(
        name,
        secret,
        max_age=seconds,
        path="/",
        secure=house.secure,
        httponly=True,
        samesite="strict",
    )


def remember(response: Response, house: House, device: str) -> None:
    """Let a device be known at later log-ins."""
    give(response, house, device_name(house), device, _DEVICE_DAYS * 86_400)
