"""What stands on filed scans is found, and becomes a record's only when somebody confirms it."""

from collections.abc import Callable
from typing import Any, cast

import pytest

from archsearch.domain.audit import Action, AuditFilter
from archsearch.domain.record import Record
from archsearch.errors import (
    AccessDeniedError,
    InvalidRequestError,
    NotFoundError,
    StaleError,
)
from archsearch.services.recognising import RecognitionService
from tests.offices import Office
from tests.scans import Dictation, Tray, recognition_of, scan_of

NUMBER = "11010519491231002X"
OTHER = "110105194912310038"
FORM = f"客户信息登记表\n姓名\t张伟\n证件号码\t{NUMBER}\n联系电话\t138 1234 5678\n申请授信额度"


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
        return recognition_of(self.office, self.dictation)

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


def test_what_the_record_has_already_is_not_proposed(desk: Callable[..., Desk]) -> None:
    here = desk(FORM)
    held = {"id_number": NUMBER, "phones": ["13812345678"]}
    here.office.archive.change(here.record.record_id, held, user="admin")

    here.read()

    assert here.attachments[0]["reading"] == "已识别"
    assert here.office.archive.findings.list(user="admin") == ()


def test_what_the_record_has_by_now_is_still_put_aside_by_somebody(
    desk: Callable[..., Desk],
) -> None:
    here = desk(FORM)
    here.read()
    findings, record_id = here.office.archive.findings, here.record.record_id
    held = {"id_number": NUMBER, "phones": ["13812345678"]}
    here.office.archive.change(record_id, held, user="admin")

    (finding,) = findings.list(user="admin")
    findings.confirm(record_id, 1, user="admin")

    assert finding.values == {}
    assert here.attachments[0]["reading"] == "已核对"
    assert findings.list(user="admin") == ()


def test_what_the_record_says_instead_is_shown_beside_what_differs(
    desk: Callable[..., Desk],
) -> None:
    here = desk(FORM)
    here.office.archive.change(here.record.record_id, {"证件号码": OTHER}, user="admin")
    here.read()

    (finding,) = here.office.archive.findings.list(user="admin")

    assert finding.differs == ("id_number",)
    assert finding.held == {"id_number": "110***********0038"}
    assert OTHER not in str(finding)


def test_it_is_shown_as_it_was_read_to_who_may_reveal_it_for_a_reason(
    desk: Callable[..., Desk],
) -> None:
    here = desk(FORM)
    here.read()
    findings, record_id = here.office.archive.findings, here.record.record_id

    (finding,) = findings.of(record_id, user="admin", reason="与扫描件核对")

    assert finding.values == {"id_number": NUMBER, "phones": ["13812345678"]}
    revealed = AuditFilter(action=Action.REVEAL)
    (told,) = here.office.application.audit.search(revealed, "admin", limit=9)
    assert (told.entry.target, told.entry.detail["reason"]) == (record_id, "与扫描件核对")
    with pytest.raises(InvalidRequestError):
        findings.of(record_id, user="admin", reason=" ")


def test_only_what_may_be_changed_is_listed_though_more_may_be_read(
    desk: Callable[..., Desk],
) -> None:
    here = desk(FORM)
    here.read()
    here.office.hire(wang="manager at 甲部")
    here.office.grant(here.record.record_id, "wang")
    findings = here.office.archive.findings

    assert here.office.seen("wang", "授信额度")
    assert findings.list(user="wang") == ()
    assert here.office.application.mail.findings.waiting("wang") == 0
    assert here.office.application.mail.findings.waiting("admin") == 1
    with pytest.raises(AccessDeniedError):
        findings.of(here.record.record_id, user="wang", reason="与扫描件核对")


def test_what_was_changed_since_it_was_seen_is_not_confirmed(desk: Callable[..., Desk]) -> None:
    here = desk(FORM)
    here.read()
    findings, record_id = here.office.archive.findings, here.record.record_id
    (finding,) = findings.list(user="admin")
    here.office.archive.change(record_id, {"备注": "来函"}, user="admin")

    with pytest.raises(StaleError):
        findings.confirm(record_id, 1, user="admin", expected_version=finding.version)

    assert "id_number" not in here.record.values


def test_what_is_wrong_is_put_aside(desk: Callable[..., Desk]) -> None:
    here = desk(FORM)
    here.read()
    findings, record_id = here.office.archive.findings, here.record.record_id

    findings.refuse(record_id, 1, user="admin")

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
    here.office.hire(li="employee at 甲部", boss="manager at 甲部")
    here.office.grant(record_id, "li")
    here.office.grant(record_id, "boss")

    assert here.office.archive.findings.list(user="boss") == ()
    assert here.office.archive.findings.list(user="admin")
    with pytest.raises(AccessDeniedError):
        here.office.archive.findings.confirm(record_id, 1, user="li")
    with pytest.raises(InvalidRequestError):
        here.office.archive.findings.confirm(record_id, 1, user="admin", fields=["address"])
    with pytest.raises(InvalidRequestError):
        here.office.archive.findings.confirm(record_id, 1, user="admin", fields="name")


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
