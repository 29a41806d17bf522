"""What a token is good for, as docs/server.md tells it."""

import re
from pathlib import Path
from typing import Any

import pytest

from archsearch.domain.policy import Errand, Right
from tests.unit.entrypoints.http.conftest import Door

DOCUMENT = Path(__file__).parents[4] / "docs" / "server.md"
WHY = {"reason": "核对证件"}
WISH = {"records": ["A-1"], "purpose": "检查", "reason": "核对"}

ROUTES: list[tuple[str, str, str, Any]] = [
    ("create", "POST", "/records", {"fields": {"name": "乙"}}),
    ("create", "GET", "/inbox", None),
    ("change", "PATCH", "/records/A-1", {"fields": {"notes": "x"}}),
    ("delete", "POST", "/records/A-1/delete", WHY),
    ("reveal", "POST", "/records/A-1/reveal", WHY),
    ("reveal", "POST", "/records/A-1/history", WHY),
    ("reveal", "POST", "/records/A-1/attachments/1", WHY),
    ("export", "POST", "/export", {"query": "", "reason": "排查"}),
    ("propose", "POST", "/records/A-1/proposals", {"fields": {"notes": "x"}, "reason": "核对"}),
    ("borrow", "POST", "/borrow", WISH),
    ("borrow", "POST", "/borrow/find", {"name": "甲", "id_number": "11010519491231002X"}),
    ("screen", "POST", "/match", {"names": ["甲"]}),
    ("duplicates", "GET", "/duplicates", None),
    ("users", "GET", "/users", None),
    ("users", "POST", "/users", {"name": "x", "role": "employee"}),
    ("departments", "POST", "/departments", {"path": "丙部"}),
    ("dictionary", "GET", "/dictionary", None),
    ("log", "GET", "/audit", None),
    ("log", "GET", "/audit/report", None),
    ("log", "POST", "/audit/verify", None),
    ("explain", "GET", "/records/A-1/who", None),
    ("explain", "POST", "/records/A-1/who_could", {"at": "2026-03-05T12:00:00+08:00"}),
    ("explain", "POST", "/policy/check", {"name": "admin", "right": "read"}),
    ("explain", "POST", "/policy/diff", {"new": "x"}),
    ("rules", "GET", "/policy", None),
    ("examine", "GET", "/metrics", None),
]


@pytest.mark.parametrize(("right", "method", "path", "body"), ROUTES)
def test_a_token_that_lacks_one_right_is_told_which(
    door: Door, right: str, method: str, path: str, body: Any
) -> None:
    door.office.feed({"record_id": "A-1", "name": "甲"})
    others = [each for each in door._all("admin") if each not in {right, Right.CHANGE_FROZEN}]
    token = {"Authorization": f"Bearer {door.token('admin', *others)}", "If-Match": '"1"'}

    answer = door.ask(method, path, body, headers=token)

    assert answer.status_code == 403
    assert f"所用的令牌没有权限：{right}（" in answer.json()["detail"]


def test_the_document_lists_every_right_of_a_token() -> None:
    rows = re.findall(r"^\| (`.*?) \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}

    assert {str(each) for each in (*Right, *Errand)} <= named
