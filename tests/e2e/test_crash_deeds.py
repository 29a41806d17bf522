"""``kill -9`` in the middle of changes, decisions, deletions: done wholly or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archsearch.domain.audit import Action, AuditFilter, Outcome
from tests.offices import Office, copied

from .test_crash import Feeder

DEEDS = ("changed", "accepted", "deleted", "restored")
LOGGED = (Action.CHANGE, Action.CHANGE, Action.DELETE, Action.RESTORE)


@pytest.fixture(scope="module")
def feeder(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Feeder]:
    feeder = Feeder(copied(template, tmp_path_factory.mktemp("feeder") / "warm"))
    yield feeder
    feeder.close()


@pytest.fixture(scope="module")
def prepared(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record, a proposal to change it, and somebody it is lent to."""
    path = copied(template, tmp_path_factory.mktemp("prepared") / "workspace")
    with Office(path) as office:
        office.hire(boss="manager at 信贷部", li="employee at 信贷部", wu="employee at 风险部")
        office.feed({"record_id": "A", "name": "甲", "notes": "first"}, user="li")
        office.archive.propose("A", {"address": "上海市"}, reason="客户更正", user="li")
        office.grant("A", "wu", days=9)
        office.archive.search("甲", user="li")
    return path


@pytest.mark.parametrize("stride", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_whatever_is_killed_is_done_wholly_or_not_at_all(
    feeder: Feeder, prepared: Path, tmp_path: Path, stride: int
) -> None:
    steps = feeder.run(copied(prepared, tmp_path / "whole"), [], deeds=True)["steps"]
    assert steps > len(DEEDS)

    reached = set()
    for kill_at in range(0, steps, stride):
        path = copied(prepared, tmp_path / str(kill_at))
        acknowledged = feeder.run(path, [], kill_at=kill_at, deeds=True)
        with Office(path) as office:
            reached.add(judged(office, set(acknowledged)))

    assert reached == set(range(len(DEEDS) + 1))


def judged(office: Office, acknowledged: set[str]) -> int:
    """Hold an archive to what was acknowledged; give how many deeds were done."""
    archive = office.archive
    seen = {user: office.seen(user) for user in ("li", "wu")}
    versions = archive.history("A", user="admin")
    done = len(versions) - 1
    assert acknowledged <= set(DEEDS[:done])
    assert done <= len(acknowledged) + 1

    logged = office.application.audit.search(
        AuditFilter(target="A", outcome=Outcome.DONE), "admin", limit=99
    )
    deeds = [each.entry.action for each in reversed(logged) if each.entry.action in LOGGED]
    assert deeds == list(LOGGED[:done])
    assert seen == {"li": set() if done == 3 else {"A"}, "wu": {"A"} if done < 3 else set()}
    proposal = archive.proposals.show("li-P1", user="li")
    assert proposal.state == ("accepted" if done > 1 else "open")
    assert office.seen("li", "changed") == ({"A"} if done in {1, 2, 4} else set())
    assert office.ailments() == []
    return done
