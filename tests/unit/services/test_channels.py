"""Each channel says when it is what found a name, and finds nothing when it is switched off."""

from pathlib import Path
from typing import Final

import pytest

from archsearch.bootstrap import open_application
from archsearch.domain.query import Hit
from archsearch.entrypoints.archive import Archive
from tests.offices import Office

BANK = "中国农业发展银行浙江省分行"
SLIPS: Final = [
    ("homophone", "章伟明", "张伟明", "同音", "同音 章→张"),
    ("similar", "陈宁", "陈林", "模糊音", "模糊音 宁→林"),
    ("lookalike", "张末来", "张未来", "形近", "形近 末→未"),
    ("wrong", "张大明", "张伟明", "错字", "错字 大→伟"),
    ("missing", "张明", "张伟明", "缺字", "缺字 伟"),
    ("extra", "张伟民明", "张伟明", "多字", "多字 民"),
    ("swapped", "张明伟", "张伟明", "换位", "换位 明伟→伟明"),
    ("pinyin", "zhangweiming", "张伟明", "拼音", "拼音 zhangweiming→张伟明"),
    ("pinyin", "张wei明", "张伟明", "拼音", "拼音 wei→伟"),
    ("initials", "zwm", "张伟明", "首字母", "首字母 zwm→张伟明"),
    ("alias", "农发行", BANK, "别名", "别名 农发行→农业发展银行"),
    ("masked", "张某明", "张伟明", "掩码", "掩码 某→伟"),
]


def found(archive: Archive, query: str, name: str) -> list[Hit]:
    page = archive.search(query, user="admin", mode="fuzzy")
    return [hit for hit in page.hits if hit.record["name"] == name]


@pytest.mark.parametrize(("switch", "query", "name", "channel", "text"), SLIPS)
def test_a_hit_says_by_which_channel_it_was_found_and_where(
    office: Office, switch: str, query: str, name: str, channel: str, text: str
) -> None:
    office.feed({"record_id": "A", "name": name}, {"record_id": "B", "name": "赵钱孙"})

    (hit,) = found(office.archive, query, name)

    assert channel in hit.channels
    reason = next(reason for reason in hit.reasons if reason.channel == channel)
    assert (reason.text, reason.field) == (text, "name")
    assert name[reason.start : reason.end] == reason.meant
    assert "精确" not in hit.channels


@pytest.mark.parametrize(("switch", "query", "name", "channel", "text"), SLIPS)
def test_a_channel_that_is_switched_off_finds_nothing(
    office: Office, switch: str, query: str, name: str, channel: str, text: str
) -> None:
    office.feed({"record_id": "A", "name": name})
    environ = {f"ARCHSEARCH__SEARCH__CHANNELS__{switch.upper()}": "false"}
    application = open_application(Path(office.path), environ, office.clock)

    assert found(office.archive, query, name)
    assert found(Archive(application), query, name) == []
    application.close()


def test_another_form_of_a_character_is_named_where_names_are_compared(office: Office) -> None:
    office.feed({"record_id": "A", "name": "張偉明"})

    (hit,) = found(office.archive, "章伟明", "張偉明")

    assert "繁简" in hit.channels
    assert "繁简 伟→偉" in [reason.text for reason in hit.reasons]
