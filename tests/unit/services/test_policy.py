"""The policy at work: shown, explained, compared, and obeyed where it says something else."""

import re
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from archsearch.domain.access import Role
from archsearch.domain.audit import Action, AuditFilter, LoggedEntry, Outcome
from archsearch.domain.policy import Ground, Policy, Right
from archsearch.errors import (
    AccessDeniedError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    SettingsError,
)
from archsearch.services.index import SYSTEM
from archsearch.services.users import UserChange
from archsearch.settings.policy import read_policy
from archsearch.settings.workspace import defaults_folder
from archsearch.storage import audit_log, meta
from tests.offices import Office, codes

SHIPPED = defaults_folder() / "policy.yaml"
EAST, NORTH = "华东分行", "华北分行"


def staffed(office: Office) -> Office:
    office.hire(
        li=f"employee at {EAST}/信贷部",
        zhou=f"manager at {EAST}",
        wu=f"manager at {NORTH}",
        eye="auditor",
        low="administrator, 内部",
    )
    office.feed(
        {"record_id": "A1", "name": "甲", "owner": "li", "department": f"{EAST}/信贷部"},
        {"record_id": "A2", "name": "乙", "owner": "x", "department": EAST},
        {"record_id": "A3", "name": "丙", "owner": "x", "department": NORTH},
        {"record_id": "A4", "name": "丁", "owner": "x", "department": EAST, "secrecy": "机密"},
    )
    return office


def written(path: Path, *changes: tuple[str, str]) -> Path:
    """Write the shipped policy with some lines different."""
    text = SHIPPED.read_text("utf-8")
    for old, new in changes:
        assert re.search(old, text, re.DOTALL), old
        text = re.sub(old, new, text, count=1, flags=re.DOTALL)
    path.write_text(text, "utf-8")
    return path


def reopened(office: Office, *changes: tuple[str, str]) -> Office:
    """Put another policy in place and open the workspace again."""
    office.archive.close()
    written(office.path / "config" / "policy.yaml", *changes)
    return Office(office.path)


def logged(office: Office, action: Action) -> list[LoggedEntry]:
    with office.application.database.read() as connection:
        return list(audit_log.search(connection, AuditFilter(action=action), limit=100))


def ground(office: Office, name: str, right: Right, record_id: str = "") -> Ground:
    found = office.archive.policy.check(name, right, record_id, user="admin")
    return found.decision.ground


# Showing -----------------------------------------------------------------------------------------


def test_administrators_and_auditors_see_the_rules_and_others_do_not(office: Office) -> None:
    staffed(office)

    for name in ("admin", "eye"):
        assert office.archive.policy.show(user=name) is office.application.policy
    for name in ("li", "zhou", "nobody"):
        with pytest.raises(AccessDeniedError):
            office.archive.policy.show(user=name)

    outcomes = [(one.entry.user, one.entry.outcome) for one in logged(office, Action.POLICY_SHOW)]
    assert outcomes[::-1] == [
        ("admin", Outcome.DONE),
        ("eye", Outcome.DONE),
        ("li", Outcome.DENIED),
        ("zhou", Outcome.DENIED),
        ("nobody", Outcome.DENIED),
    ]


# Explaining --------------------------------------------------------------------------------------


def test_a_decision_is_explained_by_rule_grant_and_clearance(office: Office) -> None:
    staffed(office)
    office.grant("A3", "li", days=2)
    office.grant("A3", "li", days=5)
    office.grant("A4", "li", days=2)

    found = office.archive.policy.check("li", "read", "A3", user="admin")

    assert (found.decision.allowed, found.decision.ground) == (True, Ground.GRANTED)
    assert found.granted_until is not None
    assert (found.granted_until - office.clock()).days == 5
    assert found.decision.rule == office.application.policy.rule(found.user.role, Right.READ)
    assert ground(office, "li", Right.READ, "A4") is Ground.CLEARANCE
    assert ground(office, "li", Right.READ, "A1") is Ground.OWN
    assert ground(office, "li", Right.READ, "A2") is Ground.ELSEWHERE
    assert ground(office, "li", Right.CHANGE, "A1") is Ground.NO_RULE
    assert ground(office, "zhou", Right.CHANGE, "A1") is Ground.DEPARTMENTS
    assert ground(office, "eye", Right.LOG) is Ground.OPERATION
    office.clock.turn(days=5)
    assert ground(office, "li", Right.READ, "A3") is Ground.ELSEWHERE


def test_a_disabled_user_may_nothing(office: Office) -> None:
    staffed(office)
    office.application.users.disable("li", "admin", disabled=True)

    found = office.archive.policy.check("li", "read", "A1", user="admin")

    assert (found.decision.allowed, found.decision.ground) == (False, Ground.DISABLED)


