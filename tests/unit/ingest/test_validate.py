from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.domain.identifiers import person_check_char
from archsearch.domain.problem import Aspect, Severity
from archsearch.domain.schema import Schema
from archsearch.ingest.faults import KINDS
from archsearch.ingest.normalise.normaliser import Normaliser
from archsearch.ingest.rows import Draft, Row
from archsearch.ingest.validate import RECOMMENDED, Validator
from tests.unit.ingest.drafting import REGIONS, ROW, SCHEMA, make_normaliser

TODAY = date(2026, 6, 1)
PERSON = "11010519491231002X"
USCC = "91350100M000100Y43"
COMPLETE = {
    "name": "张伟",
    "nature": "个人",
    "id_number": PERSON,
    "phones": "13812345678",
    "address": "北京市朝阳区建国路1号",
}


@pytest.fixture(scope="module")
def normaliser() -> Normaliser:
    return make_normaliser()


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator(SCHEMA, REGIONS)


@pytest.fixture(scope="module")
def row() -> Row:
    return ROW


def numbered(first17: str) -> str:
    return first17 + person_check_char(first17)


def checked(
    normaliser: Normaliser, validator: Validator, row: Row, raw: Mapping[str, Any]
) -> Draft:
    return validator.check(normaliser.normalise(row, raw), TODAY)


def codes(draft: Draft) -> list[tuple[str | None, str]]:
    return [(problem.field, problem.code) for problem in draft.problems]


def test_a_complete_record_has_no_problem_and_full_quality(
    normaliser: Normaliser, validator: Validator, row: Row
) -> None:
    draft = checked(normaliser, validator, row, COMPLETE)

    assert draft.problems == ()
    assert draft.quality == 100
    assert not draft.rejected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": None}, [("name", "required_missing")]),
        ({"name": "张" * 300}, [("name", "too_long")]),
        ({"name": "张伟1"}, [("name", "name_suspicious")]),
        ({"name": "张�"}, [("name", "name_suspicious")]),
        ({"name": "张??"}, [("name", "name_suspicious")]),
        ({"name": "张\ue863"}, [("name", "name_suspicious")]),
        ({"name": "无"}, [("name", "name_suspicious")]),
        ({"name": "张"}, [("name", "name_suspicious")]),
        ({"name": "张\x00伟"}, [("name", "control_characters")]),
        ({"id_number": "11010519491231002"}, [("id_number", "id_format")]),
        ({"id_number": "110105194912310021"}, [("id_number", "id_checksum")]),
        ({"id_number": "110105194913310025"}, [("id_number", "id_birth_date")]),
        ({"id_number": numbered("11010520491231002")}, [("id_number", "id_birth_date")]),
        ({"id_number": numbered("11999919491231002")}, [("id_number", "id_region_unknown")]),
        ({"id_number": numbered("81000019491231002")}, []),
        ({"id_number": "1.10105E+17"}, [("id_number", "excel_mangled")]),
        ({"id_number": "E12345678"}, [("id_number", "id_kind_unknown")]),
        ({"id_number": "110105491231002"}, []),
        ({"id_number": None}, [("id_number", "incomplete")]),
        ({"id_number": USCC, "nature": "企业"}, []),
        ({"id_number": "91350100M000100Y45"}, [("id_number", "uscc_checksum")]),
        ({"id_number": "91350100M000100I43"}, [("id_number", "uscc_format")]),
        ({"id_number": "110108000000016", "nature": "企业"}, [("id_number", "id_kind_unknown")]),
        ({"id_number": None, "nature": "企业"}, [("id_number", "incomplete")]),
        ({"gender": "男"}, [("gender", "gender_mismatch")]),
        ({"gender": "F"}, []),
        ({"birth_date": "1949-12-30"}, [("birth_date", "birth_mismatch")]),
        ({"birth_date": "1949"}, []),
        ({"birth_date": "1949-11"}, [("birth_date", "birth_mismatch")]),
        ({"birth_date": "1949-02-30"}, [("birth_date", "date_invalid")]),
        ({"established_on": "2027-01-01"}, [("established_on", "date_order")]),
        ({"established_on": "2026"}, []),
        ({"established_on": "2026-06-01"}, []),
        ({"established_on": "2026-06-02"}, [("established_on", "date_order")]),
        (
            {"id_number": None, "nature": "政府", "birth_date": "1900"},
            [("birth_date", "date_suspicious")],
        ),
        (
            {"created_at": "2026-01-05", "review_due": "2025-12-31"},
            [("review_due", "date_suspicious")],
        ),
        ({"created_at": "2026-01-05", "review_due": "2026-01"}, []),
        ({"region": "杭州市西湖区"}, [("region", "region_mismatch")]),
        ({"region": "北京市"}, []),
        ({"region": "没有的地方"}, [("region", "region_unknown")]),
        ({"phones": "1234567890123"}, [("phones", "phone_invalid")]),
        ({"email": "zhang"}, [("email", "email_invalid")]),
        ({"value_tier": "至尊"}, [("value_tier", "vocabulary_unknown")]),
        ({"phones": None, "address": None}, [(None, "incomplete")]),
        ({"finance": {"income": "很多"}}, [("finance.income", "amount_invalid")]),
        ({"contacts": [{"phone": "13812345678"}]}, [("contacts.name", "required_missing")]),
        (
            {"contacts": [{"name": "李四", "id_number": "110105194912310021"}]},
            [("contacts.id_number", "id_checksum")],
        ),
    ],
)
def test_each_defect_gets_exactly_its_code(
    normaliser: Normaliser,
    validator: Validator,
    row: Row,
    change: Mapping[str, Any],
    expected: list[tuple[str, str]],
) -> None:
    draft = checked(normaliser, validator, row, {**COMPLETE, **change})

    assert codes(draft) == expected
    assert draft.rejected == any(KINDS[code][0] is Severity.ERROR for _, code in expected)
    assert draft.quality == 100 or expected or None in change.values()
    assert all(problem.where == row.where for problem in draft.problems)


