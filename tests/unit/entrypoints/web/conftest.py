"""The pages in this process, as a browser asks for them."""

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.offices import Office
from tests.unit.entrypoints.http.conftest import PASSWORD, Door, door_to

BROWSER = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


class Browser:
    """Asks for pages; keeps cookies."""

    def __init__(self, door: Door) -> None:
        self.office, self.client = door.office, door.client

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return self.client.get(path, headers={**BROWSER, **headers}, follow_redirects=False)

    def post(self, path: str, form: dict[str, Any], **headers: str) -> httpx2.Response:
        sent = {**BROWSER, **headers}
        return self.client.post(path, data=form, headers=sent, follow_redirects=False)

    def log_in(self, user: str, **form: str) -> httpx2.Response:
        kept = self.office.archive.accounts.show(user, user="admin")
        if not kept.password:
            self.office.archive.accounts.set_password(user, PASSWORD, user=user)
        self.client.cookies.clear()
        return self.post("/login", {"name": user, "password": PASSWORD, **form})


@pytest.fixture
def browser(office: Office) -> Iterator[Browser]:
    with door_to(office) as door:
        yield Browser(door)


def text_of(answer: httpx2.Response) -> str:
    """Give what a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))