def test_a_record_is_hidden_from_who_asks_as_if_it_were_not_there(office: Office) -> None:
    staffed(office)

    with pytest.raises(NotFoundError) as hidden:
        office.archive.policy.check("li", "read", "A4", user="low")
    with pytest.raises(NotFoundError) as missing:
        office.archive.policy.check("li", "read", "A5", user="low")

    assert hidden.value.message == missing.value.message
    assert ground(office, "li", Right.READ, "A4") is Ground.CLEARANCE


@pytest.mark.parametrize("name", ["li", "zhou", "eye"])
def test_only_administrators_have_decisions_explained(office: Office, name: str) -> None:
    staffed(office)
    new = written(office.path / "new.yaml")

    with pytest.raises(AccessDeniedError):
        office.archive.policy.check("li", "read", "A1", user=name)
    with pytest.raises(AccessDeniedError):
        office.archive.policy.diff(None, new, user=name)


def test_explaining_is_logged_without_what_may_be_personal(office: Office) -> None:
    staffed(office)
    office.archive.policy.check("li", "read", "A1", user="admin")
    with pytest.raises(NotFoundError):
        office.archive.policy.check("li", "read", "310101199003071234", user="admin")
    with pytest.raises(NotFoundError):
        office.archive.policy.check("ghost", "read", user="admin")

    entries = [one.entry for one in logged(office, Action.POLICY_CHECK)[::-1]]

    assert entries[0].target == "A1"
    assert entries[0].detail == {"user": "li", "right": "read", "ground": "own"}
    assert [one.outcome for one in entries[1:]] == [Outcome.FAILED, Outcome.FAILED]
    assert "199003071234" not in entries[1].target
    assert entries[2].target == "ghost"


@pytest.mark.parametrize(
    "ask",
    [
        lambda archive: archive.policy.check("li", "raed", user="admin"),
        lambda archive: archive.policy.check("li", "read", 7, user="admin"),
        lambda archive: archive.policy.show(user=None),
        lambda archive: archive.policy.diff(None, "x", user=1),
        lambda archive: archive.policy.diff(None, "x", user="admin", limit="3"),
    ],
)
def test_a_wrong_argument_is_refused(office: Office, ask: Callable[..., object]) -> None:
    with pytest.raises(InvalidRequestError):
        ask(office.archive)


# Comparing ---------------------------------------------------------------------------------------


def test_a_difference_tells_who_gains_and_loses_what(office: Office) -> None:
    staffed(office)
    office.grant("A3", "li")
    new = written(
        office.path / "new.yaml",
        (r"(employee:\n    records:\n      read:) \[own, granted\]", r"\1 [departments]"),
        (r"      create: \[own\]\n      export: \[own\]\n.*?reveal: \[granted\]\n", ""),
        (r"operations: \[screen, duplicates\]", "operations: [screen]"),
    )

    found = office.archive.policy.diff(None, new, user="admin")

    told = [(c.user, c.right, c.gained, c.records, c.record_ids) for c in found.changes]
    assert told == [
        ("li", Right.READ, False, 1, ("A3",)),
        ("li", Right.CREATE, False, None, ()),
        ("li", Right.EXPORT, False, 1, ("A1",)),
        ("wu", Right.DUPLICATES, False, None, ()),
        ("zhou", Right.DUPLICATES, False, None, ()),
    ]
    assert len(found.rules) == 5
    back = office.archive.policy.diff(new, SHIPPED, user="admin")
    assert [(c.user, c.right, not c.gained, c.records, c.record_ids) for c in back.changes] == told


def test_a_difference_counts_what_who_asks_may_read(office: Office) -> None:
    staffed(office)
    office.hire(high=f"manager at {EAST}, 机密")
    new = written(office.path / "new.yaml", (r"      reveal: \[departments, granted\]\n", ""))

    def lost(user: str) -> dict[str, tuple[str, ...]]:
        found = office.archive.policy.diff(None, new, user=user)
        return {change.user: change.record_ids for change in found.changes}

    assert lost("admin") == {"high": ("A1", "A2", "A4"), "zhou": ("A1", "A2"), "wu": ("A3",)}
    assert lost("low") == {"high": ("A1", "A2"), "zhou": ("A1", "A2"), "wu": ("A3",)}


def test_a_difference_gives_as_many_ids_as_asked_for_and_leaves_disabled_users_out(
    office: Office,
) -> None:
    staffed(office)
    office.application.users.disable("wu", "admin", disabled=True)
    new = written(office.path / "new.yaml", (r"      reveal: \[departments, granted\]\n", ""))

    found = office.archive.policy.diff(None, new, user="admin", limit=1)

    assert [(c.user, c.records, c.record_ids) for c in found.changes] == [("zhou", 2, ("A1",))]
    (entry,) = logged(office, Action.POLICY_DIFF)
    levels = office.application.policy.levels
    assert entry.entry.detail == {
        "old": read_policy(SHIPPED, levels).fingerprint,
        "new": read_policy(new, levels).fingerprint,
        "changes": 1,
    }


