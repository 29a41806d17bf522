"""``archsearch whocould`` and ``archsearch replay``."""

import pytest

from archsearch.domain.policy import Right
from archsearch.entrypoints.cli import replay, whocould
from archsearch.entrypoints.cli.output import Output
from archsearch.services.past import ASKABLE
from archsearch.services.replay import Verdict
from tests.unit.entrypoints.cli.conftest import Run


@pytest.fixture
def record_id(run: Run) -> str:
    return run("search", "-q", "章伟", "--mode", "exact").rows[0][0]


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Output, "people", property(lambda out: not out.json))


def seq(run: Run) -> str:
    entries = run("audit", "list", "--action", "search", "--limit", "1", "--json").document
    return str(entries["entries"][0]["seq"])


def test_what_can_be_asked_has_a_word() -> None:
    assert list(whocould._ASKED) == [str(right) for right in ASKABLE]
    assert set(Right) > set(ASKABLE)
    assert set(replay._VERDICTS) == set(Verdict)


def test_who_could_is_listed_with_what_allowed_it(run: Run, record_id: str) -> None:
    made = run("audit", "list", "--action", "create", "--target", record_id, "--json").document
    first = str(made["entries"][0]["seq"])
    unseen = run("whocould", "--record", record_id, "--entry", first, "--seen")
    ran = run("whocould", "--record", record_id, "--entry", seq(run))
    document = run("whocould", "--record", record_id, "--entry", seq(run), "--json").document

    assert [
        "admin",
        "管理员",
        "管理员",
        "机密",
        "该角色对全部档案都可以",
        "读：全部",
        "",
    ] in ran.rows
    assert "还没有" not in ran.err
    assert "没有人查看过" in unseen.err
    assert [each["user"] for each in document["users"]] == [row[0] for row in ran.rows]
    assert document["record"]["record_id"] == record_id
    assert document["right"] == "read"


def test_who_looked_follows(run: Run, record_id: str, watched: None) -> None:
    run("show", record_id)

    ran = run("whocould", "--record", record_id, "--at", "2199-01-01", "--seen")
    now = run("whocould", "--record", record_id, "--entry", "1", "--seen")
    seen = run("whocould", "--record", record_id, "--entry", str(int(seq(run)) + 2), "--seen")

    assert ran.code == 2
    assert "还没有到" in ran.err
    assert "还没有这份档案" in now.err
    assert "到那时为止看过的人" in seen.out


def test_without_a_moment_it_is_now(run: Run, record_id: str) -> None:
    then = run("whocould", "--record", record_id, "--entry", seq(run))

    ran = run("whocould", "--record", record_id)

    assert ran.code == 0
    assert ran.rows == then.rows


@pytest.mark.parametrize("when", [("--at", "2026-01-01", "--entry", "3"), ("--at", "昨天")])
def test_one_moment_may_be_named_and_must_be_one(
    run: Run, record_id: str, when: tuple[str, ...]
) -> None:
    assert run("whocould", "--record", record_id, *when).code == 2


def test_a_search_is_replayed(run: Run, record_id: str) -> None:
    ran = run("replay", seq(run))
    document = run("replay", seq(run), "--json").document

    assert ran.code == 0
    assert ran.rows == [["same", "1", "1"], [record_id]]
    assert "一致" in ran.err
    assert document["verdict"] == "same"
    assert document["record_ids"] == [record_id]


def test_what_cannot_be_replayed_says_why(run: Run) -> None:
    assert run("replay", "1").code == 2
    assert run("replay", "99999").code == 3
    assert run("replay", "1", "--as", "li.na").code == 4
