"""What attackers ask: refused, or answered as in an archive without what is hidden from them.

``docs/abuse.md`` says which case of abuse is held by which test.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from archsearch.domain.audit import AuditFilter, Outcome
from archsearch.errors import InvalidRequestError, NotFoundError
from tests.integration.archive.corpus import made_up
from tests.integration.archive.questions import Question
from tests.integration.archive.test_two_worlds import ASKERS, Worlds, opened

WIDER = {
    "a bracket closed by force": ("x) OR (部门:总行", 'x" OR 部门:"总行', "姓名:x) OR (密级:机密"),
    "exclusions turned round": (
        "NOT 张",
        "-张",
        "NOT (NOT (NOT 部门:总行))",
        "-(-密级:机密)",
        "- -张",
    ),
    "everything": ("*:*", "*", "部门:*", "建档人:*", "姓名:*", "", "档号:*", "姓名:?"),
    "a pattern on a masked field": ("证件号码:*1", "手机:138*", "phones:*0001", "电话:?3*"),
    "a walk along a number": tuple(f"手机:138{digit}*" for digit in range(10)),
    "a range on a hidden value": (
        "证件号码:1..9",
        "手机:13..14",
        "收入:0..999999999",
        "出生日期:1900..2000",
    ),
    "neighbours of names": ("张~", "zhang~", "a~ OR b~ OR c~", "王小明~ OR 李建国~"),
    "regular expressions": ("/.*/", "姓名:/张.+/", "张.*", "[张王李]", "张|王"),
    "weights": ("张^100", "张^-1 王", "(部门:总行)^0", "score:1"),
    "internal fields": (
        *("@id:R0001", "@owner:admin", "@department:总行", "@names:张", "@secrecy:机密"),
        *("name#whole:张伟", "phones#last4:0001", "secrecy#facet:机密", "_id:1", "version:1"),
    ),
    "nothing to look for": (" ", "　", "的", "，。！", "——", "()", "（）", "\u200b", "\ufeff", "-"),
    "other digits and invisible signs": (
        *(
            "１３８００００００００１",
            "138\u200b00000001",
            "张\u202e伟",
            "张\ufe00伟",
            "\u2066张伟\u2069",
        ),
        *("张\U000e0100伟", "\ud800", "张\x00伟", "张\x1b[31m伟", "①③⑧", "٠١٢٣"),
    ),
}
OPTIONS: dict[str, tuple[dict[str, Any], ...]] = {
    "sorts by what may not be seen": tuple(
        {"sort": sort}
        for sort in ("secrecy", "-owner", "phones", "id_number", "finance.income", "@id", "-x")
    ),
    "facets of what may not be seen": tuple(
        {"facets": [facet]}
        for facet in ("phones", "id_number", "owner", "department", "@secrecy", "finance.income")
    ),
    "filters widened": (
        {"filters": {"department": ["总行"]}},
        {"filters": {"owner": ["admin"]}},
        {"filters": {"secrecy": {"none": ["公开"]}}},
        {"filters": {"department": {"none": ["华东分行"]}}},
        {"filters": {"@id": ["R0001"]}},
        {"filters": {"id_number": ["110105194912310026"]}},
        {"filters": {"amount": {"from": "0"}}},
    ),
    "pages beyond": (
        {"offset": 10**9}, {"offset": -1}, {"limit": -1}, {"limit": 0}, {"limit": 10**6},
        {"offset": 99, "limit": 1}, {"limit": 1000},
    ),
}  # fmt: skip
FLOODS = {
    "a query of 100 kB": "甲" * 100_000,
    "20,000 terms": " OR ".join(f"甲{number}" for number in range(20_000)),
    "5,000 brackets": "(" * 5_000 + "甲" + ")" * 5_000,
    "2,000 exclusions": "NOT " * 2_000 + "甲",
    "a thousand patterns": " ".join(f"*{number}*" for number in range(1_000)),
    "a thousand quotes": '"' * 1_000,
}


@pytest.fixture(scope="module")
def worlds(template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("abuse")
        yield opened(template, folder, made_up(80, seed=9), stack)


def same(worlds: Worlds, asked: Question) -> None:
    """Hold every asker's answer to the one of an archive with nothing but what is theirs."""
    for asker in ASKERS:
        of_all = asked.put(worlds.whole.archive, asker)
        of_own = asked.put(worlds.parts[asker].archive, asker)
        assert of_all == of_own, (asker, asked)


