import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.analysis.segmenter import ChineseSegmenter
from archsearch.analysis.units import MAX_POSITION
from archsearch.domain.record import Record, RecordId
from archsearch.domain.schema import FieldSpec, FieldType, Matching, Schema, Sensitivity
from archsearch.engines.documents import Analysis, DocumentBuilder
from archsearch.security.tokens import Tokens
from tests.lists import parts, pinyin
from tests.unit.engines.obvious import SECRET, ObviousBuilder, seen

KEY, SECRET_FIELD = Matching.KEY, Sensitivity.C2
SCHEMA = Schema(1, (
    FieldSpec("record_id", "档号", FieldType.KEYWORD, sortable=True, matching=KEY),
    FieldSpec("name", "名称", FieldType.NAME, sortable=True, matching=Matching.NAME),
    FieldSpec("former", "曾用名", FieldType.NAME, many=True, matching=Matching.NAME),
    FieldSpec("signer", "签字人", FieldType.NAME, sortable=True, facet=True, matching=KEY),
    FieldSpec("tier", "等级", FieldType.KEYWORD, vocabulary="tier", facet=True, sortable=True,
              matching=KEY),
    FieldSpec("region", "地区", FieldType.REGION, hierarchical=True, facet=True, matching=KEY),
    FieldSpec("tags", "标签", FieldType.TAGS, many=True, facet=True, matching=KEY),
    FieldSpec("id_number", "证件", FieldType.ID_NUMBER, sensitivity=SECRET_FIELD, matching=KEY),
    FieldSpec("phones", "电话", FieldType.PHONE, many=True, sensitivity=SECRET_FIELD,
              matching=KEY),
    FieldSpec("hotline", "热线", FieldType.PHONE, facet=True, matching=KEY),
    FieldSpec("email", "邮箱", FieldType.EMAIL, sensitivity=SECRET_FIELD, matching=KEY),
    FieldSpec("born", "生日", FieldType.DATE, sensitivity=SECRET_FIELD, matching=KEY),
    FieldSpec("since", "日期", FieldType.DATE, sortable=True, matching=KEY),
    FieldSpec("amount", "金额", FieldType.AMOUNT, facet=True, sortable=True, matching=KEY),
    FieldSpec("notes", "备注", FieldType.TEXT, matching=Matching.TEXT),
    FieldSpec("seal", "印章", FieldType.TEXT),
    FieldSpec("contacts", "联系人", FieldType.GROUP, many=True, fields=(
        FieldSpec("contacts.name", "姓名", FieldType.NAME, matching=Matching.TEXT),
        FieldSpec("contacts.phone", "电话", FieldType.PHONE, sensitivity=SECRET_FIELD,
                  matching=KEY),
        FieldSpec("contacts.kind", "类别", FieldType.KEYWORD, facet=True, matching=KEY),
    )),
))  # fmt: skip
RANKS = {"tier": {"高": 0, "低": 1}}

PROSE = st.text(
    st.sampled_from("张伟明单于乐曾解銀行峯〇䶮𠮷鿿ＡaB4４ -，。！\n（）·é①の가"), max_size=30
)
NUMBERS = st.sampled_from([
    "13812345678", "+86 138-1234-5678", "０１０-62345678转8", "110105194912310025",
    "11010519491231002x", "GR2178280001", "6222021234567890128", "12", "", "x@Y.com",
])  # fmt: skip
WRITTEN = st.one_of(PROSE, NUMBERS, st.text(max_size=8))
SCALARS = st.one_of(WRITTEN, st.integers(-5, 5), st.booleans(), st.just(1.0), st.none())
SEVERAL = st.lists(SCALARS, max_size=3)
DATES = st.dates().map(str)
AMOUNTS = st.one_of(st.integers(-(10**6), 10**6), st.floats(allow_nan=False), st.booleans())
CONTACT = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("name", "phone", "kind", "other"), SCALARS)
)
SINGLE = ("record_id", "name", "signer", "tier", "id_number", "hotline", "email", "notes", "seal")
VALUES = st.fixed_dictionaries(
    {"secrecy": st.just("内部")},
    optional={
        **dict.fromkeys((*SINGLE, "unknown"), SCALARS),
        **dict.fromkeys(("former", "tags", "phones"), SEVERAL),
        "region": st.sampled_from(["华东", "华东/江苏省/苏州市", "a//b"]),
        "department": st.sampled_from(["", "总行", "总行/信贷部"]),
        "owner": st.sampled_from(["", "li.na"]),
        "born": DATES,
        "since": DATES,
        "amount": AMOUNTS,
        "contacts": st.one_of(SCALARS, st.lists(st.one_of(SCALARS, CONTACT), max_size=3)),
    },
)


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return Analysis(ChineseSegmenter(), pinyin(), parts(), Tokens(SECRET))


@pytest.fixture(scope="module")
def builder(analysis: Analysis) -> DocumentBuilder:
    return DocumentBuilder(SCHEMA, RANKS, analysis)


@pytest.fixture(scope="module")
def obvious(analysis: Analysis) -> ObviousBuilder:
    return ObviousBuilder(SCHEMA, RANKS, analysis.segmenter, analysis.pinyin, analysis.parts)


def record(values: Mapping[str, Any]) -> Record:
    return Record(RecordId("A-1"), 3, dict(values))


@given(st.data())
def test_a_document_holds_what_the_obvious_way_makes(
    builder: DocumentBuilder, obvious: ObviousBuilder, data: st.DataObject
) -> None:
    given_record = record(data.draw(VALUES))

    document = builder.build(given_record)

    assert (document.record_id, document.version) == ("A-1", 3)
    assert seen(document) == obvious.build(given_record)


def test_values_that_are_equal_but_not_alike_are_not_taken_for_each_other(
    builder: DocumentBuilder,
) -> None:
    shown = [builder.build(record({"amount": value})).keys["amount#facet"]
             for value in (1, True, 1.0, "1")]  # fmt: skip

    assert shown == [("1",), ("True",), ("1.0",), ("1",)]


def test_several_values_are_remembered_as_several(builder: DocumentBuilder) -> None:
    for tags in (["老客户", "VIP"], ["老客户"], ["老客户", "VIP"], [], ["VIP", "VIP"]):
        keys = builder.build(record({"tags": tags})).keys

        assert keys.get("tags#facet", ()) == tuple(dict.fromkeys(tags))


def test_a_document_is_made_alike_however_many_were_made_before(
    builder: DocumentBuilder, analysis: Analysis
) -> None:
    rng = random.Random(5)
    crowd = [record({"signer": f"张{number}", "since": f"{number}"}) for number in range(9000)]
    for each in rng.sample(crowd, len(crowd)):
        builder.build(each)

    again = [builder.build(each) for each in crowd[:50]]

    fresh = DocumentBuilder(SCHEMA, RANKS, analysis)
    assert list(map(seen, again)) == [seen(fresh.build(each)) for each in crowd[:50]]


def test_what_lies_past_the_last_position_is_left_out(
    builder: DocumentBuilder, obvious: ObviousBuilder
) -> None:
    long = record({"notes": ["甲" * (MAX_POSITION - 3), "乙丙丁戊己"]})

    document = builder.build(long)

    assert seen(document) == obvious.build(long)
    assert ("丙", MAX_POSITION - 1) in set(document.texts["notes"])
