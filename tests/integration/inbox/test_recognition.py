"""What stands on filed scans is found, and becomes a record's only when somebody confirms it."""

from collections.abc import Callable, Iterable
from typing import Any, cast

import pytest

from archsearch.domain.record import Record
from archsearch.errors import AccessDeniedError, InvalidRequestError, NotFoundError
from archsearch.services.recogniser import Verdict
from archsearch.services.recognising import RecognitionService
from tests.offices import Office
from tests.scans import Tray, scan_of

NUMBER = "11010519491231002X"
OTHER = "110105194912310038"
FORM = f"客户信息登记表\n姓名\t张伟\n证件号码\t{NUMBER}\n联系电话\t138 1234 5678\n申请授信额度"


class Dictation:
    """Says what it was told that a scan says."""

    def __init__(self, said: dict[bytes, str | None]) -> None:
        self.said = said
        self.given: list[bytes] = []
        self.closed = 0
        self.pondering = 0

    def give(self, content: Iterable[bytes]) -> None:
        self.given.append(b"".join(content))

    def verdict(self) -> Verdict | None:
        if self.pondering:
            self.pondering -= 1
            return None
        return Verdict(self.said[self.given[-1]])

    def close(self) -> None:
        self.closed += 1


class Desk:
    """An archive with one scan filed for each text."""

    def __init__(self, office: Office, *texts: str | None) -> None:
        self.office = office
        self.tray = Tray(office)
        scans = {scan_of(number): text for number, text in enumerate(texts, 1)}
        for number, content in enumerate(scans, 1):
            self.tray.drop(f"张伟_002X_合同{number}.png", content)
        self.tray.settle()
        self.dictation = Dictation(scans)

    @property
    def recognition(self) -> RecognitionService:
        mail = self.office.application.mail
        reviser = self.office.application.revising.reviser
        return RecognitionService(reviser, mail._store, mail._forms, self.dictation, "admin")

    def read(self) -> None:
        recognition = self.recognition
        while recognition.step():
            pass

    @property
    def record(self) -> Record:
        return self.tray.records()["张伟"]

    @property
    def attachments(self) -> list[dict[str, Any]]:
        return cast("list[dict[str, Any]]", self.record.values["attachments"])


@pytest.fixture
def desk(office: Office) -> Callable[..., Desk]:
    return lambda *texts: Desk(office, *texts)


def test_what_stands_on_a_scan_is_found_and_highlighted(desk: Callable[..., Desk]) -> None:
    here = desk(FORM, "保证合同\n保证人\t王五")

    here.read()

    page = here.office.archive.search("授信额度", user="admin", mode="exact")
    (hit,) = page.hits
    assert "attachments.text" in hit.highlights
    assert here.office.seen("admin", "保证人 王五") == {here.record.record_id}
    assert [each["reading"] for each in here.attachments] == ["待核对", "已识别"]
    assert here.office.ailments() == []


def test_a_number_on_a_scan_is_found_as_in_notes_and_masked(desk: Callable[..., Desk]) -> None:
    here = desk(FORM)

    here.read()

    assert here.office.seen("admin", NUMBER) == {here.record.record_id}
    shown = here.office.archive.get(here.record.record_id, user="admin")
    text = cast("list[dict[str, str]]", shown.values["attachments"])[0]["text"]
    assert "张伟" in text
    assert NUMBER not in text
    index = [f for f in (here.office.path / "index").rglob("*") if f.is_file()]
    store = list((here.office.path / "var").glob("*.db*"))
    assert not [f for f in index + store if NUMBER.encode() in f.read_bytes()]


def test_nobody_finds_it_out_of_scope(desk: Callable[..., Desk]) -> None:
    here = desk(FORM)
    here.read()

    here.office.hire(li="employee at 甲部")

    assert here.office.seen("admin", "授信额度")
    assert not here.office.seen("li", "授信额度")
    with pytest.raises(NotFoundError):
        here.office.archive.findings.of(here.record.record_id, user="li")
    with pytest.raises(AccessDeniedError):
        here.office.archive.findings.list(user="li")
    here.office.hire(wang="manager at 甲部")
    assert here.office.archive.findings.list(user="wang") == ()


