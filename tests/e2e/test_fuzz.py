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
from pathlib import Path

import pytest

from archsearch.domain.access import Role
from archsearch.domain.policy import Errand, Right
from tests.e2e.test_server import served
from tests.offices import Office

REQUESTS = int(os.environ.get("ARCHSEARCH_REQUESTS", "20000"))
METHODS = {"get", "post", "put", "patch", "delete"}
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


@pytest.mark.slow
def test_no_request_of_many_is_answered_otherwise_than_described(
    workspace: Path, tmp_path: Path
) -> None:
    with served(workspace, **RATE) as server:
        paths = server.get("/openapi.json").json()["paths"]
        operations = sum(method in METHODS for path in paths.values() for method in path)
        run = subprocess.run(
            [
                *(sys.executable, "-W", "ignore", "-m", "schemathesis.cli"),
                *("--config-file", str(SETTINGS), "run", f"{server.address}/openapi.json"),
                *("--header", f"Authorization: Bearer {server.token}"),
                *("--checks", "all", "--max-examples", str(max(REQUESTS // operations, 1))),
                *("--continue-on-failure", "--no-shrink"),
            ],
            cwd=tmp_path,
            capture_output=True,
            check=False,
            encoding="utf-8",
        )

        assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-2_000:]
        sent = re.search(r"(\d+) generated", run.stdout)
        assert sent
        assert int(sent[1]) >= REQUESTS // 2