def test_messages_say_what_to_do_and_repeat_no_value(
    normaliser: Normaliser, validator: Validator, row: Row
) -> None:
    raw = {
        "name": "张伟99",
        "nature": "个人",
        "id_number": "110105194912310021",
        "phones": "1381234567",
        "email": "zhang.wei",
        "birth_date": "1949-12-40",
        "contacts": [{"name": "李四", "phone": "555", "id_number": "91350100M000100Y45"}],
    }

    draft = checked(normaliser, validator, row, raw)

    messages = "".join(problem.message for problem in draft.problems)
    assert len(draft.problems) == 7
    for secret in ("张伟", "11010519491231", "1381234", "zhang", "12-40", "李四", "555", "M000"):
        assert secret not in messages
    assert "第 18 位校验码不对" in messages
    assert "联系人第 1 项的联系人证件号" in messages


def test_aspects_and_severities_come_from_the_catalogue(
    normaliser: Normaliser, validator: Validator, row: Row
) -> None:
    draft = checked(normaliser, validator, row, {"phones": "555"})

    assert [(each.code, each.severity, each.aspect) for each in draft.problems] == [
        ("phone_invalid", Severity.WARNING, Aspect.CONFORMITY),
        ("required_missing", Severity.ERROR, Aspect.COMPLETENESS),
    ]


def test_quality_falls_by_what_is_missing_and_what_is_doubtful(
    normaliser: Normaliser, validator: Validator, row: Row
) -> None:
    bare = checked(normaliser, validator, row, {"name": "张伟"})
    doubtful = checked(normaliser, validator, row, {**COMPLETE, "email": "zhang"})
    wrong = checked(normaliser, validator, row, {**COMPLETE, "gender": "男"})

    present = {"id_number", "phones", "address", "nature", "region"} & set(RECOMMENDED)
    assert bare.quality == 100 - sum(RECOMMENDED[key] for key in present)
    assert doubtful.quality == 95
    assert wrong.quality == 75


def test_fields_that_the_schema_lacks_cost_nothing(row: Row) -> None:
    names_only = Schema(1, tuple(spec for spec in SCHEMA.fields if spec.key == "name"))
    normaliser = Normaliser(names_only, {}, REGIONS)
    validator = Validator(names_only, REGIONS)

    draft = validator.check(normaliser.normalise(row, {"name": "张伟"}), TODAY)

    assert draft.problems == ()
    assert draft.quality == 100


@given(
    raw=st.dictionaries(
        st.sampled_from(["name", "id_number", "phones", "email", "birth_date", "region", "nature"]),
        st.text("0123456789X张伟京a@.年-", max_size=20),
    )
)
def test_quality_stays_between_0_and_100(
    normaliser: Normaliser, validator: Validator, row: Row, raw: Mapping[str, Any]
) -> None:
    draft = checked(normaliser, validator, row, raw)

    assert 0 <= draft.quality <= 100
    assert all(problem.code in KINDS for problem in draft.problems)