def test_a_difference_to_a_wrong_file_is_refused(office: Office) -> None:
    path = office.path / "new.yaml"
    path.write_text("version: 1\nroles: {}\n", "utf-8")

    with pytest.raises(SettingsError, match=r"new\.yaml"):
        office.archive.policy.diff(None, path, user="admin")


# Noting ------------------------------------------------------------------------------------------


def test_a_changed_policy_is_in_the_log_once(office: Office) -> None:
    before = office.application.policy.fingerprint
    (made,) = logged(office, Action.INIT)
    assert made.entry.detail == {"policy": before}
    assert logged(office, Action.CONFIGURE) == []

    with reopened(office, (r"      reveal: \[departments, granted\]\n", "")) as other:
        after = other.application.policy.fingerprint
        (entry,) = logged(other, Action.CONFIGURE)
    with Office(office.path) as again:
        assert len(logged(again, Action.CONFIGURE)) == 1
        with again.application.database.read() as connection:
            kept = [meta.get(connection, f"policy/{each}") or "" for each in (before, after)]
    assert [sha256(each.encode()).hexdigest() for each in kept] == [before, after]

    assert (entry.entry.user, entry.entry.target) == (SYSTEM, "policy")
    assert entry.entry.detail == {"before": before, "fingerprint": after}
    with reopened(again) as back:
        assert logged(back, Action.CONFIGURE)[0].entry.detail == {
            "before": after,
            "fingerprint": before,
        }


def test_other_levels_of_secrecy_are_another_policy(office: Office) -> None:
    office.archive.close()
    vocabularies = office.path / "config" / "vocabularies.yaml"
    text = vocabularies.read_text("utf-8")
    assert "    机密: [" in text
    vocabularies.write_text(text.replace("    机密: [", "    绝密: []\n    机密: ["), "utf-8")

    with Office(office.path) as other:
        assert len(logged(other, Action.CONFIGURE)) == 1


# Obeying -----------------------------------------------------------------------------------------


def test_what_the_policy_gives_is_given_and_what_it_takes_is_taken(office: Office) -> None:
    staffed(office)

    with reopened(
        office,
        (r"(auditor:\n)(    operations:)", r"\1    records: {read: [all]}\n\2"),
        (r"(manager:\n    records:\n      read:) \[departments, granted\]", r"\1 [own]"),
        (r"      create: \[departments\].*?reveal: \[departments, granted\]\n", ""),
    ) as other:
        assert other.seen("eye") == {"A1", "A2", "A3"}
        assert other.seen("zhou") == set()
        assert other.seen("li") == {"A1"}
        with pytest.raises(AccessDeniedError):
            other.feed({"name": "新"}, user="zhou")
        with pytest.raises(NotFoundError):
            other.archive.get("A2", user="zhou")


def test_who_may_see_all_needs_no_department(office: Office) -> None:
    staffed(office)
    office.hire(free="employee")

    with reopened(
        office, (r"(employee:\n    records:\n      read:) \[own, granted\]", r"\1 [all]")
    ) as other:
        assert other.seen("free") == {"A1", "A2", "A3"}
        with pytest.raises(AccessDeniedError):
            other.feed({"name": "新"}, user="free")


def test_screening_and_duplicates_are_rights_of_their_own(office: Office) -> None:
    staffed(office)

    with reopened(
        office, (r"(employee:.*?)    operations: \[screen, duplicates\]\n", r"\1")
    ) as other:
        assert other.seen("li") == {"A1"}
        for ask in (lambda: other.archive.match(["甲"], user="li"),
                    lambda: other.archive.duplicates(user="li")):  # fmt: skip
            with pytest.raises(AccessDeniedError):
                ask()
        assert other.archive.match(["甲"], user="zhou")[0]
        # Who may see nothing is told that, as ever.
        assert other.archive.match(["甲"], user="eye") == ((),)
        assert [one.entry.outcome for one in logged(other, Action.MATCH)][::-1] == [
            Outcome.DENIED,
            Outcome.DONE,
            Outcome.DONE,
        ]


def test_an_employee_changes_their_own_where_the_policy_says_so(office: Office) -> None:
    staffed(office)
    office.grant("A2", "li")

    def fed(other: Office, **values: str) -> list[str | None]:
        return codes(other.feed({"name": "改", **values}, user="li"))

    assert fed(office, record_id="A1") == ["change_not_permitted"]
    with reopened(
        office, (r"create: \[own\]\n      export: \[own\]\n", "change: [own]\n")
    ) as other:
        assert fed(other, record_id="A1") == []
        assert fed(other, record_id="A2") == ["change_not_permitted"]
        assert fed(other, record_id="A3") == ["record_id_taken"]
        assert fed(other, record_id="A1", owner="x") == ["owner_not_permitted"]
        assert fed(other, record_id="A1", department=NORTH) == ["department_not_permitted"]
        assert fed(other, record_id="A9") == ["create_not_permitted"]
        assert other.archive.get("A1", user="li").values["name"] == "改"


