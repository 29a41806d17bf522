"""`archsearch watch --once`, `inbox`, `show --scan`."""

import json
import shutil
from pathlib import Path

import pytest

from archsearch.entrypoints.cli.output import Output
from tests.offices import Office
from tests.scans import read_scans, scan_of

from .conftest import Run, runner


@pytest.fixture
def home(filled_home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled_home, tmp_path / "ws"))


@pytest.fixture
def change(home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("ARCHSEARCH__INBOX__SETTLE_SECONDS", "0")
    monkeypatch.setenv("ARCHSEARCH__INBOX__POLL_MILLISECONDS", "50")
    return runner(home)


def test_a_scan_is_dropped_filed_found_and_taken_out_again(
    change: Run, home: Path, tmp_path: Path
) -> None:
    (home / "inbox" / "赵六_1234_合同_20240305.png").write_bytes(scan_of(1))

    watched = change("watch", "--once")

    assert watched.code == 0
    (row,) = change("inbox", "list", "--state", "archived").rows
    assert row[1] == "archived"
    record_id = row[4]
    assert record_id in change("search", "赵六").out
    out = tmp_path / "件.png"
    taken = change("show", record_id, "--scan", "1", "-o", str(out), "--reason", "核对")
    assert (taken.code, out.read_bytes()) == (0, scan_of(1))


def test_what_waits_or_was_returned_is_told_by_the_exit_code(change: Run, home: Path) -> None:
    (home / "inbox" / "坏.docx").write_text("x")

    watched = change("watch", "--once", "--json")

    assert (watched.code, watched.document["counts"]) == (6, {"quarantined": 1})
    (item,) = change("inbox", "list", "--json").document["items"]
    assert (item["file"], item["state"], item["reason"]) == (
        "坏.docx",
        "quarantined",
        "unknown_format",
    )
    assert change("inbox", "show", str(item["id"]), "--json").document == item
    assert change("inbox", "retry", str(item["id"])).code == 0
    assert (home / "inbox" / "坏.docx").exists()


def test_a_scan_that_waits_is_given_what_it_lacks(change: Run, home: Path) -> None:
    (home / "inbox" / "scan1.png").write_bytes(scan_of(4))
    assert change("watch", "--once").code == 6
    number = change("inbox", "list").rows[0][0]

    wrong = change("inbox", "mend", number, "证件号码=110105194912310021")
    mended = change("inbox", "mend", number, "客户名称=孙八", "材料类型=合同", "--json")

    assert wrong.code != 0
    assert "证件号码" in wrong.err
    assert (mended.code, mended.document["pending"]) == (0, True)
    assert change("watch", "--once").code == 0
    assert "孙八" in change("search", "孙八").out


def test_another_folder_can_be_watched_beside_the_first(
    change: Run, home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "共享"
    folder.mkdir()
    (folder / "a.png").write_bytes(scan_of(2))
    (folder / "a.png.json").write_text(json.dumps({"姓名": "钱七"}))

    (home / "inbox" / "scan1.png").write_bytes(scan_of(3))
    assert change("watch", "--once").code == 6
    assert change("watch", str(folder), "--once").code == 6
    states = {each[3]: each[1] for each in change("inbox", "list", "--state", "all").rows}
    assert states == {"scan1.png": "waiting", "a.png": "archived", "a.png.json": "archived"}
    assert (folder / "回执").is_dir()
    assert "钱七" in change("search", "钱七").out


def test_an_empty_list_says_so_and_what_to_do(change: Run, home: Path) -> None:
    never = change("inbox", "list")
    (home / "inbox" / "赵六_1234_合同_20240305.png").write_bytes(scan_of(1))
    change("watch", "--once")
    since = change("inbox", "list", "--state", "waiting")

    assert (never.out, since.out) == ("", "")
    assert "没有等着处理的文件" in never.err
    assert str(home / "inbox") in never.err
    assert "没有待补录的扫描件" in since.err
    assert "已归档 1" in since.err
    assert "没有已取走的文件" in change("inbox", "list", "--state", "removed").err
    assert "没有待核对的识别内容" in change("inbox", "read").err


def test_people_are_told_in_words_what_lies_beside_what(
    change: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "inbox" / "a.png").write_bytes(scan_of(5))
    (home / "inbox" / "a.png.json").write_text('{"姓名": "李四", "客户性质": "没有的"}')
    change("watch", "--once")
    monkeypatch.setattr(Output, "people", True)

    listed = change("inbox", "list").out

    assert "号扫描件的说明文件" in listed
    assert "待补录" in listed
    assert not {"waiting", "with_scan", "refused"} & set(listed.split())


def test_what_was_read_is_listed_in_words_and_confirmed(
    change: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "inbox" / "a.png").write_bytes(scan_of(6))
    (home / "inbox" / "a.png.json").write_text('{"姓名": "李思", "电话": "13812345678"}')
    change("watch", "--once")
    with Office(home) as office:
        read_scans(office, {scan_of(6): "姓名\t李四\n证件号码\t11010519491231002X"})
    monkeypatch.setattr(Output, "people", True)

    listed = change("inbox", "read").out
    record_id = change("inbox", "read", "--json").document["items"][0]["record_id"]
    confirmed = change("inbox", "confirm", record_id, "1", "--field", "客户名称")

    said = "".join(listed.split())
    assert "李四（档案里是李思）" in said
    assert "证件号码110***********002X" in said
    assert confirmed.code == 0
    assert "1 项写进了档案" in confirmed.err
    assert "李四" in change("show", record_id).out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["inbox", "show", "99"], 3),
        (["inbox", "retry", "99"], 3),
        (["inbox", "list", "--state", "lost"], 2),
        (["watch", "/nowhere/at/all", "--once"], 1),
        (["show", "A001", "--scan", "1"], 2),
    ],
)
def test_mistakes_have_their_exit_codes(change: Run, arguments: list[str], code: int) -> None:
    assert change(*arguments).code == code