def test_values_are_proposed_and_do_not_count_until_somebody_confirms_them(
    desk: Callable[..., Desk],
) -> None:
    here = desk(FORM)
    here.read()
    findings = here.office.archive.findings
    assert "id_number" not in here.record.values

    (finding,) = findings.list(user="admin")
    revised = findings.confirm(finding.record_id, finding.number, user="admin")

    assert set(finding.values) == {"id_number", "phones"}
    assert NUMBER not in str(finding)
    assert here.record.values["id_number"] == NUMBER
    assert here.record.values["phones"] == ["13812345678"]
    assert here.attachments[0]["reading"] == "已核对"
    assert revised.version == here.record.version
    assert findings.list(user="admin") == ()


def test_what_differs_is_taken_only_when_it_is_named(desk: Callable[..., Desk]) -> None:
    here = desk(FORM)
    record_id = here.record.record_id
    here.office.archive.change(record_id, {"name": "张玮"}, user="admin")
    here.read()
    findings = here.office.archive.findings
    (finding,) = findings.of(record_id, user="admin")

    findings.confirm(record_id, 1, user="admin", fields=["name"])

    assert finding.differs == ("name",)
    assert here.record.values["name"] == "张伟"
    assert "id_number" not in here.record.values


def test_what_is_wrong_is_put_aside(desk: Callable[..., Desk]) -> None:
    here = desk(FORM)
    here.read()
    findings, record_id = here.office.archive.findings, here.record.record_id

    findings.confirm(record_id, 1, user="admin", fields=())

    assert "id_number" not in here.record.values
    assert findings.list(user="admin") == ()
    with pytest.raises(NotFoundError):
        findings.confirm(record_id, 1, user="admin")


def test_nobody_confirms_what_they_may_not_change_or_was_not_read(
    desk: Callable[..., Desk],
) -> None:
    here = desk(FORM)
    here.read()
    record_id = here.record.record_id
    here.office.hire(li="employee at 甲部")
    here.office.grant(record_id, "li")

    with pytest.raises(AccessDeniedError):
        here.office.archive.findings.confirm(record_id, 1, user="li")
    with pytest.raises(InvalidRequestError):
        here.office.archive.findings.confirm(record_id, 1, user="admin", fields=["address"])


def test_a_scan_that_cannot_be_read_says_so_and_keeps_nobody_up(
    desk: Callable[..., Desk],
) -> None:
    here = desk(None, FORM)

    here.read()

    assert [each["reading"] for each in here.attachments] == ["未识别", "待核对"]
    assert "text" not in here.attachments[0]


def test_nothing_is_read_twice_and_what_was_cut_short_is_read_again(
    desk: Callable[..., Desk],
) -> None:
    here = desk(FORM, "第二页")
    killed = here.recognition
    here.dictation.pondering = 1
    assert killed.step()
    assert killed.step()
    assert "reading" not in here.attachments[0]

    here.read()
    here.read()

    assert here.dictation.given == [scan_of(1), scan_of(1), scan_of(2)]
    assert here.dictation.closed == 2


def test_a_scan_whose_record_was_deleted_is_passed_over(desk: Callable[..., Desk]) -> None:
    here = desk(FORM)
    here.office.archive.delete(here.record.record_id, reason="重复建档", user="admin")

    here.read()

    assert "reading" not in here.attachments[0]
    assert not here.recognition.step()


def test_a_scan_filed_later_leaves_what_was_read_before(desk: Callable[..., Desk]) -> None:
    here = desk(FORM)
    here.read()
    here.office.archive.findings.confirm(here.record.record_id, 1, user="admin", fields=())

    here.dictation.said[scan_of(9)] = "补充协议"
    here.tray.drop("张伟_002X_补充.png", scan_of(9))
    here.tray.settle()
    here.read()

    assert [each["reading"] for each in here.attachments] == ["已核对", "已识别"]
    assert here.office.seen("admin", "补充协议 授信额度") == {here.record.record_id}
