"""The application in this process, around an archive of its own."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import httpx2
import jsonschema_rs
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from archsearch.domain.policy import Errand, Right
from archsearch.entrypoints.http.app import ROUTERS, make_app
from tests.offices import Office

OURS = {"Sec-Fetch-Site": "same-origin"}
PASSWORD = "correct horse battery"


class Door:
    """Asks an archive by HTTP, as users by their tokens."""

    def __init__(self, office: Office, client: TestClient, app: FastAPI) -> None:
        self.office, self.client, self.app = office, client, app
        self._tokens: dict[str, str] = {}

    def token(self, user: str, *rights: str) -> str:
        name = "-".join((user, *rights)) or "all"
        if name not in self._tokens:
            made = self.office.archive.tokens.create(
                name[:60], owner=user, rights=rights or self._all(user), user="admin"
            )
            self._tokens[name] = made.secret
        return self._tokens[name]

    def _all(self, user: str) -> list[Right | Errand]:
        """List all that a token of a user can be good for."""
        role = self.office.archive.accounts.show(user, user="admin").user.role
        return [
            right
            for right in (*Right, *Errand)
            if self.office.application.reception.tokens._held(role, right)
        ]

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        user: str = "",
        headers: dict[str, str] | None = None,
    ) -> httpx2.Response:
        shown = {"Authorization": f"Bearer {self.token(user)}"} if user else {}
        address = path if path.startswith(("/healthz", "/readyz", "/metrics")) else "/api/v1" + path
        sent = {} if body is None else {"json": body}
        answer = self.client.request(method, address, headers={**shown, **(headers or {})}, **sent)
        self.described(method, address, answer)
        return answer

    def described(self, method: str, address: str, answer: httpx2.Response) -> None:
        """Hold an answer to the description of the interface."""
        path = unquote(address.partition("?")[0])
        operation = operation_of(self.app, method, path)
        if operation is None:
            assert answer.status_code in {404, 405}
            return
        self.fits(operation, answer)

    def fits(self, operation: Any, answer: httpx2.Response) -> None:
        """Hold an answer to the description of one operation."""
        told = operation["responses"][str(answer.status_code)]
        if "$ref" in told:
            told = self.app.openapi()["components"]["responses"][told["$ref"].split("/")[-1]]
        content = told.get("content")
        if content is None:
            assert not answer.content
            return
        kind = answer.headers["content-type"].partition(";")[0]
        schema = {**content[kind]["schema"], "components": self.app.openapi()["components"]}
        if kind in {"application/json", "application/problem+json"}:
            place = f"{operation['operationId']} {answer.status_code}"
            if place not in _VALIDATORS:
                _VALIDATORS[place] = jsonschema_rs.validator_for(schema)
            _VALIDATORS[place].validate(answer.json())

    def get(self, path: str, user: str = "", **headers: str) -> httpx2.Response:
        return self.ask("GET", path, user=user, headers=headers)

    def post(self, path: str, body: Any, user: str = "", **headers: str) -> httpx2.Response:
        return self.ask("POST", path, body, user=user, headers=headers)

    def log_in(self, user: str, **headers: str) -> httpx2.Response:
        """Log a user in; the client keeps the cookies."""
        kept = self.office.archive.accounts.show(user, user="admin")
        if not kept.password:
            self.office.archive.accounts.set_password(user, PASSWORD, user=user)
        return self.post("/session", {"name": user, "password": PASSWORD}, **headers)


_VALIDATORS: dict[str, Any] = {}
_DOCUMENTS: dict[bool, Any] = {}
"""By whether cookies are for HTTPS alone; making one takes longer than most tests."""


def operation_of(app: FastAPI, method: str, path: str) -> Any:
    """Find what describes a request: that of the first route which its address fits."""
    routes = (route for router in ROUTERS for route in router.routes)
    own = next(
        (
            route.path_format
            for route in routes
            if isinstance(route, APIRoute) and route.path_regex.match(path)
        ),
        "",
    )
    return app.openapi()["paths"].get(own, {}).get(method.lower())


@pytest.fixture
def door(office: Office) -> Iterator[Door]:
    with door_to(office) as door:
        yield door


def door_to(office: Office, **more: Any) -> Any:
    """Open a door, in a ``with`` statement."""
    return _Opened(office, more)


class _Opened:
    def __init__(self, office: Office, more: dict[str, Any]) -> None:
        self.app = make_app(office.application, **more)
        base = "https://testserver" if more.get("secure") else "http://testserver"
        self.client = TestClient(self.app, base_url=base, client=("10.1.2.3", 5000))
        self.office = office

    def __enter__(self) -> Door:
        self.client.__enter__()
        secure = self.app.state.house.secure
        self.app.openapi_schema = _DOCUMENTS.get(secure)
        _DOCUMENTS[secure] = self.app.openapi()
        return Door(self.office, self.client, self.app)

    def __exit__(self, *error: Any) -> None:
        self.client.__exit__(*error)
