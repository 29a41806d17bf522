"""`archsearch match` and `archsearch suggest`."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from .conftest import Run


def test_each_name_has_its_best_hits(run: Run) -> None:
    rows = run("match", "张伟", "查无此人乎").rows

    first, *_, last = rows
    assert (first[0], first[1], first[3]) == ("张伟", "1", "张伟")
    assert "精确" in first[4]
    assert first[5:] == ["1", "same"]
    assert last == ["查无此人乎", "0", "", "", "", "", ""]


def test_a_name_that_is_like_one_is_judged(run: Run) -> None:
    found = {row[3]: row for row in run("match", "章伟", "--limit", "2").rows}

    assert found["章伟"][6] == "same"
    assert found["张伟"][4:] == ["同音", "0.866667", "possible"]


def test_the_number_of_hits_is_bounded(run: Run) -> None:
    assert [row[1] for row in run("match", "张伟", "--limit", "1").rows] == ["1"]


def test_the_answer_as_json_has_a_list_of_hits_a_name(run: Run) -> None:
    matches = run("match", "张伟", "无", "--json").document["matches"]

    assert [each["query"] for each in matches] == ["张伟", "无"]
    assert matches[0]["hits"][0]["record"]["name"] == "张伟"
    assert matches[1]["hits"] == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_names_come_from_a_text_file_a_line_each(run: Run, tmp_path: Path, encoding: str) -> None:
    names = tmp_path / "名单.txt"
    names.write_text("张伟\r\n\r\n  王芳  \n中国农业发展银行浙江省分行", encoding=encoding)

    rows = run("match", "--file", str(names), "--limit", "1").rows

    assert [row[3] for row in rows] == ["张伟", "王芳", "中国农业发展银行浙江省分行"]


def test_names_come_from_standard_input(run: Run) -> None:
    assert [row[0] for row in run("match", "--file", "-", stdin="张伟\n王芳\n").rows][-1] == "王芳"


def test_names_come_from_the_column_of_names_of_a_table(run: Run, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["编号", "企业名称"], [1, "王芳"], [2, None], [3, "张伟"]):
        sheet.append(row)
    book.save(tmp_path / "名单.xlsx")

    rows = run("match", "--file", str(tmp_path / "名单.xlsx"), "--limit", "1").rows

    assert [row[0] for row in rows] == ["王芳", "", "张伟"]
    assert rows[1] == ["", "0", "", "", "", "", ""]


def test_a_table_without_names_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "名单.csv").write_text("编号,金额\n1,2\n", encoding="utf-8")

    ran = run("match", "--file", str(tmp_path / "名单.csv"))

    assert (ran.code, ran.out) == (1, "")
    assert "客户名称" in ran.err


def test_a_list_that_is_not_there_is_not_found(run: Run, tmp_path: Path) -> None:
    assert run("match", "--file", str(tmp_path / "没有.txt")).code == 3


def test_more_names_than_one_batch_are_all_answered(run: Run) -> None:
    names = [f"查无此人{number}" for number in range(501)]

    rows = run("match", "--file", "-", stdin="\n".join([*names, "王芳"])).rows

    assert rows[-1][3] == "王芳"
    assert {row[0] for row in rows} == {*names, "王芳"}


def test_no_names_at_all_is_a_usage_error(run: Run) -> None:
    assert run("match").code == 2


def test_names_are_suggested_by_pinyin(run: Run) -> None:
    rows = run("suggest", "zhangw").rows

    assert {row[0] for row in rows} == {"张伟", "章伟"}
    assert all(row[1] and row[2] for row in rows)


def test_suggestions_as_json(run: Run) -> None:
    (found,) = run("suggest", "王", "--json").document["suggestions"]

    assert list(found) == ["text", "channel", "record_id"]
    assert found["text"] == "王芳"


def test_a_table_with_numbers_is_screened_into_a_file(run: Run, tmp_path: Path) -> None:
    source, target = tmp_path / "名单.csv", tmp_path / "结果.csv"
    source.write_text("姓名,电话\n张伟,13800000000\n查无此人乎,\n", encoding="utf-8")

    ran = run("match", "--file", str(source), "-o", str(target), "--limit", "1")

    assert dict(ran.rows)["same"] == "1"
    assert dict(ran.rows)["none"] == "1"
    assert "同一" in target.read_text(encoding="utf-8-sig")
    again = run("match", "--file", str(source), "-o", str(target), "--json").document
    assert list(again)[:4] == ["lines", "verdicts", "output", "unnamed"]


def test_rows_without_a_name_are_told_and_keep_their_numbers(run: Run, tmp_path: Path) -> None:
    source, target = tmp_path / "名单.csv", tmp_path / "结果.csv"
    source.write_text("序号,姓名\n1,张伟\n2,\n3,王芳\n", encoding="utf-8")

    ran = run("match", "--file", str(source), "-o", str(target), "--limit", "1")
    shown = run("match", "--file", str(source), "--limit", "1", "--json").document["matches"]

    rows = [line.split(",") for line in target.read_text(encoding="utf-8-sig").splitlines()[1:]]
    assert [(row[0], row[1]) for row in rows] == [("2", "张伟"), ("3", ""), ("4", "王芳")]
    assert "没有名称" in rows[1]
    assert "没有名称的 1 行" in ran.err
    assert [each["line"] for each in shown] == ["2", "3", "4"]


def test_columns_that_are_not_known_are_told_beside_the_data(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "名单.csv"
    source.write_text("身分証,姓名\n1101,张伟\n", encoding="utf-8")

    ran = run("match", "--file", str(source))

    assert ran.err.count("未识别的列：") == 1
    assert "身分証" in ran.err
    assert "身分証" not in ran.out


def test_evidence_that_cannot_be_read_is_counted(run: Run, tmp_path: Path) -> None:
    source, target = tmp_path / "名单.csv", tmp_path / "结果.csv"
    source.write_text("姓名,身份证号,出生日期\n张伟,abc,1990\n王芳,xyz,\n", encoding="utf-8")

    told = run("match", "--file", str(source)).err
    filed = run("match", "--file", str(source), "-o", str(target), "--json")

    assert all(each in told for each in ("证件号码 2 行", "出生日期 1 行"))
    assert "证件号码 2 行" in filed.err
    assert filed.document["unread"] == {"id_number": 2, "birth_date": 1}
    assert "abc" not in told + filed.err + filed.out


def test_who_may_see_nothing_is_told_so(change: Run, tmp_path: Path) -> None:
    change("user", "add", "zhao")
    target = str(tmp_path / "结果.csv")

    shown = change("--as", "zhao", "match", "张伟")
    filed = change("--as", "zhao", "match", "张伟", "-o", target)

    told = "您的角色或部门没有可检索的档案"
    assert told in shown.err
    assert told in filed.err
    assert told in change("--as", "zhao", "match", "张伟", "--json").document["note"]
    assert told in change("--as", "zhao", "match", "张伟", "-o", target, "--json").document["note"]
    assert told not in change("match", "张伟").err
    assert change("match", "张伟", "--json").document["note"] == ""


def test_a_result_of_another_kind_is_a_usage_error(run: Run, tmp_path: Path) -> None:
    assert run("match", "张伟", "-o", str(tmp_path / "结果.pdf")).code == 2
