"""Lists into files: whole or not at all, gone on with where they were broken off."""

import csv
import json
import signal
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from archsearch.domain.audit import Action, AuditFilter
from archsearch.domain.screening import Entry, Listed
from archsearch.errors import AccessDeniedError, BusyError, InvalidRequestError, StoreError
from archsearch.services import lists
from archsearch.services.helper import Helper, invite
from archsearch.services.lists import ListService
from archsearch.services.screening import CHUNK, ScreeningService
from archsearch.services.unfinished import Unfinished
from tests.offices import NOON, Office


def listed(*entries: Entry) -> list[Listed]:
    """Number lines as a file of names does."""
    return [Listed(str(number), entry) for number, entry in enumerate(entries, 1)]


LINES = listed(
    *(
        Entry(f"{surname}{given}{number}")
        for number in range(5)
        for surname in "张王李赵陈"
        for given in ("伟", "芳", "建国")
        for _ in range(12)
    )
)
PIECES = -(-len(LINES) // CHUNK)


class StoppedError(Exception):
    """Stands for a process that is killed."""


@pytest.fixture
def people(office: Office) -> Office:
    office.feed(
        {"record_id": "0001", "name": "张伟", "id_number": "11010519491231002X"},
        {"record_id": "B", "name": "=cmd|calc", "region": "上海市"},
        {"record_id": "C", "name": "王芳"},
    )
    return office


def service(office: Office, helpers: Sequence[Helper] = ()) -> ListService:
    app = office.application
    return ListService(app.screening, app._asking, app.trail, "built", lambda: helpers)


def stop_after(monkeypatch: pytest.MonkeyPatch, pieces: int) -> list[int]:
    """Let screening end the process after so many pieces; counts the pieces it did."""
    done: list[int] = []
    match = ScreeningService.match

    def matched(self: ScreeningService, entries: Any, user: str, limit: int) -> Any:
        if len(done) == pieces:
            raise StoppedError
        done.append(len(entries))
        return match(self, entries, user, limit)

    monkeypatch.setattr(ScreeningService, "match", matched)
    return done


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_a_list_becomes_a_file_that_spreadsheets_cannot_spoil(
    people: Office, tmp_path: Path
) -> None:
    entries = listed(
        Entry("张伟", id_number="11010519491231002X"), Entry("=cmd|calc"), Entry("欧阳锋")
    )

    done = service(people).screen(entries, tmp_path / "a.csv", "admin", 3)
    service(people).screen(entries, tmp_path / "a.xlsx", "admin", 3)

    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    header, first, second, third = table(tmp_path / "a.csv")
    assert header[:4] == ["行号", "名单名称", "名次", "结论"]
    assert first[:8] == ["1", "张伟", "1", "同一", "1.000", "'0001", "张伟", "证件号码一致"]
    assert "19491231" not in str(first)
    assert (second[1], second[6]) == ("'=cmd|calc", "'=cmd|calc")
    assert third[:5] == ["3", "欧阳锋", "0", "无", ""]
    assert (done.lines, sum(done.verdicts.values()), done.verdicts["none"]) == (3, 3, 1)
    sheet = load_workbook(tmp_path / "a.xlsx").active
    assert sheet is not None
    cells = {cell.coordinate: cell for row in sheet.iter_rows() for cell in row}
    assert (cells["F2"].value, cells["B3"].value) == ("0001", "=cmd|calc")
    texts = [cell for at, cell in cells.items() if cell.value is not None and at[0] not in "ACE"]
    assert {cell.data_type for cell in texts} <= {"s", "inlineStr"}
    assert [cells[at].value for at in ("A2", "C2", "E2")] == [1, 1, 1.0]
    assert {cells[at].data_type for at in ("A2", "C2", "E2", "A4", "C4")} == {"n"}
    assert cells["E2"].number_format == "0.000"
    assert cells["E4"].value is None
    assert sheet.auto_filter.ref == "A1:J4"
    assert sheet.column_dimensions["H"].width > sheet.column_dimensions["A"].width
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.csv", "a.xlsx", "workspace"]


def test_what_was_broken_off_is_gone_on_with_and_nothing_is_done_twice(
    people: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.csv"
    whole = service(people)
    whole.screen(LINES, tmp_path / "whole.csv", "admin", 2)
    with monkeypatch.context() as patch:
        stop_after(patch, 2)
        with pytest.raises(StoppedError):
            whole.screen(LINES, target, "admin", 2)
    appeared = target.exists()
    part = tmp_path / ".a.csv.part"
    assert part.stat().st_mode & 0o77 == 0
    part.write_bytes(part.read_bytes() + b'[2, [["half wri')

    done = stop_after(monkeypatch, PIECES)
    whole.screen(LINES, target, "admin", 2)

    assert not appeared
    assert sum(done) == len(LINES) - 2 * CHUNK
    assert target.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert not part.exists()


def test_going_on_tells_from_where_and_progress_has_the_total(
    people: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, steps = list[str](), list[tuple[int, int]]()
    target = tmp_path / "a.csv"
    with monkeypatch.context() as patch:
        stop_after(patch, 2)
        with pytest.raises(StoppedError):
            service(people).screen(LINES, target, "admin", 2, tell=told.append)
    at_first = list(told)

    service(people).screen(
        LINES,
        target,
        "admin",
        2,
        lambda _, done, total=0: steps.append((done, total)),
        tell=told.append,
    )

    assert at_first == []
    assert told == [f"接着上次，从第 {2 * CHUNK + 1} 行起。"]
    assert steps[0] == (2 * CHUNK, len(LINES))
    assert steps[-1] == (len(LINES), len(LINES))


@pytest.mark.parametrize("other", ["list", "limit", "rights", "day"])
def test_another_job_begins_anew(
    people: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    target = tmp_path / "a.csv"
    with monkeypatch.context() as patch:
        stop_after(patch, 1)
        with pytest.raises(StoppedError):
            service(people).screen(LINES, target, "admin", 2)
    entries, limit, user = LINES, 2, "admin"
    match other:
        case "list":
            entries = [*LINES[1:], LINES[0]]
        case "limit":
            limit = 1
        case "rights":
            people.hire(li="employee at 总行")
            user = "li"
        case "day":
            people.clock.turn(days=1, seconds=1)

    done = stop_after(monkeypatch, PIECES)
    service(people).screen(entries, target, user, limit)

    assert sum(done) == len(LINES)


def test_two_processes_do_not_write_one_file(people: Office, tmp_path: Path) -> None:
    with Unfinished(tmp_path / "a.csv", "job", NOON), pytest.raises(BusyError):
        service(people).screen(LINES[:1], tmp_path / "a.csv", "admin", 1)


def test_nothing_goes_through_a_link(people: Office, tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("kept")
    (tmp_path / ".a.csv.part").symlink_to(tmp_path / "victim")

    with pytest.raises(StoreError):
        service(people).screen(LINES[:1], tmp_path / "a.csv", "admin", 1)

    assert (tmp_path / "victim").read_text() == "kept"


@pytest.mark.parametrize("name", ["a.txt", "没有/a.csv"])
def test_a_file_that_cannot_be_written_is_refused(
    people: Office, tmp_path: Path, name: str
) -> None:
    with pytest.raises((InvalidRequestError, StoreError)):
        service(people).screen(LINES[:1], tmp_path / name, "admin", 1)


def test_who_may_not_ask_gets_no_file_and_is_logged(people: Office, tmp_path: Path) -> None:
    with pytest.raises(AccessDeniedError):
        service(people).screen(LINES[:1], tmp_path / "a.csv", "ghost", 1)

    denied = people.application.audit.search(AuditFilter(action=Action.MATCH), "admin")
    assert [one.entry.outcome for one in denied] == ["denied"]
    assert [each.name for each in tmp_path.iterdir()] == ["workspace"]


def test_an_empty_list_becomes_an_empty_table(people: Office, tmp_path: Path) -> None:
    assert service(people).screen([], tmp_path / "a.csv", "admin", 1).lines == 0
    assert len(table(tmp_path / "a.csv")) == 1


def test_every_line_is_accounted_for_by_its_place(people: Office, tmp_path: Path) -> None:
    lines = [
        Listed("2", Entry("王芳")),
        Listed("4", Entry("", id_number="11010519491231002X")),
        Listed("Sheet2!7", Entry("")),
    ]

    done = service(people).screen(lines, tmp_path / "a.csv", "admin", 1)

    _, *rows = table(tmp_path / "a.csv")
    assert [(row[0], row[1], row[3], row[7]) for row in rows] == [
        ("2", "王芳", "同一", "精确"),
        ("4", "", "同一", "证件号码一致"),
        ("Sheet2!7", "", "无", "没有名称"),
    ]
    assert (done.lines, done.unnamed, sum(done.verdicts.values())) == (3, 2, 3)


def test_what_cannot_be_read_is_told_and_never_the_value(people: Office, tmp_path: Path) -> None:
    lines = listed(
        Entry("王芳", id_number="110105194912310021"),
        Entry("王芳", id_number="abc", birth_date="1990"),
        Entry("欧阳锋", id_number="3.10115E+17", phones="13800000000、12"),
        Entry("", id_number="abc"),
        Entry("张伟", id_number="110105194912310021"),
        Entry("王芳", id_number="E12345678", birth_date="1990-01-02", phones="不详"),
        Entry("王芳", id_number="无", birth_date="不详", region="-"),
        Entry("王芳", id_number="1101051949 1231-002x", region="火星"),
    )

    done = service(people).screen(lines, tmp_path / "a.csv", "admin", 1)

    _, *rows = table(tmp_path / "a.csv")
    assert [row[7] for row in rows] == [
        "精确；名单中证件号码无法识别",
        "精确；名单中证件号码无法识别；名单中出生日期无法识别",
        "名单中证件号码无法识别；名单中电话无法识别",
        "没有名称；名单中证件号码无法识别",
        "证件号码差一位",
        "精确",
        "精确",
        "证件号码一致；名单中地区无法识别",
    ]
    assert done.unread == {"id_number": 5, "birth_date": 1, "phones": 1, "region": 1}
    assert not any(each in str(rows) for each in ("abc", "E+17", "110105194912310021"))


# Helpers -----------------------------------------------------------------------------------------


def test_a_helper_gives_the_answers_that_would_be_given_here(
    people: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service(people).screen(LINES, tmp_path / "alone.csv", "admin", 2)
    monkeypatch.setattr(lists, "_WORTH", 1)
    helper = Helper(people.application.companion("helper").start())
    done: list[int] = []
    rows = ListService.rows

    def counted(self: ListService, entries: Sequence[Listed], *more: Any) -> list[list[str]]:
        done.append(len(entries))
        return rows(self, entries, *more)

    monkeypatch.setattr(ListService, "rows", counted)

    service(people, [helper]).screen(LINES, tmp_path / "helped.csv", "admin", 2)

    assert sum(done) < len(LINES)
    assert (tmp_path / "helped.csv").read_bytes() == (tmp_path / "alone.csv").read_bytes()


@pytest.mark.parametrize("fate", ["dies", "refuses", "stands still"])
def test_a_helper_that_is_of_no_use_does_no_harm(
    people: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fate: str
) -> None:
    service(people).screen(LINES, tmp_path / "alone.csv", "admin", 2)
    monkeypatch.setattr(lists, "_WORTH", 1)
    helper = Helper(people.application.companion("helper").start())
    if fate == "dies":
        helper._process.kill()
        helper._process.wait()
    elif fate == "stands still":
        monkeypatch.setattr("archsearch.services.helper._SILENCE", 0.1)
        monkeypatch.setattr("archsearch.services.helper._PATIENCE", 0.1)
        helper._process.send_signal(signal.SIGSTOP)
    else:
        order = helper.order
        monkeypatch.setattr(
            helper,
            "order",
            lambda piece, some, _, limit: order(piece, some, "x", limit),
        )

    service(people, [helper]).screen(LINES, tmp_path / "helped.csv", "admin", 2)

    assert (tmp_path / "helped.csv").read_bytes() == (tmp_path / "alone.csv").read_bytes()


def test_nobody_is_invited_by_a_program_that_is_not_python(people: Office) -> None:
    invitation = people.application.companion("helper")
    frozen = type(invitation)(("/opt/teller", "x"), invitation.environment, invitation.index)

    assert invite(frozen) == []


def test_the_pieces_of_a_list_are_readable_as_json(tmp_path: Path) -> None:
    with Unfinished(tmp_path / "a.csv", "job", NOON) as unfinished:
        unfinished.add(1, [["甲"]])
    lines = (tmp_path / ".a.csv.part").read_text().splitlines()

    assert json.loads(lines[1].partition(" ")[2]) == [1, [["甲"]]]
    with Unfinished(tmp_path / "a.csv", "job", NOON + timedelta(hours=23)) as unfinished:
        assert unfinished.done == {1: [["甲"]]}
    with Unfinished(tmp_path / "a.csv", "job", NOON - timedelta(hours=1)) as unfinished:
        assert unfinished.done == {}


def test_what_was_hidden_while_a_job_lay_broken_off_is_not_in_its_file(
    people: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.hire(li="manager at 总行, 内部")
    people.feed({"record_id": "S", "name": "陈伟0", "department": "总行", "secrecy": "内部"})
    target = tmp_path / "out.csv"
    lines = LINES
    with monkeypatch.context() as patch:
        stop_after(patch, PIECES - 1)
        with pytest.raises(StoppedError):
            service(people).screen(lines, target, "li", 3)
    people.feed({"record_id": "S", "name": "陈伟0", "secrecy": "机密"})

    service(people).screen(lines, target, "li", 3)

    whole = tmp_path / "whole.csv"
    service(people).screen(lines, whole, "li", 3)
    assert target.read_bytes() == whole.read_bytes()
    assert b",S," not in target.read_bytes()


@pytest.mark.parametrize("planted", [b"[" * 100_000 + b"\n", b"x [0,5]\n", b"null\n"])
def test_pieces_that_somebody_else_wrote_are_not_believed(
    people: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planted: bytes
) -> None:
    target, whole = tmp_path / "out.csv", tmp_path / "whole.csv"
    lines = LINES
    service(people).screen(lines, whole, "admin", 3)
    with monkeypatch.context() as patch:
        stop_after(patch, 1)
        with pytest.raises(StoppedError):
            service(people).screen(lines, target, "admin", 3)
    part = tmp_path / ".out.csv.part"
    head, *others = part.read_bytes().splitlines(keepends=True)
    part.write_bytes(head + planted + b"".join(others))

    service(people).screen(lines, target, "admin", 3)

    assert target.read_bytes() == whole.read_bytes()


def test_a_part_file_that_others_may_read_or_that_has_two_names_is_refused(
    people: Office, tmp_path: Path
) -> None:
    target, part = tmp_path / "out.csv", tmp_path / ".out.csv.part"
    part.write_bytes(b"precious")
    part.chmod(0o666)
    with pytest.raises(StoreError):
        service(people).screen(LINES, target, "admin", 3)
    part.chmod(0o600)
    (tmp_path / "other").hardlink_to(part)
    with pytest.raises(StoreError):
        service(people).screen(LINES, target, "admin", 3)

    assert part.read_bytes() == b"precious"