def test_frozen_records_and_new_departments_are_rights_of_their_own(office: Office) -> None:
    staffed(office)
    office.feed({"record_id": "A2", "name": "乙", "status": "冻结"})
    row = {"record_id": "A2", "name": "改"}
    new = {"name": "新", "department": f"{EAST}/新部"}

    assert codes(office.feed(row, user="zhou")) == ["record_frozen"]
    assert codes(office.feed(new, user="zhou")) == ["department_unknown"]
    with reopened(
        office,
        (
            r"change: \[departments\]\n",
            "change: [departments]\n      change_frozen: [departments]\n",
        ),
        (r"operations: \[screen, duplicates\]", "operations: [departments]"),
    ) as other:
        assert codes(other.feed(row, user="zhou")) == []
        assert codes(other.feed(new, user="zhou")) == []
        below = {"name": "新", "department": f"{NORTH}/新部"}
        assert codes(other.feed(below, user="zhou")) == ["department_not_permitted"]


@pytest.mark.parametrize(
    ("operation", "use"),
    [
        ("users", lambda o, u: o.application.users.all(u)),
        ("departments", lambda o, u: o.application.departments.all(u)),
        ("dictionary", lambda o, u: o.application.dictionary.all(u)),
        ("index", lambda o, u: o.application.index.stats(u)),
        ("log", lambda o, u: o.application.audit.search(AuditFilter(), u)),
        ("log_key", lambda o, u: o.application.audit.key(u)),
        ("keys", lambda o, u: o.application.keys.state(u)),
        ("examine", lambda o, u: o.application.doctor.examine(u)),
        ("rules", lambda o, u: o.archive.policy.show(user=u)),
        ("explain", lambda o, u: o.archive.who("A1", user=u)),
        ("explain", lambda o, u: o.archive.who_could("A1", o.clock.now, user=u)),
        ("explain", lambda o, u: o.archive.policy.check("li", "read", "A1", user=u)),
    ],
)
def test_each_operation_is_a_right_of_its_own(
    office: Office, operation: str, use: Callable[[Office, str], object]
) -> None:
    staffed(office)
    others = (
        "screen, duplicates, users, departments, dictionary, index, log, log_key, keys, examine, "
    )
    others = (others + "rules, explain").replace(f", {operation}", "", 1)

    with reopened(
        office,
        (r"(manager:.*?operations:) \[screen, duplicates\]", rf"\1 [{operation}]"),
        (r"(employee:.*?operations:) \[screen, duplicates\]", rf"\1 [{others}]"),
    ) as other:
        use(other, "zhou")
        with pytest.raises(AccessDeniedError):
            use(other, "li")


def test_whoever_manages_users_cannot_take_that_from_themselves(office: Office) -> None:
    staffed(office)

    with reopened(
        office, (r"(manager:.*?operations:) \[screen, duplicates\]", r"\1 [users]")
    ) as other:
        changed = other.application.users.move("li", [NORTH], "zhou")

        assert changed.departments == {NORTH}
        with pytest.raises(ConflictError, match="由另一位管理员"):
            other.application.users.disable("zhou", "zhou", disabled=True)


def test_the_last_administrator_stays_whoever_manages_users(office: Office) -> None:
    """Other policies may come, and under all of them administrators manage users."""
    staffed(office)

    with reopened(
        office, (r"(manager:.*?operations:) \[screen, duplicates\]", r"\1 [users]")
    ) as other:
        manage = other.application.users
        manage.disable("low", "zhou", disabled=True)
        with pytest.raises(ConflictError, match="最后一位管理员"):
            manage.disable("admin", "zhou", disabled=True)
        with pytest.raises(ConflictError, match="最后一位管理员"):
            manage.set("admin", UserChange(role=Role.AUDITOR), "zhou")
        manage.disable("low", "zhou", disabled=False)
        assert manage.disable("admin", "zhou", disabled=True).disabled


def test_a_policy_that_locks_everybody_out_does_not_open(office: Office) -> None:
    office.archive.close()
    shutil.copyfile(SHIPPED, office.path / "config" / "policy.yaml")
    written(office.path / "config" / "policy.yaml", (r"      - users\n", ""))

    with pytest.raises(SettingsError, match="administrator 须有 users"):
        Office(office.path)


def test_the_policy_of_an_open_archive_is_the_shipped_one(office: Office) -> None:
    expected = read_policy(SHIPPED, office.application.policy.levels)

    assert isinstance(office.application.policy, Policy)
    assert office.application.policy.fingerprint == expected.fingerprint
