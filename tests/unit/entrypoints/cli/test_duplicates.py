"""`archsearch duplicates`."""

from pathlib import Path

from .conftest import Run


def test_groups_are_listed_a_record_a_line(change: Run, tmp_path: Path) -> None:
    rows = tmp_path / "客户.csv"
    rows.write_text("姓名,电话\n欧阳震华,13812345678\n欧阳振华,13812345678\n", encoding="utf-8")
    assert change("ingest", str(rows)).code == 0

    first, second = change("duplicates").rows

    assert (first[:2], second[:2]) == (["1", "likely"], ["1", "likely"])
    assert {first[4], second[4]} == {"欧阳震华", "欧阳振华"}
    assert "同音" in first[5]
    assert "电话一致" in first[5]
    found = change("duplicates", "--json").document
    assert list(found) == ["total", "records", "groups", "took_ms", "offset", "limit", "note"]
    assert found["total"] == 1


def test_nothing_found_is_said(run: Run) -> None:
    ran = run("duplicates", "--least", "同一")

    assert (ran.code, ran.out) == (0, "")
    assert "没有" in ran.err


def test_a_degree_that_is_none_is_a_usage_error(run: Run) -> None:
    assert run("duplicates", "--least", "none").code == 2


def test_who_may_see_nothing_is_told_so(change: Run) -> None:
    change("user", "add", "zhao")

    told = "您的角色或部门没有可检索的档案"
    assert told in change("--as", "zhao", "duplicates").err
    assert told in change("--as", "zhao", "duplicates", "--json").document["note"]
    assert told not in change("duplicates").err
