"""`archsearch saved`."""

from .conftest import Run


def test_a_search_is_saved_listed_run_renamed_and_deleted(change: Run) -> None:
    made = change("saved", "save", "华东高价值", "--region", "华东", "--tier", "高价值")
    change("create", "姓名=新来的", "地区=上海市", "价值等级=高价值", "部门=总行")

    (row,) = change("saved", "list").rows
    found = change("saved", "run", "1", "--json").document
    (after,) = change("saved", "list", "--json").document["saved"]

    assert made.rows[0][:4] == ["1", "华东高价值", "0", "0"]
    assert row[:4] == ["1", "华东高价值", "1", "1"]
    assert (found["total"], after["new"], after["fresh"]) == (1, 0, [])
    assert change("saved", "rename", "1", "重点").rows[0][1] == "重点"
    assert change("saved", "delete", "1").code == 0
    assert change("saved", "run", "1").code == 3


def test_a_name_that_is_taken_is_a_conflict(change: Run) -> None:
    change("saved", "save", "全部")

    assert change("saved", "save", "全部").code == 5
    assert change("saved", "save", "括号", "张 (").code == 2
