"""Users, their accounts, their tokens, departments: for who manages them, and one's own."""

from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from archsearch.domain.sessions import ApiToken, Session
from archsearch.domain.users import User
from archsearch.entrypoints.http.addresses import OwnedRoute
from archsearch.entrypoints.http.answers import answer, listed
from archsearch.entrypoints.http.bodies import (
    CodeBody,
    DepartmentBody,
    NewPasswordBody,
    ProofBody,
    TokenBody,
    TokenListParameters,
    UserBody,
    UserChangeBody,
    UserListParameters,
)
from archsearch.entrypoints.http.described import described, several
from archsearch.entrypoints.http.entry import Entered
from archsearch.entrypoints.http.house import API
from archsearch.entrypoints.http.repeats import once
from archsearch.services.accounts import Account
from archsearch.services.second_factor import Enrolment
from archsearch.services.tokens import NewToken
from archsearch.services.users import UserChange, UserFilter

router = APIRouter(prefix=f"{API}/users", route_class=OwnedRoute, tags=["用户"])
tokens = APIRouter(prefix=f"{API}/tokens", route_class=OwnedRoute, tags=["令牌"])
departments = APIRouter(prefix=f"{API}/departments", route_class=OwnedRoute, tags=["部门"])
Number = Annotated[int, Path(ge=1, le=2**53)]
ACCOUNT: Final = described(Account)
"""An account with its user."""


class PasswordModel(BaseModel):
    """A password that was made, shown this once; empty where it was given."""

    password: str


class CodesModel(BaseModel):
    """Recovery codes, shown this once."""

    items: list[str]


class EndedModel(BaseModel):
    """How many sessions were ended."""

    ended: int


class CreatedModel(BaseModel):
    """Whether anything was new."""

    created: bool


class PathsModel(BaseModel):
    """Paths of departments."""

    items: list[str]


@router.get("", response_model=several(User), summary="用户")
def everybody(guest: Entered, asked: Annotated[UserListParameters, Query()]) -> Response:
    """List users."""
    wanted = UserFilter(asked.role, asked.department, asked.disabled)
    return listed(guest.house.application.users.all(guest.user, wanted))


@router.post("", response_model=described(User), status_code=201, summary="新增用户")
def add(request: Request, guest: Entered, asked: UserBody) -> Response:
    """Add a user; departments named for the first time are created."""

    def make() -> Response:
        added = guest.house.archive.add_user(
            asked.name,
            role=asked.role,
            departments=asked.departments,
            clearance=asked.clearance,
            display_name=asked.display_name,
            user=guest.user,
        )
        return answer(added, 201, {"Location": f"{API}/users/{quote(added.name, safe='')}"})

    return once(request, guest, make)


@router.get("/{name}", response_model=ACCOUNT, summary="一个账号")
def show(guest: Entered, name: str) -> Response:
    """Tell how an account stands."""
    return answer(guest.house.archive.accounts.show(name, user=guest.user))


@router.patch("/{name}", response_model=described(User), summary="修改用户")
def change(guest: Entered, name: str, asked: UserChangeBody) -> Response:
    """Change what a user is; what is left out stays."""
    users, given = guest.house.application.users, asked.model_fields_set
    wanted: dict[str, Any] = {
        key: getattr(asked, key) for key in ("role", "clearance", "display_name") if key in given
    }
    changed: User | None = None
    if asked.departments is not None:
        changed = users.move(name, asked.departments, guest.user)
    if asked.disabled is not None:
        changed = users.disable(name, guest.user, disabled=asked.disabled)
    if wanted or changed is None:
        changed = users.set(name, UserChange(**wanted), guest.user)
    return answer(changed)


@router.put("/{name}/password", response_model=PasswordModel, summary="设置密码")
def set_password(guest: Entered, name: str, asked: NewPasswordBody) -> Response:
    """Set a password, or have one made; the user's sessions end."""
    desk = guest.house.archive.accounts
    return answer({"password": desk.set_password(name, asked.password, user=guest.user)})


@router.post("/{name}/second_factor", response_model=described(Enrolment), summary="设置动态验证码")
def begin_second_factor(guest: Entered, name: str, asked: ProofBody) -> Response:
    """Make a secret for an authenticator."""
    desk = guest.house.archive.accounts
    return answer(desk.begin_second_factor(name, user=guest.user, password=asked.password))


@router.post("/{name}/second_factor/confirm", response_model=CodesModel, summary="确认动态验证码")
def confirm_second_factor(guest: Entered, name: str, asked: CodeBody) -> Response:
    """Make it count."""
    desk = guest.house.archive.accounts
    return listed(desk.confirm_second_factor(name, asked.code, user=guest.user))


@router.post("/{name}/second_factor/remove", status_code=204, summary="取消动态验证码")
def remove_second_factor(guest: Entered, name: str, asked: CodeBody) -> Response:
    """Take it away; the user's sessions end."""
    guest.house.archive.accounts.remove_second_factor(name, user=guest.user, code=asked.code)
    return Response(status_code=204)


@router.get("/{name}/sessions", response_model=several(Session), summary="会话")
def sessions(guest: Entered, name: str) -> Response:
    """List a user's sessions."""
    return listed(guest.house.archive.accounts.sessions(name, user=guest.user))


@router.delete("/{name}/sessions", response_model=EndedModel, summary="结束全部会话")
def end_sessions(guest: Entered, name: str) -> Response:
    """End all sessions of a user."""
    return answer({"ended": guest.house.archive.accounts.end_sessions(name, user=guest.user)})


@router.delete("/{name}/sessions/{session}", response_model=EndedModel, summary="结束一个会话")
def end_session(guest: Entered, name: str, session: Number) -> Response:
    """End one session."""
    desk = guest.house.archive.accounts
    return answer({"ended": desk.end_sessions(name, user=guest.user, session=session)})


@router.post("/{name}/unlock", status_code=204, summary="解除登录等待")
def unlock(guest: Entered, name: str) -> Response:
    """Forget the wrong tries at an account."""
    guest.house.archive.accounts.unlock(name, user=guest.user)
    return Response(status_code=204)


@tokens.get("", response_model=several(ApiToken), summary="令牌")
def list_tokens(guest: Entered, asked: Annotated[TokenListParameters, Query()]) -> Response:
    """List tokens; revoked and expired ones too."""
    return listed(guest.house.archive.tokens.list(user=guest.user, owner=asked.owner))


@tokens.post("", response_model=described(NewToken), status_code=201, summary="建立令牌")
def create_token(request: Request, guest: Entered, asked: TokenBody) -> Response:
    """Make a token; its secret is shown this once."""

    def make() -> Response:
        made = guest.house.archive.tokens.create(
            asked.name, owner=asked.owner, rights=asked.rights, user=guest.user, days=asked.days
        )
        return answer(made, 201)

    return once(request, guest, make)


@tokens.delete("/{token}", response_model=described(ApiToken), summary="吊销令牌")
def revoke_token(guest: Entered, token: Number) -> Response:
    """End a token for good."""
    return answer(guest.house.archive.tokens.revoke(token, user=guest.user))


@departments.get("", response_model=PathsModel, summary="部门")
def list_departments(guest: Entered) -> Response:
    """List the tree of departments, parents before children."""
    return listed(guest.house.application.departments.all(guest.user))


@departments.post("", response_model=CreatedModel, summary="新增部门")
def add_department(guest: Entered, asked: DepartmentBody) -> Response:
    """Create a department and those above it."""
    return answer({"created": guest.house.application.departments.add(asked.path, guest.user)})
