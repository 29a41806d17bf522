"""Modes, order, pages, facets, sorts and suggestions, as one request after another sees them."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from archsearch.domain.query import Mode, Page
from archsearch.errors import ArchsearchError, BusyError, InvalidRequestError
from archsearch.storage import outbox
from archsearch.storage.outbox import PendingAccess
from tests.offices import Office


def ids(page: Page) -> list[str]:
    return [hit.record_id for hit in page.hits]


@pytest.fixture
def names(office: Office) -> Office:
    office.feed(
        {"record_id": "P1", "name": "张伟", "notes": "逾期两次"},
        {"record_id": "P2", "name": "章伟"},
        {"record_id": "P3", "name": "张玮", "former_names": ["张大伟"]},
        {"record_id": "P4", "name": "王芳", "notes": "与张伟合办企业，授信"},
        {"record_id": "C1", "name": "上海华信科技有限公司", "notes": "展期"},
    )
    return office


# Modes -------------------------------------------------------------------------------------------


def test_automatic_search_puts_exact_hits_first_and_says_so(names: Office) -> None:
    page = names.archive.search("张伟", user="admin")

    assert page.mode == "fuzzy"
    assert set(ids(page)[:2]) == {"P1", "P4"}
    assert set(ids(page)[2:]) == {"P2", "P3"}
    assert [hit.channels[0] for hit in page.hits[:2]] == ["精确", "精确"]
    assert all("精确" not in hit.channels for hit in page.hits[2:])
    assert page.note == "精确匹配 2 条，其余为近似匹配。"


def test_exact_search_finds_what_is_written_only(names: Office) -> None:
    page = names.archive.search("张伟", user="admin", mode="exact")

    assert (page.mode, set(ids(page)), page.note) == ("exact", {"P1", "P4"}, "")


def test_enough_exact_hits_end_an_automatic_search(office: Office) -> None:
    office.feed(*({"record_id": f"R{number}", "name": "张伟"} for number in range(10)))
    office.feed({"record_id": "N", "name": "章伟"})

    assert office.archive.search("张伟", user="admin").total == 10
    assert office.archive.search("张伟", user="admin", mode="fuzzy").total == 11


def test_when_no_record_holds_all_words_those_with_most_are_ranked(names: Office) -> None:
    page = names.archive.search("上海华信展期了吗", user="admin")

    assert (page.mode, ids(page)) == ("evidence", ["C1"])
    assert page.hits[0].channels == ("相关",)
    assert "没有档案同时包含" in page.note
    exact = names.archive.search("上海华信展期了吗", user="admin", mode="exact")
    assert (exact.total, exact.mode) == (0, "exact")


@pytest.fixture
def remarks(office: Office) -> Office:
    office.feed(
        {"record_id": "B", "name": "甲", "notes": "污水处理站已并网，绿色贷款到期"},
        {"record_id": "H", "name": "乙", "notes": "污水处理站申请绿色信贷"},
        {"record_id": "L", "name": "丙", "notes": "处理投诉"},
        {"record_id": "N", "name": "北京污水治理有限公司", "notes": "按揭"},
    )
    return office


def test_records_that_hold_most_of_several_words_follow_those_that_hold_all(
    remarks: Office,
) -> None:
    page = remarks.archive.search("污水处理站 绿色贷款", user="admin")

    assert (page.mode, ids(page)) == ("fuzzy", ["B", "H"])
    assert page.note == "精确匹配 1 条，其余为近似匹配。"
    assert page.hits[1].channels == ("相关",)
    assert remarks.seen("admin", "污水处理站 绿色贷款", mode="exact") == {"B"}


def test_records_that_hold_the_words_go_before_names_that_are_hardly_like_them(
    remarks: Office,
) -> None:
    page = remarks.archive.search("污水处理站并网信贷", user="admin")

    assert (page.mode, ids(page)[:2]) == ("evidence", ["H", "B"])


def test_a_mangled_name_of_a_company_is_looked_for_among_names(office: Office) -> None:
    office.feed(
        {"record_id": "N", "name": "广州荣文科技有限公司"},
        {"record_id": "W", "name": "甲", "notes": "科技公司"},
    )

    assert ids(office.archive.search("卜州荣岛科技今限公司", user="admin"))[:1] == ["N"]


def test_who_is_asked_for_by_name_is_not_buried_under_words(remarks: Office) -> None:
    page = remarks.archive.search("北京污水治理有限公司", user="admin")

    assert (page.mode, ids(page)) == ("exact", ["N"])


def test_a_day_that_is_found_is_not_looked_for_in_pieces(office: Office) -> None:
    office.feed(
        {"record_id": "D", "name": "甲公司", "established_on": "2020-03-05"},
        {"record_id": "O", "name": "乙公司", "notes": "2020年3月2日来访，5日答复"},
    )

    assert office.seen("admin", "2020年3月5日") == {"D"}


def test_a_name_nobody_has_is_answered_with_the_nearest_as_a_suggestion(names: Office) -> None:
    by_slip = names.archive.search("上海华新科技有限公司", user="admin")
    exact = names.archive.search("上海华新科技有限公司", user="admin", mode="exact")
    nothing = names.archive.search("阿里巴巴", user="admin")
    found = names.archive.search("王芳", user="admin")

    assert (by_slip.suggestion, by_slip.total) == ("上海华信科技有限公司", 1)
    assert (exact.suggestion, exact.total) == ("上海华信科技有限公司", 0)
    assert (nothing.suggestion, nothing.total, nothing.hits) == (None, 0, ())
    assert found.suggestion is None


# Pages -------------------------------------------------------------------------------------------


@pytest.fixture
def many(office: Office) -> Office:
    office.feed(
        *(
            {
                "record_id": f"R{number:02d}",
                "name": f"张{'伟玮明'[number % 3]}{number}",
                "notes": "逾期" * (number % 4),
                "value_tier": ["高价值", "中价值", "低价值"][number % 3],
                "tags": ["授信"] if number % 2 else ["授信", "逾期"],
                "created_at": f"2025-01-{number % 9 + 1:02d}",
                **({"credit": {"overdue": number % 5}} if number % 3 else {}),
                **({"established_on": f"20{number:02d}-01-01"} if 9 < number < 20 else {}),
            }
            for number in range(40)
        )
    )
    return office


@pytest.mark.parametrize("query", ["", "张", "逾期", "张伟", "zhang", "-逾期"])
@pytest.mark.parametrize("sort", ["relevance", "-created_at", "name", "credit.overdue"])
def test_walking_the_pages_gives_the_whole_list_once(many: Office, query: str, sort: str) -> None:
    whole = many.archive.search(query, user="admin", sort=sort, limit=1000)

    for step in (1, 7):
        assert many.listed("admin", query, sort=sort, step=step) == ids(whole)
    beyond = many.archive.search(query, user="admin", sort=sort, offset=whole.total)
    assert (beyond.hits, beyond.total) == ((), whole.total)


def test_without_a_query_the_newest_come_first(many: Office) -> None:
    page = many.archive.search(user="admin", limit=100)

    days = [str(hit.record["created_at"]) for hit in page.hits]
    assert days == sorted(days, reverse=True)
    keys = [(hit.record["created_at"], hit.record_id) for hit in page.hits]
    assert all(first[1] < second[1] for first, second in pairwise(keys) if first[0] == second[0])


@pytest.mark.parametrize("sort", ["credit.overdue", "established_on", "value_tier", "name"])
@pytest.mark.parametrize("descending", [False, True])
def test_sorting_puts_missing_values_last_and_breaks_ties_by_record_id(
    many: Office, sort: str, descending: bool
) -> None:
    group, _, member = sort.partition(".")
    tiers = ["高价值", "中价值", "低价值"]

    def key(values: Any) -> Any:
        value = values.get(group)
        value = value.get(member) if member and value else None if member else value
        return tiers.index(str(value)) if sort == "value_tier" else value

    sign = "-" if descending else ""
    page = many.archive.search(user="admin", sort=sign + sort, limit=100)

    rows = [(key(hit.record), hit.record_id) for hit in page.hits]
    held = [row for row in rows if row[0] is not None]
    lacking = [row for row in rows if row[0] is None]
    assert rows == held + lacking
    assert bool(lacking) == (sort in {"credit.overdue", "established_on"})
    assert lacking == sorted(lacking)
    if sort != "name":  # sorted by pinyin, which is the engine's business
        expected = sorted(sorted(held, key=lambda row: row[1]), key=lambda row: row[0])
        if descending:
            expected = sorted(held, key=lambda row: row[1])
            expected.sort(key=lambda row: row[0], reverse=True)
        assert held == expected


def test_an_order_by_a_field_goes_before_exactness(many: Office) -> None:
    page = many.archive.search("张伟0", user="admin", mode="fuzzy", sort="-created_at", limit=50)

    days = [hit.record["created_at"] for hit in page.hits]
    assert len(set(days)) > 1
    assert days == sorted(days, key=str, reverse=True)


@pytest.mark.parametrize("query", ["", "逾期", "张伟"])
def test_each_facet_count_is_what_filtering_by_it_gives(many: Office, query: str) -> None:
    page = many.archive.search(query, user="admin", facets=["tags", "value_tier"], mode="exact")

    assert page.total
    for key, counts in page.facets.items():
        for value, number in counts:
            filtered = many.archive.search(
                query, user="admin", filters={key: value}, mode="exact", limit=0
            )
            assert filtered.total == number
    assert list(page.facets) == ["tags", "value_tier"]


# Limits ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more",
    [
        {"limit": -1},
        {"limit": 1001},
        {"offset": -1},
        {"offset": 10**9},
        {"mode": "magic"},
        {"sort": "电话"},
        {"sort": "没有"},
        {"facets": ["phones"]},
        {"facets": ["@department"]},
        {"filters": {"@id": "R1"}},
        {"filters": {"name#whole": "x"}},
        {"filters": {"tags": {"like": "x"}}},
        {"filters": {"tags": ["x"] * 257}},
        {"filters": {"tags": "x" * 513}},
        {"filters": {"tags": [["x"]]}},
        {"filters": {"phones": {"from": "1"}}},
        {"filters": {"tags": ""}},
        {"filters": {"tags": None}},
        {"filters": {"tags": "\ud800"}},
        {"query": "张" * 513},
        {"query": "张 " * 40},
        {"query": "(" * 100 + "张" + ")" * 100},
        {"query": "\ud800"},
        {"query": "电话:138*"},
        {"query": "证件号码:1..2"},
        {"query": "@department:总行"},
        {"query": "NOT " * 50 + "张"},
    ],
)
def test_what_cannot_be_asked_is_said_in_chinese(names: Office, more: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        names.archive.search(more.pop("query", ""), user="admin", **more)

    assert any("\u4e00" <= character <= "\u9fff" for character in str(refused.value))
    str(refused.value).encode()


def test_a_list_to_screen_is_bounded_in_lines_and_length(names: Office) -> None:
    match = names.archive.match
    assert [len(hits) for hits in match(["张伟", "", "——", "阿里巴巴"], user="admin")] == [
        3,
        0,
        0,
        0,
    ]
    assert ids_of(match("王芳", user="admin")) == [["P4"]]
    for lines in (["x"] * 10_001, ["张" * 513]):
        with pytest.raises(InvalidRequestError):
            match(lines, user="admin")
    with pytest.raises(InvalidRequestError):
        match(["张伟"], user="admin", limit=51)


def ids_of(found: tuple[tuple[Any, ...], ...]) -> list[list[str]]:
    return [[hit.record_id for hit in hits] for hits in found]


def test_suggestions_complete_names_by_characters_pinyin_and_initials(names: Office) -> None:
    def texts(typed: str, **more: int) -> list[tuple[str, str]]:
        found = names.archive.suggest(typed, user="admin", **more)
        return [(each.text, each.channel) for each in found]

    assert ("张伟", "精确") in texts("张")
    assert set(texts("zhangw")) == {("张伟", "拼音"), ("章伟", "拼音"), ("张玮", "拼音")}
    assert set(texts("shhx")) == {("上海华信科技有限公司", "首字母")}
    assert texts("——") == texts("没有") == []
    assert len(texts("z", limit=2)) == 2
    assert len(texts("z" * 600)) == 0


def test_what_is_sensitive_is_masked_on_every_way_out(office: Office) -> None:
    phone, number = "13812345678", "11010519491231002X"
    office.feed(
        {"record_id": "A", "name": "甲", "phones": [phone], "id_number": number,
         "contacts": [{"name": "乙", "phone": "13987654321"}], "finance": {"income": 98765}}
    )  # fmt: skip
    archive = office.archive

    found = [
        *(archive.search(query, user="admin") for query in ("", phone, "5678", number, "甲")),
        archive.match(["甲"], user="admin"),
        archive.get("A", user="admin"),
        archive.history("A", user="admin"),
    ]

    assert all(page.total == 1 for page in found[:5] if isinstance(page, Page))
    for answer in found:
        for secret in (phone, number, "13987654321", "98765", "1949"):
            assert secret not in str(answer)


# Rights in motion --------------------------------------------------------------------------------


def test_a_search_that_cannot_be_sure_of_rights_says_so(
    names: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counting anyway would count records that are no longer the user's to see."""

    def incomplete(*_: object) -> PendingAccess:
        return PendingAccess({}, complete=False)

    asks: list[Callable[[], object]] = [
        lambda: names.archive.search("张", user="admin"),
        lambda: names.archive.suggest("张", user="admin"),
        lambda: names.archive.match(["张伟"], user="admin"),
    ]
    monkeypatch.setattr(outbox, "pending_access", incomplete)
    for ask in asks:
        with pytest.raises(BusyError):
            ask()
    monkeypatch.undo()
    for ask in asks:
        assert ask()