@pytest.mark.parametrize("case", WIDER)
@pytest.mark.parametrize("mode", ["exact", "fuzzy", "auto"])
def test_no_query_gets_out_of_the_scope(worlds: Worlds, case: str, mode: str) -> None:
    for text in WIDER[case]:
        more = {"mode": mode, "facets": ["department", "secrecy"], "limit": 100}
        same(worlds, Question("search", text, more))


@pytest.mark.parametrize("case", WIDER)
def test_no_beginning_is_completed_beyond_the_scope(worlds: Worlds, case: str) -> None:
    for text in WIDER[case]:
        same(worlds, Question("suggest", text, {"limit": 50}))


@pytest.mark.parametrize("case", OPTIONS)
def test_no_option_gets_out_of_the_scope(worlds: Worlds, case: str) -> None:
    for more in OPTIONS[case]:
        for text in ("", "张"):
            same(worlds, Question("search", text, more))


@pytest.mark.parametrize("case", FLOODS)
def test_floods_are_refused_at_once(worlds: Worlds, case: str) -> None:
    started = time.process_time()
    with pytest.raises(InvalidRequestError) as caught:
        worlds.whole.archive.search(FLOODS[case], user="li")
    try:
        completed = worlds.whole.archive.suggest(FLOODS[case], user="li")
    except InvalidRequestError:
        completed = ()

    assert completed == ()
    assert len(caught.value.message) < 500
    assert time.process_time() - started < 10, "it took the processor's time"


def test_hidden_ids_answer_like_missing_ones_on_every_surface(worlds: Worlds) -> None:
    seen = {hit.record_id for hit in worlds.whole.archive.search("", user="li", limit=1000).hits}
    hidden = next(f"R{number:04d}" for number in range(80) if f"R{number:04d}" not in seen)

    for record_id in (hidden, "R9999", "x' OR 1=1 --", "../../etc/passwd", "", "%", "R0001\x00"):
        for way in ("get", "history", "change", "delete", "restore"):
            same(worlds, Question(way, record_id, {}))
        same(worlds, Question("proposal", record_id, {}))
    answers = {
        str(Question(way, record_id, {}).put(worlds.whole.archive, "li"))
        for record_id in (hidden, "R9999")
        for way in ("get", "history", "change", "delete", "restore")
    }
    assert len(answers) == 1


def test_what_is_done_with_a_hidden_record_ends_as_with_a_missing_one(worlds: Worlds) -> None:
    archive = worlds.whole.archive
    seen = {hit.record_id for hit in archive.search("", user="li", limit=1000).hits}
    hidden = next(f"R{number:04d}" for number in range(80) if f"R{number:04d}" not in seen)
    for record_id in (hidden, "R9999"):
        for fields in ({"备注": "新"}, {"部门": "总行"}, {"密级": "公开", "建档人": "li"}):
            for deed in (
                lambda r, f: archive.change(r, f, user="li"),
                lambda r, f: archive.propose(r, f, reason="更正", user="li"),
            ):
                with pytest.raises(NotFoundError, match="没有这份档案，或不在您的检索范围内"):
                    deed(record_id, fields)
    steps = AuditFilter(user="li", outcome=Outcome.FAILED)
    found = worlds.whole.application.audit.search(steps, "admin", limit=12)

    told = {(each.entry.action, str(each.entry.detail)) for each in found}
    assert {each.entry.target for each in found} == {hidden, "R9999"}
    assert told == {("change", "{'code': 'not_found'}"), ("propose", "{'code': 'not_found'}")}
