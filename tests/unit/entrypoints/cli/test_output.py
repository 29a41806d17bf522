"""What people see where programs get lines."""

from pathlib import Path

import pytest

from archsearch.entrypoints.cli import output

from .conftest import Ran, Run, runner


@pytest.fixture
def watched(archive_home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command line as if a person looked at its output."""
    monkeypatch.setattr(output, "_terminal", lambda _: True)
    ask = runner(archive_home)

    def run(*arguments: str) -> Ran:
        return ask(*arguments, "--quiet", "--no-color")

    return run


@pytest.fixture
def record_id(run: Run) -> str:
    return run("search", "-q", "张伟", "--mode", "exact").rows[0][0]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["search", "逾期"], ["档号", "命中方式", "江苏省 苏州市", "备注：逾期两次"]),
        (["search", "--facet", "region", "--limit", "0"], ["地区\n华东      3", "\n  上海市  1"]),
        (["search", "--facet", "tags,nature", "--limit", "0"], ["关键词标签", "客户性质", "█"]),
        (["match", "张伟", "查无此人乎"], ["最像的档案", "没有找到"]),
        (["suggest", "zhang"], ["名称", "张伟"]),
        (["user", "list"], ["用户名", "部门经理", "华东分行/信贷部", "正常"]),
        (["department", "list"], ["华东分行\n  信贷部"]),
        (["index", "stats"], ["档案", "4"]),
        (["audit", "list", "--action", "init"], ["时间", "新建工作区", "完成"]),
        (["doctor"], ["✓", "操作日志", "链条完整"]),
        (["version"], ["archsearch"]),
    ],
    ids=lambda value: " ".join(value[:3]),
)
def test_people_get_tables_in_chinese(
    watched: Run, arguments: list[str], expected: list[str]
) -> None:
    ran = watched(*arguments)

    assert (ran.code, ran.err) == (0, "")
    assert "\t" not in ran.out
    for each in expected:
        assert each in ran.out


def test_people_see_a_record_with_labels_and_where_values_come_from(
    record_id: str, watched: Run
) -> None:
    shown = watched("show", record_id).out

    assert f"{record_id} · 第 1 版" in shown
    assert "客户名称    张伟" in shown
    assert "联系人姓名 李梅   联系人电话 139****1111" in shown
    assert "密级        内部（默认）" in shown


def test_people_see_the_versions_of_a_record(record_id: str, watched: Run) -> None:
    shown = watched("show", record_id, "--history").out

    assert "版本" in shown
    assert "建档" in shown


def test_people_get_json_indented(watched: Run) -> None:
    assert watched("version", "--json").out.startswith('{\n  "version"')


def test_people_see_why_rows_were_rejected(
    fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "_terminal", lambda _: True)
    source = tmp_path / "客户.csv"
    source.write_text("姓名,备注\n王芳,\n,一\n,二\n", encoding="utf-8")

    ran = runner(fresh)("ingest", str(source), "-q", "--no-color")

    assert ran.code == 6
    for each in ("录入完成", "新增      1", "拒收      2", "拒收的原因", "客户.csv 第 3 行"):
        assert each in ran.out


def test_people_see_every_column_that_nobody_knows(
    fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "_terminal", lambda _: True)
    unknown = [f"天书{number}" for number in range(6)]
    source = tmp_path / "客户.csv"
    source.write_text(
        ",".join(["姓名", *unknown]) + "\n" + ",".join(["王芳", *unknown]) + "\n", encoding="utf-8"
    )

    ran = runner(fresh)("ingest", str(source), "-q", "--no-color", COLUMNS="160")

    for each in unknown:
        assert each in ran.out


def test_a_dry_run_says_that_nothing_was_written(
    fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "_terminal", lambda _: True)
    source = tmp_path / "客户.csv"
    source.write_text("姓名\n王芳\n", encoding="utf-8")

    assert "没有写入任何内容" in runner(fresh)("ingest", str(source), "-q", "--dry-run").out
