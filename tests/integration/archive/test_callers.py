"""Whoever comes in by something narrow gets no further by any way there is."""

import inspect
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from archsearch.domain.callers import Caller
from archsearch.domain.policy import Errand, Right
from archsearch.entrypoints.accounts import AccountDesk, TokenDesk
from archsearch.entrypoints.archive import Archive
from archsearch.entrypoints.borrowing import BorrowDesk
from archsearch.entrypoints.mail import InboxDesk
from archsearch.entrypoints.policy import PolicyDesk
from archsearch.entrypoints.proposals import ProposalDesk
from archsearch.entrypoints.saved import SavedDesk
from archsearch.errors import AccessDeniedError, ArchsearchError, NotFoundError
from tests.offices import Office, copied
from tests.scans import Tray

RECORD = "A"
NEW = {"name": "新来的", "department": "甲部"}
DESKS = {
    "": Archive,
    "proposals.": ProposalDesk,
    "borrow.": BorrowDesk,
    "inbox.": InboxDesk,
    "policy.": PolicyDesk,
    "accounts.": AccountDesk,
    "tokens.": TokenDesk,
    "saved.": SavedDesk,
}

Way = Callable[[Archive, str], Any]

WAYS: dict[str, Way] = {
    "ingest": lambda a, u: a.ingest(NEW, user=u).accepted,
    "search": lambda a, u: a.search("甲", user=u).hits,
    "suggest": lambda a, u: a.suggest("甲", user=u),
    "match": lambda a, u: [hits for hits in a.match(["甲"], user=u) if hits],
    "duplicates": lambda a, u: a.duplicates(user=u).groups,
    "add_word": lambda a, u: a.add_word("授信通", user=u),
    "add_short_name": lambda a, u: a.add_short_name("农发", "农业发展", user=u),
    "add_synonym": lambda a, u: a.add_synonym("逾期", "拖欠", user=u),
    "get": lambda a, u: a.get(RECORD, user=u),
    "reveal": lambda a, u: a.reveal(RECORD, reason="核对证件", user=u),
    "attachment": lambda a, u: a.attachment(RECORD, 1, reason="核对证件", user=u),
    "attachments": lambda a, u: a.attachments(RECORD, user=u),
    "inbox.list": lambda a, u: a.inbox.list(user=u).items,
    "inbox.show": lambda a, u: a.inbox.show(1, user=u),
    "inbox.retry": lambda a, u: a.inbox.retry(1, user=u),
    "inbox.mend": lambda a, u: a.inbox.mend(1, {"姓名": "乙"}, user=u),
    "history": lambda a, u: a.history(RECORD, user=u),
    "who": lambda a, u: a.who(RECORD, user=u),
    "who_could": lambda a, u: a.who_could(RECORD, date(2026, 3, 5), user=u),
    "replay": lambda a, u: a.replay(1, user=u),
    "change": lambda a, u: a.change(RECORD, {"备注": "x"}, user=u),
    "create": lambda a, u: a.create({"姓名": "乙"}, user=u),
    "propose": lambda a, u: a.propose(RECORD, {"备注": "x"}, reason="更正", user=u),
    "delete": lambda a, u: a.delete(RECORD, reason="重复", user=u),
    "restore": lambda a, u: a.restore(RECORD, reason="误删", user=u),
    "export": lambda a, u: list(a.export("", reason="排查", user=u)),
    "proposals.list": lambda a, u: a.proposals.list(user=u),
    "proposals.show": lambda a, u: a.proposals.show("li-P1", user=u),
    "proposals.accept": lambda a, u: a.proposals.accept("li-P1", user=u),
    "proposals.refuse": lambda a, u: a.proposals.refuse("li-P1", reason="不同意", user=u),
    "proposals.withdraw": lambda a, u: a.proposals.withdraw("li-P1", user=u),
    "add_user": lambda a, u: a.add_user("x", role="administrator", user=u),
    "borrow.find": lambda a, u: a.borrow.find("甲", "11010519491231002X", user=u),
    "borrow.request": lambda a, u: a.borrow.request(RECORD, purpose="x", reason="x", user=u),
    "borrow.list": lambda a, u: a.borrow.list(user=u),
    "borrow.show": lambda a, u: a.borrow.show("li-1", user=u),
    "borrow.approve": lambda a, u: a.borrow.approve("li-1", user=u),
    "borrow.refuse": lambda a, u: a.borrow.refuse("li-1", reason="x", user=u),
    "borrow.revoke": lambda a, u: a.borrow.revoke("li-1", reason="x", user=u),
    "borrow.withdraw": lambda a, u: a.borrow.withdraw("li-1", user=u),
    "borrow.give_back": lambda a, u: a.borrow.give_back("li-1", user=u),
    "borrow.renew": lambda a, u: a.borrow.renew("li-1", reason="x", user=u),
    "borrow.form": lambda a, u: a.borrow.form("li-1", user=u),
    "policy.show": lambda a, u: a.policy.show(user=u),
    "policy.check": lambda a, u: a.policy.check("li", "read", user=u),
    "policy.diff": lambda a, u: a.policy.diff(None, "policy.yaml", user=u),
    "accounts.show": lambda a, u: a.accounts.show("li", user=u),
    "accounts.set_password": lambda a, u: a.accounts.set_password("li", user=u),
    "accounts.begin_second_factor": lambda a, u: a.accounts.begin_second_factor("li", user=u),
    "accounts.confirm_second_factor": lambda a, u: a.accounts.confirm_second_factor(
        "li", "1", user=u
    ),
    "accounts.remove_second_factor": lambda a, u: a.accounts.remove_second_factor("li", user=u),
    "accounts.sessions": lambda a, u: a.accounts.sessions("li", user=u),
    "accounts.end_sessions": lambda a, u: a.accounts.end_sessions("li", user=u),
    "accounts.unlock": lambda a, u: a.accounts.unlock("li", user=u),
    "tokens.create": lambda a, u: a.tokens.create("x", owner="li", rights=["read"], user=u),
    "tokens.list": lambda a, u: a.tokens.list(user=u),
    "tokens.revoke": lambda a, u: a.tokens.revoke(1, user=u),
    "saved.save": lambda a, u: a.saved.save("甲", "甲", user=u),
    "saved.list": lambda a, u: a.saved.list(user=u),
    "saved.run": lambda a, u: a.saved.run("1", user=u).hits,
    "saved.rename": lambda a, u: a.saved.rename("1", "乙", user=u),
    "saved.delete": lambda a, u: a.saved.delete("1", user=u),
}
"""Every way to act for a user, and what it gives if it gives anything."""


