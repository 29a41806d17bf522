"""Saved searches: what is new, and for whom."""

import pytest

from archsearch.domain.audit import Action, AuditFilter
from archsearch.domain.saved import Saved
from archsearch.errors import ConflictError, InvalidRequestError, NotFoundError
from tests.offices import Office, named


@pytest.fixture
def people(office: Office) -> Office:
    office.hire(chief="manager at 甲部", other="manager at 乙部", eye="auditor")
    office.feed({"record_id": "A", "name": "张伟", "department": "甲部"})
    return office


def only(office: Office, user: str) -> Saved:
    (found,) = office.archive.saved.list(user=user)
    return found


def entries(office: Office, action: Action) -> int:
    return len(office.application.audit.search(AuditFilter(action=action), "admin"))


def test_new_is_what_was_not_found_when_it_was_last_looked_at(people: Office) -> None:
    people.archive.saved.save("张", "张", user="chief", mode="exact")
    people.feed({"record_id": "B", "name": "张三", "department": "甲部"})
    people.feed({"record_id": "C", "name": "李四", "department": "甲部"})

    before = only(people, "chief")
    people.archive.saved.run("1", user="chief")

    assert (before.total, before.new, [each.record_id for each in before.fresh]) == (2, 1, ["B"])
    assert only(people, "chief").new == 0


def test_what_was_changed_so_that_it_fits_is_new(people: Office) -> None:
    people.archive.saved.save("高价值", filters={"value_tier": ["高价值"]}, user="chief")

    people.archive.change("A", {"value_tier": "高价值"}, user="admin")

    assert only(people, "chief").new == 1


def test_what_comes_from_out_of_scope_is_new_and_what_goes_there_is_not_counted(
    people: Office,
) -> None:
    people.archive.saved.save("张", "张", user="other", mode="exact")
    hidden = only(people, "other")

    people.grant("A", "other", days=1)
    lent = only(people, "other")
    people.clock.turn(days=2)
    over = only(people, "other")

    assert (hidden.total, hidden.new) == (0, 0)
    assert (lent.total, lent.new, lent.fresh[0].record_id) == (1, 1, "A")
    assert (over.total, over.new, over.fresh) == (0, 0, ())


def test_a_record_that_moves_away_is_not_counted_at_the_next_look(people: Office) -> None:
    people.archive.saved.save("全部", user="other")
    people.feed({"record_id": "B", "name": "乙", "department": "乙部"})
    there = only(people, "other").new

    people.archive.change("B", {"department": "甲部"}, user="admin")

    assert there == 1
    assert only(people, "other").new == 0
    assert people.application.desk.saved.news("other") == 0


def test_hidden_records_leave_no_trace_in_what_is_told(people: Office) -> None:
    people.archive.saved.save("全部", user="other")

    alone = only(people, "other")
    people.feed(*named([f"甲{at}" for at in range(5)]))
    beside = only(people, "other")

    assert alone == beside


def test_one_record_in_several_searches_is_one_news(people: Office) -> None:
    for name in ("甲", "乙"):
        people.archive.saved.save(name, user="chief")
    people.feed({"record_id": "B", "name": "张三", "department": "甲部"})

    assert people.application.desk.saved.news("chief") == 1
    assert people.application.desk.saved.news("other") == 0


def test_the_same_is_counted_once_while_nothing_changes(people: Office) -> None:
    people.archive.saved.save("张", user="chief")
    saved = people.application.desk.saved

    for _ in range(3):
        saved.news("chief")
    once = entries(people, Action.SAVED_READ)
    people.feed({"record_id": "B", "name": "张三", "department": "甲部"})

    assert saved.news("chief") == 1
    assert (once, entries(people, Action.SAVED_READ)) == (1, 2)


def test_a_deleted_search_leaves_nothing_for_the_next_of_its_number(people: Office) -> None:
    desk = people.archive.saved
    desk.save("全部", user="chief")
    only(people, "chief")
    desk.delete("1", user="chief")

    desk.save("李", "李", user="chief", mode="exact")

    assert (only(people, "chief").id, only(people, "chief").total) == ("1", 0)


def test_names_are_told_apart_and_searches_are_one_s_own(people: Office) -> None:
    desk = people.archive.saved
    desk.save(" 重点  客户 ", user="chief")
    desk.save("重点 客户", user="other")

    with pytest.raises(ConflictError):
        desk.save("重点 客户", user="chief")
    for wrong in ("", " ", "长" * 61):
        with pytest.raises(InvalidRequestError):
            desk.save(wrong, user="chief")
    desk.save("别的", user="chief")
    with pytest.raises(ConflictError):
        desk.rename("2", "重点 客户", user="chief")
    with pytest.raises(NotFoundError):
        desk.run("2", user="other")


def test_nobody_keeps_searches_without_end(people: Office) -> None:
    for at in range(50):
        people.archive.saved.save(f"第 {at}", user="chief")

    with pytest.raises(ConflictError):
        people.archive.saved.save("再来", user="chief")


def test_what_is_saved_is_sealed_and_masked_in_the_log(people: Office) -> None:
    number = "110105194912310021"

    people.archive.saved.save("悄悄话", number, user="chief")

    stored = b"".join(
        path.read_bytes() for path in (people.path / "var").rglob("*") if path.is_file()
    )
    assert number.encode() not in stored
    assert "悄悄话".encode() not in stored
    assert entries(people, Action.SAVED_ADD) == 1


def test_what_is_typed_in_place_of_a_number_is_masked_in_the_log(people: Office) -> None:
    typed = "11010519491231002X"
    desk = people.archive.saved

    for ask in (desk.run, desk.delete, lambda number, user: desk.rename(number, "甲", user=user)):
        with pytest.raises(NotFoundError):
            ask(typed, user="chief")

    entries = people.application.audit.search(AuditFilter(user="chief"), "admin")
    assert {each.entry.target for each in entries} == {"110***********002X"}
