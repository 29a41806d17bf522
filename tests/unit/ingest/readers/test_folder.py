import os
from pathlib import Path

from archsearch.domain.problem import Problem, Severity
from archsearch.ingest.readers.reader import read
from archsearch.ingest.rows import Row
from tests.unit.ingest.readers.conftest import Reading

CSV = "姓名,电话\n张三,1\n"


def test_a_folder_is_read_in_order_without_hidden_temporary_and_rejected_files(
    tmp_path: Path,
) -> None:
    kept = ["a.csv", "b/a.json", "b/c/x.csv", "c.csv"]
    passed = [".hidden.csv", "~$a.xlsx", "a.csv.part", "x.tmp", "b/.git/x.csv", "Thumbs.db"]
    for name in [*kept, *passed, "甲-12345678.拒收.xlsx"]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('{"姓名": 1}' if name.endswith("json") else CSV, encoding="utf-8")

    found = list(read(tmp_path))

    assert [item.where.source for item in found] == kept
    assert all(isinstance(item, Row) for item in found)


def test_a_bad_file_in_a_folder_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[", encoding="utf-8")
    (tmp_path / "b.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "c.pdf").write_text("x", encoding="utf-8")
    (tmp_path / "d.csv").symlink_to("b.csv")
    (tmp_path / "e").symlink_to("/")
    os.mkfifo(tmp_path / "f.csv")

    found = list(read(tmp_path))

    assert [item.code if isinstance(item, Problem) else "row" for item in found] == [
        *("truncated", "row", "unknown_format", "not_regular_file", "not_regular_file"),
        "not_regular_file",
    ]
    mild = [
        item.code
        for item in found
        if isinstance(item, Problem) and item.severity is Severity.WARNING
    ]
    assert mild == ["unknown_format"]


def test_folders_deeper_than_any_path_are_walked_without_harm(tmp_path: Path) -> None:
    start = Path.cwd()
    try:
        os.chdir(tmp_path)
        for _ in range(100):
            Path("d" * 50).mkdir()
            os.chdir("d" * 50)
        Path("a.csv").write_text(CSV, encoding="utf-8")
    finally:
        os.chdir(start)

    assert Reading(list(read(tmp_path))).problems == [("unreadable", 0)]


def test_an_empty_folder_is_reported(tmp_path: Path) -> None:
    assert Reading(list(read(tmp_path))).problems == [("empty", 0)]
