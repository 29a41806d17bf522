"""What may become of a borrow request, and who may decide about it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.domain.access import Principal, Role
from archsearch.domain.borrowing import (
    DEEDS,
    STATES,
    BorrowRequest,
    BorrowRules,
    Deed,
    Item,
    Leave,
    State,
    Wanted,
    allowed,
    approve,
    current,
    end,
    is_borrowable,
    may_borrow,
    may_decide,
    overall,
    read_id,
    renew,
)
from archsearch.domain.policy import Facts
from archsearch.domain.record import RecordId
from archsearch.errors import ConflictError
from tests.policies import shipped

NOON = datetime(2026, 3, 5, 4, tzinfo=UTC)
DAY = timedelta(days=1)
LEVELS = ("公开", "内部", "秘密", "机密")
POLICY = shipped(LEVELS)
ROLES = (*Role, None)
RULES = BorrowRules(renewals=1)
R1 = RecordId("R1")
APPLIED = Item(1, 1, Wanted("R1", R1))
LENT = approve(APPLIED, Leave(7, sensitive=False), NOON, (R1,))
EXTENDING = renew(LENT, 3, RULES)

POSSIBLE = {
    (State.APPLIED, False): {Deed.APPROVE, Deed.REFUSE, Deed.WITHDRAW},
    (State.APPROVED, False): {Deed.RENEW, Deed.RETURN, Deed.REVOKE},
    (State.APPROVED, True): {
        Deed.APPROVE,
        Deed.REFUSE,
        Deed.WITHDRAW,
        Deed.RETURN,
        Deed.REVOKE,
    },
}
"""By state, and whether a renewal waits; nothing is possible anywhere else."""


def done(item: Item, deed: Deed) -> Item:
    if deed is Deed.APPROVE:
        return approve(item, Leave(2, sensitive=False), NOON, (R1,))
    return renew(item, 2, BorrowRules()) if deed is Deed.RENEW else end(item, deed)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("deed", [deed for deed in Deed if deed is not Deed.REQUEST])
@pytest.mark.parametrize("extension", [None, 3])
def test_every_deed_is_possible_in_the_states_named_and_refused_in_all_others(
    state: State, deed: Deed, extension: int | None
) -> None:
    item = replace(LENT, state=state, extension=extension)
    if state is State.APPLIED:
        item = replace(APPLIED)
        extension = None
    possible = deed in POSSIBLE.get((state, extension is not None), set())

    assert allowed(item, deed) == possible
    if possible:
        assert done(item, deed).extension is None or deed is Deed.RENEW
    else:
        with pytest.raises(ConflictError) as refused:
            done(item, deed)
        assert STATES[state] in str(refused.value)
        assert DEEDS[deed] in str(refused.value)


def test_an_approval_lends_for_the_days_it_says() -> None:
    assert LENT.state is State.APPROVED
    assert LENT.until == NOON + 7 * DAY
    assert LENT.records == (R1,)


def test_a_renewal_that_is_approved_goes_on_from_the_end_and_one_refused_changes_nothing() -> None:
    lengthened = approve(EXTENDING, Leave(2, sensitive=False), NOON + DAY)

    assert (lengthened.until, lengthened.renewals) == (NOON + 9 * DAY, 1)
    assert end(EXTENDING, Deed.REFUSE) == LENT
    assert end(EXTENDING, Deed.WITHDRAW) == LENT


def test_nothing_is_renewed_more_often_than_the_rules_say() -> None:
    lengthened = approve(EXTENDING, Leave(2, sensitive=False), NOON + DAY)

    with pytest.raises(ConflictError, match="最多续借 1 次"):
        renew(lengthened, 2, RULES)


def test_what_is_lent_ends_at_its_time_and_what_nobody_answers_lapses() -> None:
    lapse, tick = NOON + 14 * DAY, timedelta(microseconds=1)

    assert current(LENT, lapse, NOON + 7 * DAY - tick).state is State.APPROVED
    assert current(LENT, lapse, NOON + 7 * DAY).state is State.EXPIRED
    assert current(EXTENDING, lapse, NOON + 7 * DAY).extension is None
    assert current(APPLIED, lapse, lapse - tick).state is State.APPLIED
    assert current(APPLIED, lapse, lapse).state is State.LAPSED
    assert current(end(LENT, Deed.RETURN), lapse, NOON + 99 * DAY).state is State.RETURNED


@pytest.mark.parametrize(
    ("states", "word"),
    [
        ([State.APPLIED, State.APPLIED], State.APPLIED),
        ([State.APPROVED, State.APPLIED], State.PARTLY),
        ([State.APPROVED, State.REFUSED], State.PARTLY),
        ([State.APPROVED, State.RETURNED], State.PARTLY),
        ([State.APPROVED, State.APPROVED], State.APPROVED),
        ([State.REFUSED, State.APPLIED], State.APPLIED),
        ([State.RETURNED, State.REFUSED], State.RETURNED),
        ([State.EXPIRED, State.RETURNED], State.EXPIRED),
        ([State.REVOKED, State.EXPIRED], State.REVOKED),
        ([State.REFUSED, State.LAPSED], State.REFUSED),
        ([State.LAPSED, State.WITHDRAWN], State.LAPSED),
        ([State.WITHDRAWN], State.WITHDRAWN),
    ],
)
def test_a_request_is_called_by_what_matters_most_of_its_items(
    states: list[State], word: State
) -> None:
    assert overall(replace(APPLIED, state=state) for state in states) is word


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20), st.integers(1, 999_999_999))
def test_an_id_is_read_back_whatever_the_user_is_called(user: str, number: int) -> None:
    request = BorrowRequest(1, user, number, "", "", 1, False, NOON, ())

    assert read_id(request.id) == (user, number)


@pytest.mark.parametrize("text", ["", "-", "-1", "li", "li-", "li-0", "li-01", "li-１", "li-1e3"])
def test_what_cannot_be_an_id_is_none(text: str) -> None:
    assert read_id(text) is None


def record(department: str, secrecy: str) -> Facts:
    return Facts(R1, "li", department, secrecy)


def person(name: str, role: Role | None, clearance: str = "机密", *places: str) -> Principal:
    return Principal(name, role, frozenset(places or {"甲"}), clearance)


@pytest.mark.parametrize(("role", "department"), list(product(ROLES, ["甲", "甲/乙", "丙", ""])))
def test_nobody_decides_about_their_own_request_whatever_their_role(
    role: Role | None, department: str
) -> None:
    for secrecy in LEVELS:
        assert not may_decide(person("li", role), "li", record(department, secrecy), POLICY)


@pytest.mark.parametrize("role", ROLES)
def test_administrators_and_the_managers_of_the_department_decide_about_others(
    role: Role | None,
) -> None:
    approver = person("boss", role)

    def decides(department: str) -> bool:
        return may_decide(approver, "li", record(department, "内部"), POLICY)

    decided = {place for place in ("甲", "甲/乙", "甲乙", "丙") if decides(place)}

    if role is Role.ADMINISTRATOR:
        assert decided == {"甲", "甲/乙", "甲乙", "丙"}
    else:
        assert decided == ({"甲", "甲/乙"} if role is Role.MANAGER else set())


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.MANAGER])
@pytest.mark.parametrize(("clearance", "secrecy"), list(product((*LEVELS, "", "绝密"), LEVELS)))
def test_who_decides_must_be_cleared_for_the_record(
    role: Role, clearance: str, secrecy: str
) -> None:
    covered = clearance in LEVELS and LEVELS.index(secrecy) <= LEVELS.index(clearance)

    decides = may_decide(person("boss", role, clearance), "li", record("甲", secrecy), POLICY)

    assert decides == covered


def test_what_a_manager_was_lent_is_not_theirs_to_lend_on() -> None:
    boss = replace(person("boss", Role.MANAGER), grants=frozenset({R1, RecordId("")}))

    assert not may_decide(boss, "li", record("丙", "内部"), POLICY)


@pytest.mark.parametrize("role", ROLES)
def test_only_those_whom_a_grant_would_let_see_may_borrow(role: Role | None) -> None:
    borrower = person("li", role, "内部")
    reads = role in {Role.ADMINISTRATOR, Role.MANAGER, Role.EMPLOYEE}

    assert may_borrow(borrower, POLICY) == reads
    assert is_borrowable(R1, "内部", borrower, POLICY) == reads
    assert not is_borrowable(R1, "秘密", borrower, POLICY)
    assert not may_borrow(replace(borrower, clearance=""), POLICY)
    if role is not Role.ADMINISTRATOR:
        assert not may_borrow(replace(borrower, departments=frozenset()), POLICY)
