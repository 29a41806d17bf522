"""What people come to do, page by page."""

import base64
import csv
import io
import re

import pytest

from archsearch.security.codes import code_at, step_of
from tests.offices import HandClock
from tests.unit.entrypoints.http.conftest import PASSWORD
from tests.unit.entrypoints.web.conftest import Browser, text_of


def _code(secret: str, clock: HandClock) -> str:
    return code_at(base64.b32decode(secret), step_of(clock().timestamp()))


@pytest.fixture
def archive(browser: Browser) -> Browser:
    office = browser.office
    office.hire(clerk="employee at 甲部", other="employee at 乙部", chief="manager at 甲部")
    office.feed(
        {"record_id": "A-1", "name": "张伟", "phones": "13812345678", "region": "上海市徐汇区"},
        {"record_id": "A-2", "name": "章伟", "value_tier": "高价值", "region": "北京市海淀区"},
        {"record_id": "A/3", "name": "=中国农业发展银行", "nature": "企业"},
        user="clerk",
    )
    return browser


def test_a_search_finds_by_a_wrong_character_and_tells_why(archive: Browser) -> None:
    archive.log_in("admin")

    told = text_of(archive.get("/search?q=张玮"))

    assert "2 份档案" in told
    assert "同音 玮→伟" in told


def test_filters_stand_in_the_address_and_can_be_taken_away(archive: Browser) -> None:
    archive.log_in("admin")

    page = archive.get("/search?f.region=华东&f.region=华北&f.value_tier=高价值").text

    assert "A-2" in page
    assert "A-1" not in page
    assert "/search?f.region=%E5%8D%8E%E4%B8%9C&amp;f.region=%E5%8D%8E%E5%8C%97" in page


def test_what_a_facet_could_be_widened_to_is_counted_without_it(archive: Browser) -> None:
    archive.log_in("admin")

    told = text_of(archive.get("/search?f.region=华东"))

    assert "1 份档案" in told
    assert "华北 1" in told


def test_an_address_that_was_mended_by_hand_means_what_can_be_meant(archive: Browser) -> None:
    archive.log_in("admin")

    for wrong in ("page=0", "page=x", "page=99999999999", "size=7", "mode=x", "f.nothing=1", "z=1"):
        assert archive.get(f"/search?{wrong}").status_code == 200
    assert archive.get("/search?sort=notes").status_code == 400
    assert archive.get("/search?f.created_at.from=gestern").status_code == 400


def test_a_mistake_in_a_query_is_shown_where_it_is(archive: Browser) -> None:
    archive.log_in("admin")

    answer = archive.get("/search?q=张伟 (逾期")

    assert answer.status_code == 400
    assert "<mark>(</mark>逾期" in answer.text


def test_no_result_tells_what_could_be_done(archive: Browser) -> None:
    archive.log_in("admin")

    told = text_of(archive.get("/search?q=qqqqqq&mode=exact&f.region=华东"))

    assert "没有找到" in told
    assert "去掉“地区：华东”" in told
    assert "改用模糊检索" in told


def test_suggestions_complete_what_is_typed(archive: Browser) -> None:
    archive.log_in("admin")

    assert 'data-text="张伟"' in archive.get("/suggest?text=zhangw").text
    assert archive.get("/suggest?text=").text.strip() == ""


def test_masked_fields_are_shown_for_a_reason_alone(archive: Browser) -> None:
    archive.log_in("admin")

    masked = archive.get("/records/A-1").text
    without = archive.post("/reveal/A-1", {"reason": " "})
    bare = archive.post("/reveal/A-1", {"reason": "客户来电核对"})

    assert "13812345678" not in masked
    assert (without.status_code, "13812345678" in without.text) == (400, False)
    assert "13812345678" in bare.text


def test_a_change_makes_a_version_and_leaves_masked_fields_alone(archive: Browser) -> None:
    archive.log_in("chief")
    form = {"name": "张炜", "phones": "138****5678", "version": "1", "reason": "更名"}

    done = archive.post("/change/A-1", form)
    again = archive.post("/change/A-1", {**form, "name": "张纬"})

    assert done.headers["location"] == "/records/A-1?done=changed"
    assert "<del>张伟</del>" in archive.get("/history/A-1").text
    assert (again.status_code, "张纬" in again.text) == (400, True)
    record = archive.office.archive.reveal("A-1", reason="核对", user="admin")
    assert record.values["phones"] == ["13812345678"]


