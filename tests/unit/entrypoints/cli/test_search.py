"""`archsearch search`."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

import archsearch
from archsearch.domain.query import Hit, Page

from .conftest import Run, runner


def names(run: Run, *arguments: str) -> list[str]:
    return [row[1] for row in run("search", "-q", *arguments).rows]


def test_a_hit_is_a_line_of_stable_columns(run: Run) -> None:
    ran = run("search", "张伟", "--mode", "exact")

    ((record_id, *rest),) = ran.rows
    assert record_id.startswith("A001-GR-")
    assert rest == ["张伟", "个人", "高价值", "华东/江苏省/苏州市/吴中区", "授信、逾期", "精确"]
    assert "共 1 条" in ran.err


def test_words_are_joined_and_all_must_match(run: Run) -> None:
    assert names(run, "张伟", "逾期") == ["张伟"]
    assert sorted(names(run, "逾期", "--mode", "exact")) == ["张伟", "王芳"]


def test_a_word_after_a_minus_sign_is_excluded(run: Run) -> None:
    assert names(run, "逾期", "-结清", "--mode", "exact") == ["王芳"]
    assert names(run, "--mode", "exact", "--", "-结清", "逾期") == ["王芳"]
    assert names(run, "--mode", "exact", "逾期", "-备注:结清") == ["王芳"]


def test_without_a_query_everything_is_listed_newest_first(run: Run) -> None:
    listed = names(run)

    assert listed == ["王芳", "中国农业发展银行浙江省分行", "章伟", "张伟"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--region", "华东"], ["张伟", "章伟", "中国农业发展银行浙江省分行"]),
        (["--region", "上海市", "--region", "北京市"], ["王芳", "章伟"]),
        (["--region", "上海市,北京市"], ["王芳", "章伟"]),
        (["--tier", "高价值", "--nature", "企业"], ["中国农业发展银行浙江省分行"]),
        (["--tag", "授信"], ["张伟", "章伟"]),
        (["--all-tags", "授信,逾期"], ["张伟"]),
        (["--department", "华东分行/信贷部"], ["张伟"]),
        (["--filter", "客户性质!=个人"], ["中国农业发展银行浙江省分行"]),
        (["--filter", "建档时间=2026-02..2026-03"], ["章伟", "中国农业发展银行浙江省分行"]),
        (["--since", "2026-03-01"], ["王芳", "中国农业发展银行浙江省分行"]),
        (["--until", "2026-01-31"], ["张伟"]),
        (["--status", "冻结"], []),
        (["--business", "理财"], []),
    ],
    ids=" ".join,
)
def test_filters_narrow(run: Run, options: list[str], expected: list[str]) -> None:
    assert sorted(names(run, *options)) == sorted(expected)


def test_records_are_sorted_by_a_field_by_any_of_its_names(run: Run) -> None:
    oldest = names(run, "--sort", "created_at")

    assert oldest == ["张伟", "章伟", "中国农业发展银行浙江省分行", "王芳"]
    assert names(run, "--sort", "-建档时间") == oldest[::-1]


def test_pages_follow_each_other(run: Run) -> None:
    first = run("search", "--limit", "3")
    second = run("search", "--limit", "3", "--offset", "3")

    assert (len(first.rows), len(second.rows)) == (3, 1)
    assert "下一页：--offset 3" in first.err
    assert "第 4–4 条" in second.err


def test_facets_follow_the_hits_after_an_empty_line(run: Run) -> None:
    rows = run("search", "--facet", "客户性质,value_tier", "--limit", "1").rows

    assert rows[1] == [""]
    assert ["nature", "个人", "3"] in rows[2:]
    assert ["value_tier", "高价值", "2"] in rows[2:]


def test_facets_alone_have_no_empty_line(run: Run) -> None:
    rows = run("search", "--facet", "nature", "--limit", "0").rows

    assert rows == [["nature", "个人", "3"], ["nature", "企业", "1"]]


def test_the_answer_as_json_has_the_keys_of_the_api(archive_home: Path, run: Run) -> None:
    ran = run("search", "张伟", "--facet", "region", "--json")

    with archsearch.open(archive_home) as archive:
        page = archive.search("张伟", user="admin", facets=["region"])
    assert list(ran.document) == [each.name for each in fields(Page)]
    assert list(ran.document["hits"][0]) == [each.name for each in fields(Hit)]
    assert ran.document["total"] == page.total
    assert ran.document["facets"]["region"] == [list(each) for each in page.facets["region"]]
    assert [each["record"] for each in ran.document["hits"]] == [h.record for h in page.hits]
    assert ran.err == ""


def test_near_matches_are_said_to_be_such(run: Run) -> None:
    ran = run("search", "张玮")

    assert ran.code == 0
    assert "没有精确匹配，以下为近似匹配。" in ran.err
    assert "您是不是要找：" in ran.err


def test_nothing_found_is_an_answer_with_advice(run: Run) -> None:
    ran = run("search", "查无此人乎")

    assert (ran.code, ran.out) == (0, "")
    assert "没有找到" in ran.err


def test_who_may_search_nothing_is_told_so_instead_of_advice(archive_home: Path) -> None:
    ran = runner(archive_home, "审计")("search", "张伟")

    assert (ran.code, ran.out) == (0, "")
    assert "您的角色或部门没有可检索的档案" in ran.err
    assert "拼音" not in ran.err


def test_quiet_leaves_only_data(run: Run) -> None:
    assert run("search", "查无此人乎", "-q").err == ""


@pytest.mark.parametrize(
    ("query", "position"), [("（张伟 OR", 6), ("备注:逾期 （王", 6), ("字段:值", 0)]
)
def test_a_mistake_in_the_query_is_pointed_at(run: Run, query: str, position: int) -> None:
    told = run("search", query)
    asked = run("search", query, "--json")

    assert (told.code, asked.code) == (2, 2)
    assert asked.error["code"] == "query_syntax"
    where = asked.error["position"]
    assert where == position
    _, shown, caret = told.err.splitlines()
    assert shown == f"  {query}"
    columns = sum(1 if each.isascii() else 2 for each in query[:where])
    assert caret == " " * (2 + columns) + "^"
    assert f"（第 {where + 1} 个字）" in told.err


@pytest.mark.parametrize(
    "options",
    [
        ["--filter", "没有的字段=1"],
        ["--facet", "备注"],
        ["--sort", "备注"],
        ["--limit", "100000"],
        ["--filter", "地区="],
        ["--filter", "地区=火星"],
    ],
    ids=" ".join,
)
def test_an_impossible_request_is_a_usage_error(run: Run, options: list[str]) -> None:
    ran = run("search", *options)

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("错误：")


def test_a_user_sees_only_their_scope(archive_home: Path) -> None:
    manager, employee = runner(archive_home, "经理"), runner(archive_home, "li.na")

    assert sorted(names(manager)) == ["中国农业发展银行浙江省分行", "张伟", "章伟"]
    assert names(employee) == []


def test_an_unknown_user_is_denied(run: Run) -> None:
    ran = run("search", "--as", "陌生人", "--json")

    assert (ran.code, ran.error["code"]) == (4, "access_denied")


def test_sensitive_values_are_masked(run: Run) -> None:
    out = run("search", "13812345678", "--json").out

    assert json.loads(out)["total"] == 1
    assert "13812345678" not in out


def test_what_a_killed_run_left_is_found(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = runner(fresh)
    with monkeypatch.context() as patch, archsearch.open(fresh) as archive:
        patch.setattr("archsearch.services.index.IndexService.drain", lambda *_, **__: 0)
        archive.ingest({"姓名": "迟到的人"}, user="admin")

    assert names(run, "迟到的人") == ["迟到的人"]
