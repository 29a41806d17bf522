"""`archsearch audit report` and the log as a file."""

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path

from tests.unit.entrypoints.cli.conftest import Run


class Page(HTMLParser):
    """Reads a page, and holds every element to be closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name in {"src", "href"}]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text("utf-8"))
    assert page.open == []
    return page


def test_a_report_is_one_object_for_programs_and_lines_in_a_pipe(run: Run) -> None:
    run("search", "张")
    report = json.loads(run("audit", "report", "--json").out)
    lines = [line.split("\t") for line in run("audit", "report").out.splitlines()]

    assert report["entries"] == sum(tally["entries"] for tally in report["actions"])
    assert len(report["hours"]) == 24
    assert {line[0] for line in lines} >= {"total", "user", "department", "action", "hour", "day"}
    assert all(len(line) == 5 for line in lines)


def test_a_page_of_a_report_needs_nothing_else_and_holds_what_was_typed_as_text(
    change: Run, tmp_path: Path
) -> None:
    evil = "<script>alert(1)</script>"
    change("show", evil)
    path = tmp_path / "report.html"

    done = change("audit", "report", "--target", evil, "-o", str(path))
    page = read(path)

    assert done.code == 0
    assert evil in page.text
    assert "script" not in page.tags
    assert not re.search(r"https?:|url\(|@import", path.read_text("utf-8"))
    assert path.stat().st_mode & 0o077 == 0


def test_an_empty_time_says_so(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "report.html"

    run("audit", "report", "--until", "2001-01-01", "-o", str(path))

    assert "没有操作" in read(path).text


def test_files_must_be_of_the_kind_that_is_written(run: Run, tmp_path: Path) -> None:
    assert run("audit", "report", "-o", str(tmp_path / "report.pdf")).code == 2
    assert run("audit", "list", "-o", str(tmp_path / "log.xlsx")).code == 2


def test_a_file_that_cannot_be_written_is_an_error_and_leaves_nothing(
    run: Run, tmp_path: Path
) -> None:
    done = run("audit", "list", "-o", str(tmp_path / "missing" / "log.csv"))

    assert done.code == 1
    assert "无法写入 log.csv" in done.err
    assert list(tmp_path.iterdir()) == []


def test_the_log_as_a_file_has_every_entry_and_no_formula(change: Run, tmp_path: Path) -> None:
    change("show", "=1+1")
    path = tmp_path / "log.csv"

    change("audit", "list", "-o", str(path), "--limit", "1")
    rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))

    assert [row[0] for row in rows[1:]] == [str(number) for number in range(1, len(rows))]
    assert rows[0][:3] == ["序号", "时间", "用户"]
    assert "'=1+1" in {row[4] for row in rows}