def test_what_is_kept_though_it_looks_wrong_is_told_of(archive: Browser) -> None:
    archive.log_in("chief")

    done = archive.post("/change/A-1", {"phones": "12", "version": "1", "reason": "更正"})
    fine = archive.post("/change/A-1", {"notes": "新", "version": "2"})

    assert done.headers["location"] == "/records/A-1?done=changed&doubt=phones"
    assert "请核对：电话的写法不合规范" in archive.get(done.headers["location"]).text
    assert fine.headers["location"] == "/records/A-1?done=changed"


def test_what_is_wrong_with_a_change_stands_beside_the_field(archive: Browser) -> None:
    archive.log_in("chief")

    answer = archive.post("/change/A-1", {"id_number": "110105194912310021", "version": "1"})

    assert answer.status_code == 400
    label = answer.text.split('name="id_number"')[1].split("</div>")[0]
    assert 'aria-invalid="true"' in label
    assert 'class="wrong"' in label


def test_who_may_only_read_proposes_and_who_may_change_accepts(archive: Browser) -> None:
    archive.log_in("clerk")
    proposed = archive.post("/change/A-1", {"name": "张炜", "version": "1", "reason": "更名"})
    address = proposed.headers["location"].partition("?")[0]

    archive.log_in("chief")
    waiting = archive.get("/proposals?which=inbox").text
    shown = archive.get(address).text
    accepted = archive.post(f"{address}/accept", {"version": "1"})

    assert address in waiting
    assert "<ins>张炜</ins>" in shown
    assert accepted.status_code == 303
    assert archive.office.archive.get("A-1", user="clerk").values["name"] == "张炜"


def test_a_proposal_tells_of_changes_that_are_masked_and_shows_them_for_a_reason(
    archive: Browser,
) -> None:
    made = archive.office.archive.propose(
        "A-1", {"phones": "13899995678"}, reason="换号", user="clerk"
    )
    address = f"/proposals/{made.id}"
    archive.log_in("chief")

    masked = archive.get(address).text
    without = archive.post(f"{address}/reveal", {"reason": ""})
    bare = archive.post(f"{address}/reveal", {"reason": "核对来电"}).text
    archive.post(f"{address}/accept", {"version": "1"})

    assert "有改动，敏感内容隐藏" in masked
    assert "13899995678" not in masked
    assert (without.status_code, "13899995678" in without.text) == (400, False)
    assert "<del>13812345678</del>" in bare
    assert "<ins>13899995678</ins>" in bare
    assert "有改动，敏感内容隐藏" in archive.get(address).text
    assert "有改动，敏感内容隐藏" in archive.get("/history/A-1").text


def test_a_record_is_asked_for_approved_read_and_given_back(archive: Browser) -> None:
    archive.log_in("other")
    ask = {"records": "A-1", "purpose": "贷后检查", "reason": "核对", "days": "5"}
    asked = archive.post("/borrow", ask)
    address = asked.headers["location"].partition("?")[0]
    hidden = archive.get("/records/A-1").status_code

    archive.log_in("chief")
    assert address in archive.get("/borrow?which=inbox").text
    approved = archive.post(f"{address}/approve", {"records": "A-1", "days": "2", "note": "可以"})

    archive.log_in("other")
    lent = archive.get("/records/A-1").status_code
    told = text_of(archive.get(address))
    form = archive.get(f"{address}/form")
    archive.post(f"{address}/return", {})

    assert (hidden, approved.status_code, lent) == (404, 303, 200)
    assert "已批准" in told
    assert "可以" in told
    assert "style-src 'sha256-" in form.headers["content-security-policy"]
    assert archive.get("/records/A-1").status_code == 404


def test_a_borrowed_record_tells_until_when_it_may_be_read_and_is_returned_there(
    archive: Browser,
) -> None:
    desk = archive.office.archive.borrow
    asked = desk.request("A-1", purpose="检查", reason="核对", days=5, user="other")
    desk.approve(asked.id, user="chief", days=2)
    archive.log_in("other")

    told = text_of(archive.get("/records/A-1"))
    archive.post(f"/borrow/{asked.id}/return", {"records": "A-1"})

    assert "调阅期限至 2026-03-07 12:00" in told
    assert "归还" in told
    assert archive.get("/records/A-1").status_code == 404
    archive.log_in("clerk")
    assert "调阅期限至" not in text_of(archive.get("/records/A-1"))


def test_of_several_loans_of_a_record_the_page_tells_the_one_that_ends_last(
    archive: Browser,
) -> None:
    desk = archive.office.archive.borrow
    for days, sensitive in ((5, False), (9, True), (2, True)):
        asked = desk.request(
            "A-1", purpose="检查", reason="核对", days=days, user="other", sensitive=sensitive
        )
        desk.approve(asked.id, user="chief")
    desk.renew("other-2", reason="未完", days=3, user="other")
    archive.log_in("other")

    told = text_of(archive.get("/records/A-1"))

    assert "调阅期限至 2026-03-14 12:00 （已申请续借 3 天）" in told
    desk.give_back("other-2", user="other")
    assert "调阅期限至 2026-03-10 12:00" in text_of(archive.get("/records/A-1"))


