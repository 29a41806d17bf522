"""An archive under any policy does what the policy decides, wherever one asks or brings records."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from archsearch.domain.access import Role, is_below
from archsearch.domain.policy import Facts, Place, Policy, Right
from archsearch.domain.record import RecordId
from archsearch.domain.users import User
from archsearch.errors import (
    AccessDeniedError,
    ArchsearchError,
    ConflictError,
    NotFoundError,
    RejectedError,
)
from archsearch.services.identity import as_principal
from archsearch.storage import users
from tests.offices import Office, copied, counts
from tests.policies import made

LEVELS = ("公开", "内部", "秘密", "机密")
PATHS = ("东", "东/一", "东/二", "东方", "西")
NAMES = ("li", "na", "zhou", "wu", "he", "sun", "zhu")
POLICIES = 6


def as_yaml(policy: Policy) -> str:
    """Write a policy down."""
    lines = ["version: 1", "roles:"]
    for role in Role:
        rules = [rule for rule in policy.rules if rule.role is role]
        lines += [f"  {role}:", "    records:"]
        lines += [f"      {rule.right}: [{', '.join(sorted(rule.places))}]"
                  for rule in rules if rule.places]  # fmt: skip
        operations = ", ".join(rule.right for rule in rules if not rule.places)
        lines.append(f"    operations: [{operations}]")
    return "\n".join(lines)


def staffed(office: Office, rng: random.Random) -> list[Facts]:
    """Hire people and bring records; give what access to these depends on."""
    roles = [*Role, Role.MANAGER, Role.EMPLOYEE]
    for name, role in zip(NAMES, roles, strict=True):
        paths = rng.sample(PATHS, rng.choice((0, 1, 1, 2)))
        office.archive.add_user(
            name, role=role, departments=paths, clearance=rng.choice(("内部", "秘密", "机密"))
        )
    facts = [
        Facts(
            RecordId(f"R{n:02}"), rng.choice((*NAMES, "x")), rng.choice(PATHS), rng.choice(LEVELS)
        )
        for n in range(24)
    ]
    office.feed(*map(row, facts))
    for _ in range(8):
        office.grant(rng.choice(facts).record_id, rng.choice(NAMES))
    return facts


def row(facts: Facts, **more: str) -> dict[str, str]:
    return {**facts._asdict(), "name": f"客户{facts.record_id}", **more}


@pytest.fixture(params=range(POLICIES))
def governed(
    request: pytest.FixtureRequest, template: Path, tmp_path: Path
) -> Iterator[tuple[Office, list[Facts], random.Random]]:
    rng = random.Random(request.param)
    path = copied(template, tmp_path / "workspace")
    with Office(path) as office:
        facts = staffed(office, rng)
    policy = made(rng, LEVELS)
    (path / "config" / "policy.yaml").write_text(as_yaml(policy), "utf-8")
    with Office(path) as office:
        assert office.application.policy.fingerprint == policy.fingerprint
        yield office, facts, rng


def everybody(office: Office) -> list[User]:
    with office.application.database.read() as connection:
        return [user for user in users.all_users(connection) if user.name in NAMES]


def allowed(office: Office, user: User, right: Right, facts: Facts) -> bool:
    with office.application.database.read() as connection:
        principal = as_principal(connection, user, office.clock())
    return office.application.policy.decide(principal, right, facts).allowed


def test_every_surface_shows_what_the_policy_lets_one_read(
    governed: tuple[Office, list[Facts], random.Random],
) -> None:
    office, facts, _ = governed
    for user in everybody(office):
        readable = {one.record_id for one in facts if allowed(office, user, Right.READ, one)}

        assert office.seen(user.name) == readable
        for one in facts:
            if one.record_id in readable:
                assert office.archive.get(one.record_id, user=user.name)
            else:
                with pytest.raises(NotFoundError):
                    office.archive.get(one.record_id, user=user.name)
        try:
            (hits,) = office.archive.match(["客户R01"], user=user.name, limit=50)
        except AccessDeniedError:
            # By their rights alone, whether there is a record in their scope or not.
            assert office.application.policy.rule(user.role, Right.SCREEN) is None
        else:
            assert {hit.record_id for hit in hits} <= readable


def test_what_is_brought_is_taken_as_far_as_the_policy_lets_it(
    governed: tuple[Office, list[Facts], random.Random],
) -> None:
    office, facts, rng = governed
    policy = office.application.policy
    for user in everybody(office):
        for number, one in enumerate(rng.sample(facts, 8)):
            new = one._replace(record_id=RecordId(f"N-{user.name}-{number}"))
            rule = policy.rule(user.role, Right.CHANGE)
            placed = rule is not None and (
                Place.ALL in rule.places
                or any(is_below(one.department, top) for top in user.departments)
            )
            creates = allowed(office, user, Right.CREATE, new)
            changes = allowed(office, user, Right.CHANGE, one) and placed
            try:
                created = counts(office.feed(row(new), user=user.name))[0]
                changed = counts(office.feed(row(one, notes=user.name), user=user.name))[1]
            except AccessDeniedError:
                assert not creates
                assert not changes
                break
            assert (created, changed) == (creates, changes), (user, one)


def ended(deed: Callable[..., object], *given: Any, **more: Any) -> type[ArchsearchError] | None:
    try:
        deed(*given, **more)
    except ArchsearchError as error:
        return type(error)
    return None


def test_records_are_changed_proposed_and_deleted_as_the_policy_decides(
    governed: tuple[Office, list[Facts], random.Random],
) -> None:
    office, facts, rng = governed
    archive = office.archive
    for user in everybody(office):
        for one in rng.sample(facts, 6):
            name, record_id = user.name, one.record_id
            reads, changes, deletes = (
                allowed(office, user, right, one)
                for right in (Right.READ, Right.CHANGE, Right.DELETE)
            )
            wish = {"notes": f"{name}{rng.random()}"}

            changed = ended(archive.change, record_id, wish, user=name)
            proposed = ended(archive.propose, record_id, wish, reason="更正", user=name)
            deleted = ended(archive.delete, record_id, reason="重复", user=name)

            if not reads:
                assert {changed, proposed, deleted} == {NotFoundError}, (user, one)
                continue
            # By ownership alone nobody puts a record into a department that is not theirs.
            done = {None, RejectedError} if changes else {AccessDeniedError}
            assert changed in done, (user, one)
            assert deleted is (None if deletes else AccessDeniedError), (user, one)
            if changes:
                assert proposed is ConflictError
            if deletes:
                for other in everybody(office):
                    seen = ended(archive.get, record_id, user=other.name) is None
                    assert seen is allowed(office, other, Right.DELETE, one), (other, one)
                    assert record_id not in office.seen(other.name)
                assert ended(archive.restore, record_id, reason="误", user=name)
                assert not ended(archive.restore, record_id, reason="误删", user=name)


def test_what_the_policy_lets_one_export_goes_out_and_nothing_else(
    governed: tuple[Office, list[Facts], random.Random],
) -> None:
    office, facts, _ = governed
    for user in everybody(office):
        can = {one.record_id for one in facts if allowed(office, user, Right.EXPORT, one)}
        bare = {one.record_id for one in facts if allowed(office, user, Right.REVEAL, one)}
        try:
            found = office.archive.export("", user=user.name, reason="排查")
        except AccessDeniedError:
            assert not can
            continue

        assert {record.record_id for record in found} == can
        assert found.total == len(office.seen(user.name))
        revealed = ended(office.archive.export, "", user=user.name, reason="排查", reveal=True)
        assert revealed is (None if can <= bare else AccessDeniedError)