def test_what_a_killed_process_left_unindexed_is_found_by_the_first_search(
    office: Office,
) -> None:
    office.feed({"record_id": "A", "name": "甲"})
    office.application.index.drain = lambda *_, **__: 0  # type: ignore[method-assign]
    office.feed({"record_id": "B", "name": "乙"})
    assert office.seen("admin") == {"A"}

    with Office(office.path) as restarted:
        assert restarted.seen("admin") == {"A", "B"}
        assert restarted.ailments() == []


def test_a_user_with_an_empty_scope_is_told_of_mistakes_like_anybody(names: Office) -> None:
    names.hire(eye="auditor at 总行")

    answers = []
    for user in ("eye", "admin"):
        with pytest.raises(ArchsearchError) as refused:
            names.archive.search("姓名:(", user=user)
        answers.append(str(refused.value))
    assert answers[0] == answers[1]
    empty = names.archive.search("张伟", user="eye", facets=["tags"])
    assert (empty.total, empty.hits, empty.facets) == (0, (), {"tags": ()})


def test_who_may_search_nothing_is_told_so_and_nothing_of_the_archive(names: Office) -> None:
    names.hire(eye="auditor", lost="manager", clerk="employee at 总行")

    def note(user: str, query: str, mode: str) -> str:
        page = names.archive.search(query, user=user, mode=mode)
        assert page.total == 0
        return page.note

    for user in ("eye", "lost"):
        told = {note(user, query, mode) for query in ("张伟", "没有", "") for mode in Mode}
        assert told == {"您的角色或部门没有可检索的档案，请联系管理员。"}
    assert note("clerk", "张伟", "auto") == ""
