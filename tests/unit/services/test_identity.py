"""Who is asking."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from archsearch.domain.access import NOTHING, Principal, Role, Scope
from archsearch.domain.audit import Action
from archsearch.domain.callers import Caller, via_of
from archsearch.domain.policy import Errand, Policy, Right
from archsearch.domain.record import RecordId
from archsearch.domain.sessions import ApiToken, End, Session, SessionRules
from archsearch.domain.users import User
from archsearch.entrypoints.archive import Archive
from archsearch.errors import AccessDeniedError, NotAuthenticatedError
from archsearch.services.identity import (
    as_principal,
    in_person,
    lasting,
    not_before,
    principal_of,
    require,
    require_errand,
    require_open,
    require_reading,
)
from archsearch.storage import api_tokens, grants, sessions
from archsearch.storage.grants import Grant
from archsearch.storage.sessions import NewSession
from tests.offices import NOON, Office


def scope(office: Office, name: str) -> Scope:
    with office.application.database.read() as connection:
        principal = principal_of(connection, name, office.clock())
    return office.application.policy.scope(principal)


def test_a_principal_carries_the_grants_in_force_at_that_moment(office: Office) -> None:
    office.hire(li="employee at 总行")
    office.feed(*({"record_id": name, "name": name} for name in "ABC"))
    office.grant("A", "li", days=1)
    office.grant("B", "li", start=1, days=1)

    assert scope(office, "li").granted == {"A"}
    office.clock.turn(days=1, microseconds=-1)
    assert scope(office, "li").granted == {"A"}
    office.clock.turn(microseconds=1)
    assert scope(office, "li").granted == {"B"}
    office.clock.now = NOON
    assert scope(office, "li").granted == {"A"}


def test_what_ended_by_a_wrong_clock_stays_ended_and_is_lent_anew_by_the_right_one(
    office: Office,
) -> None:
    office.hire(li="employee at 总行")
    office.feed(*({"record_id": name, "name": name} for name in "AB"))
    office.grant("A", "li", days=1)
    office.clock.turn(days=3)
    office.archive.search(user="admin")
    office.clock.turn(days=-3)

    office.grant("B", "li", days=1)
    assert scope(office, "li").granted == {"B"}
    office.clock.turn(days=1)
    assert scope(office, "li").granted == set()
    office.archive.search(user="admin")
    office.clock.turn(hours=-2)
    assert scope(office, "li").granted == set()


@pytest.mark.parametrize("name", ["", "ghost", "LI", "li ", "admin\x00"])
def test_whoever_is_not_known_by_exactly_this_name_is_nobody(office: Office, name: str) -> None:
    office.hire(li="employee at 总行")

    with pytest.raises(AccessDeniedError) as denied:
        scope(office, name)

    office.application.users.disable("li", "admin", disabled=True)
    with pytest.raises(AccessDeniedError) as locked_out:
        scope(office, "li")
    assert str(denied.value) == str(locked_out.value)


def test_without_role_department_or_clearance_nothing_is_visible(office: Office) -> None:
    office.hire(
        none="", lost="employee", adrift="manager", eye="auditor at 总行", fine="employee at 总行"
    )
    office.feed({"record_id": "A", "name": "甲", "department": "总行", "owner": "fine"})
    for name in ("none", "lost", "adrift", "eye"):
        office.grant("A", name)
        assert scope(office, name) == NOTHING
        assert office.seen(name) == set()
    assert office.seen("fine") == {"A"}


def test_a_right_is_required(office: Office) -> None:
    with office.application.database.read() as connection:
        principal = principal_of(connection, "admin", office.clock())

    rules = office.application.policy.rules
    kept = tuple(rule for rule in rules if rule.right is not Right.EXPLAIN)
    policy = Policy(office.application.policy.levels, kept)

    require(policy, principal, Right.EXPLAIN, Right.USERS)
    with pytest.raises(AccessDeniedError):
        require(policy, principal, Right.EXPLAIN)
    with pytest.raises(AccessDeniedError):
        require(policy, principal)


LENT = frozenset({RecordId("A"), RecordId("B")})


def lend(office: Office) -> None:
    """Lend li two records, one with its sensitive fields."""
    office.hire(li="employee at 总行 and 华东分行, 秘密")
    office.feed(*({"record_id": name, "name": name} for name in "AB"))
    with office.application.database.write() as connection:
        for name, sensitive in (("A", True), ("B", False)):
            until = NOON + timedelta(days=1)
            grants.add(
                connection, Grant(RecordId(name), "li", NOON, until, "admin", sensitive=sensitive)
            )


def principal(office: Office, name: str, **later: float) -> Principal:
    with office.application.database.read() as connection:
        return principal_of(connection, name, NOON + timedelta(**later))


def test_a_principal_is_the_user_as_they_are_now(office: Office) -> None:
    lend(office)

    assert principal(office, "li") == Principal(
        "li",
        Role.EMPLOYEE,
        frozenset({"总行", "华东分行"}),
        "秘密",
        LENT,
        frozenset({RecordId("A")}),
        None,
    )
    assert principal(office, "li", days=2).grants == frozenset()


def test_a_caller_is_the_user_narrowed_and_keeps_their_door(office: Office) -> None:
    lend(office)
    caller = Caller("li", limits={"read"}, via="token:3")

    found = principal(office, caller)

    assert found == replace(principal(office, "li"), limits=frozenset({"read"}))
    assert via_of(found.name) == "token:3"


def test_a_stored_user_without_a_caller_goes_by_their_own_name(office: Office) -> None:
    with office.application.database.read() as connection:
        found = as_principal(connection, User("li", role=Role.AUDITOR), NOON)

    assert found == Principal("li", Role.AUDITOR)


def test_no_moment_is_earlier_than_what_the_log_says_of_since(office: Office) -> None:
    office.archive.search(user="admin")
    office.clock.turn(days=1)
    office.archive.search(user="admin")

    with office.application.database.read() as connection:
        assert not_before(connection, NOON, NOON) == NOON + timedelta(days=1)
        assert not_before(connection, NOON + timedelta(days=2), NOON) == NOON + timedelta(days=2)


def test_how_somebody_logs_in_is_for_themselves_and_who_manages_users(office: Office) -> None:
    policy = office.application.policy
    li = Principal("li", Role.EMPLOYEE, frozenset({"总行"}))
    admin = Principal("admin", Role.ADMINISTRATOR)
    all_rights = frozenset(str(right) for right in Right)

    in_person(policy, li, "li")
    in_person(policy, admin, "admin")
    in_person(policy, admin, "li")
    for who, whose in (
        (li, "wang"),
        (replace(li, limits=all_rights), "li"),
        (replace(admin, limits=all_rights), "li"),
        (replace(admin, limits=all_rights), "admin"),
        (replace(li, limits=frozenset()), "li"),
    ):
        with pytest.raises(AccessDeniedError):
            in_person(policy, who, whose)


def test_who_came_in_to_read_nothing_reads_nothing() -> None:
    admin = Principal("admin", Role.ADMINISTRATOR)

    require_reading(admin)
    require_reading(replace(admin, limits=frozenset({"read"})))
    for limits in (frozenset[str](), frozenset({"log", "users"})):
        with pytest.raises(AccessDeniedError):
            require_reading(replace(admin, limits=limits))


@pytest.mark.parametrize("errand", Errand)
def test_an_errand_is_for_who_came_in_by_something_good_for_it(errand: Errand) -> None:
    li = Principal("li", Role.EMPLOYEE)
    other = frozenset(Errand) - {errand}

    require_errand(li, errand)
    require_errand(replace(li, limits=frozenset({"read", str(errand)})), errand)
    for limits in (frozenset[str](), frozenset({"read", *map(str, other)})):
        with pytest.raises(AccessDeniedError, match=str(errand)):
            require_errand(replace(li, limits=limits), errand)


def is_open(office: Office, caller: str, **later: float) -> bool:
    with office.application.database.read() as connection:
        try:
            require_open(connection, caller, NOON + timedelta(**later))
        except NotAuthenticatedError:
            return False
    return True


def by_token(office: Office, user: str, digest: bytes = b"token") -> Caller:
    until = NOON + timedelta(days=1)
    token = ApiToken(0, user, digest.decode(), (Right.READ,), NOON, "admin", until)
    with office.application.database.write() as connection:
        return replace(token, id=api_tokens.add(connection, token, digest)).caller


def by_session(office: Office, user: str, digest: bytes = b"session", **begun: float) -> Caller:
    start = NOON + timedelta(**begun)
    new = NewSession(user, Role.EMPLOYEE, digest, "", start, NOON + timedelta(days=1))
    with office.application.database.write() as connection:
        return Caller(user, via=f"session:{sessions.add(connection, new)}")


@pytest.mark.parametrize("come_in", [by_token, by_session])
def test_who_came_in_may_go_on_until_the_time_is_over(
    come_in: Callable[..., Caller], office: Office
) -> None:
    office.hire(li="employee at 总行", wang="employee at 总行")
    later, caller = come_in(office, "wang", b"later"), come_in(office, "li")

    for each in (later, caller, "li", Caller("li"), Caller("li", via="terminal")):
        assert is_open(office, each)
    assert is_open(office, caller, days=1, microseconds=-1)
    assert not is_open(office, caller, days=1)
    door, _, _ = caller.via.partition(":")
    assert not is_open(office, Caller("li", via=f"{door}:999"))

    office.clock.turn(days=1)
    office.archive.search(user="admin")
    assert not is_open(office, caller)


def test_a_token_that_was_revoked_is_none(office: Office) -> None:
    office.hire(li="employee at 总行")
    caller, other = by_token(office, "li"), by_token(office, "li", b"other")

    with office.application.database.write() as connection:
        api_tokens.revoke(connection, int(caller.via[6:]), by="admin", at=NOON)

    assert (is_open(office, caller), is_open(office, other)) == (False, True)


def test_a_session_that_was_ended_is_none_whatever_others_there_are(office: Office) -> None:
    office.hire(li="employee at 总行", wang="employee at 总行")
    callers = [by_session(office, "li", bytes([number])) for number in range(3)]
    ended = callers[1]

    with office.application.database.write() as connection:
        sessions.end(connection, int(ended.via[8:]), End.LOGOUT, NOON)

    assert [is_open(office, each) for each in callers] == [True, False, True]
    assert not is_open(office, Caller("wang", via=callers[0].via))


def test_a_session_goes_on_that_began_after_the_clock_was_wrong(office: Office) -> None:
    office.hire(li="employee at 总行")
    caller = by_session(office, "li")
    office.clock.turn(days=5)
    office.archive.search(user="admin")
    anew = by_session(office, "li", b"anew", hours=1)

    with office.application.database.write() as connection:
        entry = office.application.trail.entry(
            "li", Action.LOGIN, target="li", at=NOON + timedelta(hours=1)
        )
        office.application.trail.log.append(connection, entry)

    assert (is_open(office, caller), is_open(office, anew, hours=1)) == (False, True)


def test_a_session_lasts_while_it_is_used_and_by_no_clock_that_is_set_back(
    office: Office,
) -> None:
    rules = SessionRules(idle_minutes=30, hours=12, most=9)

    def lives(at: float, seen: float = 0, ends: float = 720) -> bool:
        moments = (NOON, NOON + timedelta(minutes=seen), NOON + timedelta(minutes=ends))
        session = Session(1, "li", *moments)
        with office.application.database.read() as connection:
            return lasting(connection, session, rules, NOON + timedelta(minutes=at))

    assert [lives(minute) for minute in (0, 29, 30, 31)] == [True, True, False, False]
    assert [lives(minute, seen=100) for minute in (100, 129, 130)] == [True, True, False]
    assert [lives(minute, seen=29, ends=40) for minute in (39, 40)] == [True, False]

    office.clock.turn(minutes=60)
    office.archive.search(user="admin")
    assert [lives(minute, seen=60) for minute in (29, 30, 31)] == [False, False, True]
    assert not lives(31)
    assert not lives(31, seen=60, ends=60)


_TOKEN = "所用的令牌没有权限"


@pytest.mark.parametrize(
    ("right", "act"),
    [
        ("export", lambda a, u: a.export("", reason="排查", user=u)),
        ("screen", lambda a, u: a.match(["甲"], user=u)),
        ("change", lambda a, u: a.change("A", {"备注": "x"}, user=u)),
        ("reveal", lambda a, u: a.reveal("A", reason="核对", user=u)),
        ("borrow", lambda a, u: a.borrow.request("A", purpose="x", reason="x", user=u)),
        ("propose", lambda a, u: a.propose("A", {"备注": "x"}, reason="核对", user=u)),
    ],
)
def test_who_lacks_a_right_only_by_their_token_is_told_which_and_how_to_come_by_it(
    office: Office, right: str, act: Callable[[Archive, str], object]
) -> None:
    office.hire(boss="manager at 甲部")
    office.feed({"record_id": "A", "name": "甲", "department": "甲部"})
    boss = Caller("boss", limits=frozenset({"read"}), via="token:1")

    with pytest.raises(AccessDeniedError) as told:
        act(office.archive, boss)

    assert told.value.message.startswith(f"{_TOKEN}：{right}（")
    assert f"--rights {','.join(sorted(('read', right)))}" in told.value.message


@pytest.mark.parametrize(
    "act",
    [
        lambda a, u: a.change("A", {"备注": "x"}, user=u),
        lambda a, u: a.delete("A", reason="重复", user=u),
        lambda a, u: a.policy.show(user=u),
    ],
)
def test_who_lacks_a_right_themselves_is_told_nothing_of_their_token(
    office: Office, act: Callable[[Archive, str], object]
) -> None:
    office.hire(li="employee at 甲部")
    office.feed({"record_id": "A", "name": "甲"}, user="li")
    li = Caller("li", limits=frozenset({"read"}), via="token:1")

    with pytest.raises(AccessDeniedError) as told:
        act(office.archive, li)

    assert _TOKEN not in told.value.message


def test_a_session_of_narrower_rights_is_told_to_log_in_again(office: Office) -> None:
    caller = Caller("admin", limits=frozenset({"read"}), via="session:1")

    with pytest.raises(AccessDeniedError, match="这次登录没有权限：rules"):
        office.archive.policy.show(user=caller)