@pytest.fixture
def office(template: Path, tmp_path: Path) -> Iterator[Office]:
    with Office(copied(template, tmp_path / "workspace")) as office:
        office.hire(li="employee at 甲部", boss="manager at 甲部")
        office.feed({"record_id": RECORD, "name": "甲", "department": "甲部", "owner": "boss"})
        for user in ("admin", "boss", "li"):
            office.archive.saved.save("全部", user=user)
        office.archive.borrow.request(RECORD, purpose="贷后", reason="核对", user="li")
        tray = Tray(office)
        tray.drop("waits.png")
        tray.settle(user="li")
        yield office


def test_every_way_to_act_for_a_user_is_tried_here() -> None:
    ways = {
        prefix + name
        for prefix, desk in DESKS.items()
        for name, method in inspect.getmembers(desk, inspect.isfunction)
        if not name.startswith("_") and "user" in inspect.signature(method).parameters
    }

    assert ways == set(WAYS)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("user", ["admin", "boss", "li"])
def test_who_came_in_by_what_has_no_right_gets_nothing_and_does_nothing(
    office: Office, way: str, user: str
) -> None:
    narrow = Caller(user, limits=frozenset(), via="token:7")

    try:
        given = WAYS[way](office.archive, narrow)
    except (AccessDeniedError, NotFoundError):
        given = None

    assert not given
    assert office.seen("admin") == {RECORD}
    (request,) = office.archive.borrow.list(user="li")
    assert request.state == "applied"
    assert [each.name for each in office.archive.saved.list(user=user)] == ["全部"]


@pytest.mark.parametrize("right", [right for right in Right if right is not Right.READ])
def test_without_the_right_to_read_no_other_right_shows_a_record(
    office: Office, right: Right
) -> None:
    narrow = Caller("admin", limits=frozenset({right}))

    assert office.seen(narrow) == set()
    for way in ("get", "reveal", "history", "who", "suggest", "match"):
        try:
            given = WAYS[way](office.archive, narrow)
        except ArchsearchError:
            given = None
        assert not given


ERRANDS = {
    Errand.PROPOSE: ("propose", "proposals.withdraw"),
    Errand.BORROW: (
        "borrow.find",
        "borrow.request",
        "borrow.withdraw",
        "borrow.give_back",
        "borrow.renew",
    ),
}


@pytest.mark.parametrize(
    ("errand", "way"), [(errand, way) for errand, ways in ERRANDS.items() for way in ways]
)
def test_asking_in_somebodys_name_takes_what_is_good_for_that_besides_reading(
    office: Office, errand: Errand, way: str
) -> None:
    office.feed({"record_id": "B", "name": "乙", "department": "甲部", "owner": "li"})
    proposed = office.archive.propose("B", {"备注": "y"}, reason="更正", user="li")
    everything_else = {*Right, *Errand} - {errand}

    for limits in (everything_else, {errand}):
        with pytest.raises(AccessDeniedError):
            WAYS[way](office.archive, Caller("li", limits=frozenset(limits), via="token:7"))

    assert office.archive.proposals.show(proposed.id, user="li").state == "open"
    (request,) = office.archive.borrow.list(user="li")
    assert request.state == "applied"


def test_with_it_one_asks_and_takes_back(office: Office) -> None:
    office.feed({"record_id": "B", "name": "乙", "department": "甲部", "owner": "li"})
    archive = office.archive

    proposer = Caller("li", limits=frozenset({Right.READ, Errand.PROPOSE}), via="token:7")
    proposed = archive.propose("B", {"备注": "y"}, reason="更正", user=proposer)
    borrower = Caller("li", limits=frozenset({Right.READ, Errand.BORROW}), via="token:8")

    assert archive.proposals.withdraw(proposed.id, user=proposer).state == "withdrawn"
    assert archive.borrow.withdraw("li-1", user=borrower).state == "withdrawn"
    assert archive.borrow.request(RECORD, purpose="贷后", reason="核对", user=borrower)


def test_what_one_proposed_is_told_to_no_token_of_ones_own_that_reads_nothing(
    office: Office,
) -> None:
    office.feed({"record_id": "B", "name": "乙", "department": "甲部", "owner": "li"})
    proposed = office.archive.propose("B", {"备注": "y"}, reason="更正", user="li")
    narrow = Caller("li", limits=frozenset({Right.SCREEN}), via="token:7")
    reader = Caller("li", limits=frozenset({Right.READ}), via="token:8")

    for ask in (office.archive.proposals.list, partial(office.archive.proposals.show, proposed.id)):
        with pytest.raises(AccessDeniedError):
            ask(user=narrow)
    assert [each.id for each in office.archive.proposals.list(user=reader)] == [proposed.id]