def test_what_waits_for_somebody_is_told_on_every_page_and_is_the_first_they_see(
    archive: Browser,
) -> None:
    made = archive.office.archive
    asked = made.borrow.request("A-1", purpose="检查", reason="核对", user="other")
    proposed = made.propose("A-1", {"name": "张炜"}, reason="更名", user="clerk")

    archive.log_in("other")
    elsewhere = archive.get("/news").text.strip()
    archive.log_in("chief")
    badges = archive.get("/news").text
    first = [archive.get(way).text for way in ("/borrow", "/proposals")]
    made.borrow.approve(asked.id, user="chief")
    made.proposals.refuse(proposed.id, reason="不是", user="chief")
    later = [text_of(archive.get(way)) for way in ("/borrow", "/proposals")]

    assert elsewhere == ""
    for way in ("borrow", "proposals"):
        assert f'id="news-{way}" hx-swap-oob="innerHTML"><span class="news">1<' in badges
    assert [asked.id in first[0], proposed.id in first[1]] == [True, True]
    assert ["您还没有申请过" in page for page in later] == [True, True]
    assert archive.get("/news").text.strip() == ""


def test_a_refusal_needs_a_reason(archive: Browser) -> None:
    archive.log_in("other")
    asked = archive.post("/borrow", {"records": "A-1", "purpose": "检查", "reason": "核对"})
    address = asked.headers["location"].partition("?")[0]

    archive.log_in("chief")
    without = archive.post(f"{address}/refuse", {"reason": ""})
    archive.post(f"{address}/refuse", {"reason": "不是本人业务"})

    assert without.status_code == 400
    assert "已退回" in text_of(archive.get(address))


def test_an_export_holds_all_hits_computes_nothing_and_is_in_the_log(archive: Browser) -> None:
    archive.log_in("admin")

    without = archive.post("/export", {"search": "sort=name", "kind": "csv", "reason": ""})
    file = archive.post("/export", {"search": "sort=name", "kind": "csv", "reason": "年检"})
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))

    assert without.status_code == 400
    assert {row["档号"] for row in rows} == {"A-1", "A-2", "A/3"}
    assert all(not value.startswith("=") for row in rows for value in row.values())
    assert file.headers["content-disposition"].isascii()
    assert "年检" in archive.get("/log?action=export").text


def test_the_log_is_filtered_verified_and_handed_out(archive: Browser) -> None:
    archive.log_in("other")
    archive.get("/records/A-1")
    archive.log_in("admin")

    told = text_of(archive.get("/log?user=other&target=A-1"))
    verified = text_of(archive.post("/log/verify", {}))
    table = archive.get("/log/export?user=other")

    assert "查看" in told
    assert "链条完整" in verified
    assert table.content.startswith(b"\xef\xbb\xbf")
    assert archive.get("/log/report").status_code == 200


def test_a_user_is_added_with_a_password_that_is_shown_once(archive: Browser) -> None:
    archive.log_in("admin")

    form = {"name": "wang.wu", "role": "employee", "departments": "丙部\n丁部/一组"}
    added = archive.post("/users", form)
    twice = archive.post("/users", form)
    password = added.text.split('class="secret">')[1].split("<")[0]

    assert twice.status_code == 400
    assert password not in archive.get("/users/wang.wu").text
    assert archive.post("/login", {"name": "wang.wu", "password": password}).status_code == 303


def test_a_user_who_is_disabled_is_out_at_once(archive: Browser) -> None:
    archive.log_in("clerk")
    cookies = dict(archive.client.cookies)
    archive.log_in("admin")
    archive.post("/users/clerk/disable", {})

    archive.client.cookies.clear()
    archive.client.cookies.update(cookies)

    assert archive.get("/search").status_code == 303


def test_a_second_factor_is_set_up_and_asked_for(archive: Browser) -> None:
    archive.log_in("clerk")
    begun = archive.post("/account/second-factor", {"deed": "begin", "password": PASSWORD}).text
    secret = begun.split('class="secret">')[1].split("<")[0]
    now = archive.office.clock
    confirmed = archive.post(
        "/account/second-factor", {"deed": "confirm", "code": _code(secret, now)}
    )
    now.turn(minutes=2)

    without = archive.log_in("clerk")
    within = archive.log_in("clerk", code=_code(secret, now))

    assert '<svg class="qr"' in begun
    assert confirmed.text.count("<li><code>") == 10
    assert (without.status_code, PASSWORD in without.text) == (401, False)
    assert within.status_code == 303


