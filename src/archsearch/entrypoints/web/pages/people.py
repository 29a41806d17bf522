"""Users and departments, for who manages them."""

from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from archsearch.domain.access import Role
from archsearch.entrypoints.web.frame import path_of
from archsearch.entrypoints.web.visit import Form, Typed, Visitor, Welcome, go
from archsearch.errors import ArchsearchError, ConflictError, InvalidRequestError
from archsearch.services.users import UserChange

router = APIRouter(include_in_schema=False)
_ADDRESS: Final = "/users"


@router.get(_ADDRESS)
def people(visitor: Welcome) -> Response:
    """List users and departments."""
    return _people(visitor)


@router.post(_ADDRESS)
def add(visitor: Welcome, form: Typed) -> Response:
    """Add a user with a first password, which is shown once."""
    try:
        visitor.archive.add_user(
            form["name"],
            role=form["role"] or None,
            departments=_paths(form),
            clearance=form["clearance"],
            display_name=form["display_name"],
            user=visitor.user,
        )
    except (ConflictError, InvalidRequestError) as error:
        return _people(visitor, 400, form=form, wrong=error.message)
    return _password(visitor, form["name"])


@router.get(_ADDRESS + "/{name}")
def show(visitor: Welcome, name: str, done: str = "") -> Response:
    """Show how an account stands."""
    return _show(visitor, name, done=done)


@router.post(_ADDRESS + "/{name}/{deed}")
def act(visitor: Welcome, name: str, deed: str, form: Typed) -> Response:
    """Change a user."""
    try:
        if deed == "password":
            return _password(visitor, name)
        _do(visitor, name, deed, form)
    except (ConflictError, InvalidRequestError) as error:
        return _show(visitor, name, 400, wrong=error.message)
    return go(f"{_ADDRESS}/{path_of(name)}?done={deed}")


def _do(visitor: Visitor, name: str, deed: str, form: Form) -> None:
    users, accounts = visitor.guest.house.application.users, visitor.archive.accounts
    user = visitor.user
    if deed == "change":
        role = Role(form["role"]) if form["role"] in set(Role) else None
        users.set(name, UserChange(role, form["clearance"], form["display_name"]), user)
        users.move(name, _paths(form), user)
    elif deed in {"disable", "enable"}:
        users.disable(name, user, disabled=deed == "disable")
    elif deed == "unlock":
        accounts.unlock(name, user=user)
    elif deed == "end":
        accounts.end_sessions(name, user=user)
    else:
        raise InvalidRequestError("没有这种操作。")


def _password(visitor: Visitor, name: str) -> Response:
    made = visitor.archive.accounts.set_password(name, user=visitor.user)
    return _show(visitor, name, password=made)


def _paths(form: Form) -> list[str]:
    return [each.strip() for each in form["departments"].splitlines() if each.strip()]


def _people(visitor: Visitor, status: int = 200, **more: Any) -> Response:
    application = visitor.guest.house.application
    found = application.users.all(visitor.user)
    try:
        paths = application.departments.all(visitor.user)
    except ArchsearchError:
        # Who manages users need not manage departments.
        paths = ()
    context = {"people": found, "paths": paths, "levels": application.policy.levels}
    return visitor.page("users.html", status, **{**context, "form": Form({}), "wrong": "", **more})


def _show(visitor: Visitor, name: str, status: int = 200, **more: Any) -> Response:
    account = visitor.archive.accounts.show(name, user=visitor.user)
    context = {"account": account, "levels": visitor.guest.house.application.policy.levels}
    extra = {"password": "", "wrong": "", "done": "", **more}
    return visitor.page("user.html", status, **context, **extra)
