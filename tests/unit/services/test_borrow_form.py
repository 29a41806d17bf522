"""The application form, as it is printed."""

from datetime import timedelta
from html.parser import HTMLParser

import pytest

from archsearch.domain.borrowing import Deed, State
from archsearch.domain.record import RecordId
from archsearch.services.borrow_desk import Borrowing, BorrowItem, BorrowStep, LentRecord
from archsearch.services.borrow_form import form_of
from tests.offices import NOON

HOSTILE = "<script>alert(1)</script>\"'&${id}$$"


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def request(text: str) -> Borrowing:
    lent = LentRecord(RecordId(text), text, text, text)
    item = BorrowItem(1, text, State.APPROVED, True, NOON + timedelta(days=2), 3, False, (lent,))
    step = BorrowStep(NOON, text, Deed.APPROVE, (1,), text, 2)
    return Borrowing(
        id=text,
        user=text,
        display_name=text,
        departments=(text,),
        state=State.APPROVED,
        purpose=text,
        reason=text,
        days=2,
        sensitive=True,
        requested_at=NOON,
        items=(item,),
        steps=(step,),
    )


def test_the_form_holds_the_request_its_history_and_lines_to_sign() -> None:
    page = Page(form_of(request("字"), NOON))

    told = "".join(page.texts)
    for word in (
        "客户档案使用申请表",
        "已批准（申请续借 3 天）",
        "2026-03-07 12:00",
        "批准",
        "签字：",
    ):
        assert word in told
    assert told.count("签字：") == 4


@pytest.mark.parametrize("text", [HOSTILE, "</td></table>", "<!--", "&lt;b&gt;"])
def test_whatever_was_typed_stays_text(text: str) -> None:
    plain, hostile = Page(form_of(request("字"), NOON)), Page(form_of(request(text), NOON))

    assert hostile.tags == plain.tags
    assert "script" not in hostile.tags
    assert text in hostile.texts


def test_the_page_may_load_and_run_nothing() -> None:
    page = form_of(request("字"), NOON)

    assert "default-src 'none'" in page
    assert "http://" not in page
    assert "https://" not in page