def test_the_overview_counts_what_one_may_see(archive: Browser) -> None:
    archive.log_in("other")
    nothing = text_of(archive.get("/overview"))
    archive.log_in("chief")
    some = text_of(archive.get("/overview"))

    assert "您的检索范围内没有档案" in nothing
    assert "您能看到的档案 3" in some
    assert "操作日志" not in some
    archive.log_in("admin")
    everything = archive.get("/overview").text
    assert "近 30 天" in everything
    assert "/search?f.quality.from=0&amp;f.quality.to=59" in everything


def test_a_search_is_kept_and_tells_what_is_new(archive: Browser) -> None:
    archive.log_in("chief")
    kept = {"search": "q=%E5%BC%A0&mode=exact&f.region=%E5%8D%8E%E4%B8%9C", "name": "华东的张"}

    offered = archive.get("/search?q=张&f.region=华东").text
    saved = archive.post("/saved", kept)
    again = archive.post("/saved", kept)
    archive.office.feed(
        {"record_id": "A-9", "name": "张三", "region": "上海市徐汇区", "department": "甲部"}
    )
    badge = archive.get("/news").text
    listed = archive.get("/saved").text
    opened = archive.get("/saved/1")

    assert 'action="/saved"' in offered
    assert (saved.headers["location"], again.status_code) == ("/saved?done=saved", 400)
    assert 'class="news">1<' in badge
    assert 'href="/records/A-9"' in listed
    assert opened.headers["location"] == f"/search?{kept['search']}"
    assert archive.get("/news").text.strip() == ""
    archive.post("/saved/1/rename", {"name": "改了名"})
    assert "改了名" in archive.get("/saved").text
    assert archive.post("/saved/1/forget", {}).status_code == 400
    archive.post("/saved/1/delete", {})
    assert archive.get("/saved/1").status_code == 404


def test_who_reads_nothing_follows_nothing(archive: Browser) -> None:
    archive.office.hire(eye="auditor")
    archive.log_in("eye")

    assert archive.get("/saved").status_code == 403
    assert archive.get("/news").text.strip() == ""


def test_a_deleted_record_is_restored_by_who_could_delete_it(archive: Browser) -> None:
    archive.log_in("admin")

    deleted = archive.post("/delete/A-1", {"reason": "重复"})
    shown = archive.get("/records/A-1").text
    without = archive.post("/restore/A-1", {"reason": " "})
    archive.log_in("clerk")
    hidden = archive.get("/records/A-1")
    refused = archive.post("/restore/A-1", {"reason": "误删"})
    archive.log_in("admin")
    restored = archive.post("/restore/A-1", {"reason": "误删"})
    again = archive.post("/restore/A-1", {"reason": "误删"})

    assert deleted.headers["location"] == "/records/A-1?done=deleted"
    assert 'action="/restore/A-1"' in shown
    assert 'action="/delete/A-1"' not in shown
    assert (without.status_code, hidden.status_code, refused.status_code) == (400, 404, 404)
    assert (restored.status_code, again.status_code) == (303, 400)
    assert "A-1" in archive.office.seen("clerk")


def test_who_may_find_nothing_is_led_to_where_they_begin(archive: Browser) -> None:
    archive.office.hire(eye="auditor")
    archive.log_in("eye")

    assert archive.get("/search?q=x").headers["location"] == "/log"


def test_the_report_on_the_log_leads_back_to_what_it_is_about(archive: Browser) -> None:
    archive.log_in("admin")

    page = archive.get("/log/report?user=li%26na").text

    assert "<a href='/log?user=li%26na'>" in page


def test_users_in_use_are_told_from_disabled_ones(archive: Browser) -> None:
    archive.office.application.users.disable("other", "admin", disabled=True)
    archive.log_in("admin")

    rows = re.findall(r"<tr>.*?</tr>", archive.get("/users").text, re.DOTALL)
    states = {row.split("</a>")[0].rpartition(">")[2]: row for row in rows if "</a>" in row}

    assert "正常" in states["clerk"]
    assert "已停用" in states["other"]
    assert "正常" not in states["other"]


def test_a_name_that_is_merely_alike_is_called_so(archive: Browser) -> None:
    archive.office.feed({"record_id": "A-4", "name": "章玮"})
    archive.log_in("admin")

    assert "只是相像" in text_of(archive.get("/similar/A-1"))
