"""The real server under schemathesis: every phase, every check it has.

Refusals are checked too: what is wrong is refused, what is right is never called wrong in form, a
missing token is noticed, other methods are, what was deleted stays away, headers are as described.
That nobody reaches what is another's it cannot tell with one token; ``test_callers`` and
``test_two_worlds`` do. What no token may (accounts, tokens) is refused here, and tried by
``test_keeping`` in sessions.
"""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from archsearch.domain.access import Role
from archsearch.domain.policy import Errand, Right
from tests.e2e.test_server import served
from tests.offices import Office

REQUESTS = int(os.environ.get("ARCHSEARCH_REQUESTS", "20000"))
SHARES = 4
"""Runs that may go on at once: ``pytest -n 4 -m slow``."""
METHODS = {"get", "post", "put", "patch", "delete"}
RESOURCE = re.compile(r"/api/v1/\w+|/\w+")
SETTINGS = Path(__file__).with_name("schemathesis.toml")
RATE = {
    "ARCHSEARCH__SERVER__RATE__BURST": "100000",
    "ARCHSEARCH__SERVER__RATE__REQUESTS_A_MINUTE": "1000000",
}


@pytest.fixture
def workspace(office: Office) -> Path:
    """A small archive; who asks is one administrator of two, so that somebody is always left."""
    office.hire(root="administrator", li="employee at 甲", boss="manager at 甲")
    office.feed({"record_id": "A-1", "name": "张伟", "department": "甲", "owner": "li"})
    rule = office.application.policy.rule
    rights = [right for right in Right if rule(Role.ADMINISTRATOR, right)]
    made = office.archive.tokens.create(
        "fuzz", owner="root", rights=[*rights, *Errand], days=365, user="admin"
    )
    (office.path / "token").write_text(made.secret)
    return office.path


def shared_out(paths: dict[str, dict[str, Any]]) -> list[dict[str, int]]:
    """Give each of so many runs resources of its own; by resource, how many operations it has."""
    found: Counter[str] = Counter()
    for path, methods in paths.items():
        found[RESOURCE.match(path)[0]] += len(METHODS & set(methods))  # type: ignore[index]
    shares: list[dict[str, int]] = [{} for _ in range(SHARES)]
    for resource, operations in found.most_common():
        min(shares, key=lambda share: sum(share.values()))[resource] = operations
    return shares


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
def test_no_request_of_many_is_answered_otherwise_than_described(
    workspace: Path, tmp_path: Path, share: int
) -> None:
    with served(workspace, **RATE) as server:
        shares = shared_out(server.get("/openapi.json").json()["paths"])
        each = REQUESTS // sum(sum(one.values()) for one in shares)
        run = subprocess.run(
            [
                *(sys.executable, "-W", "ignore", "-m", "schemathesis.cli"),
                *("--config-file", str(SETTINGS), "run", f"{server.address}/openapi.json"),
                *("--header", f"Authorization: Bearer {server.token}"),
                *("--include-path-regex", f"^({'|'.join(shares[share])})(/|$)"),
                *("--checks", "all", "--max-examples", str(max(each, 1))),
                *("--continue-on-failure", "--no-shrink"),
            ],
            cwd=tmp_path,
            capture_output=True,
            check=False,
            encoding="utf-8",
        )
        print(run.stdout[-3_000:])  # noqa: T201 - shown with -s: how many there were

        assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-2_000:]
        sent = re.search(r"(\d+) generated", run.stdout)
        assert sent
        assert int(sent[1]) >= each * sum(shares[share].values()) // 2
