from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.domain.identifiers import person_check_char
from archsearch.domain.record import Origin
from archsearch.domain.regions import RegionTree
from archsearch.domain.schema import FieldSpec, FieldType, Schema
from archsearch.domain.vocabulary import Vocabulary
from archsearch.errors import SettingsError
from archsearch.ingest.normalise.normaliser import Normaliser
from archsearch.ingest.rows import Draft, Row
from tests.unit.ingest.drafting import make_normaliser

PERSON = "11010519491231002X"

cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.text(max_size=30),
    st.sampled_from(
        [
            PERSON.lower(),
            "110105491231002",
            "91350100m000100y43",
            "1.2万",
            "2024年3月5日",
            "138 1234 5678、010-62345678",
            "北京 朝阳区",
            "VIP",
            "授信，欠款 #新标签",
            "张 三",
            "阿里木•买买提",
            "杭州科技(集团)有限公司",
            "浙江省杭州市西湖区文三路 90 号",
            "男",
            "１９４９-12-31",
        ]
    ),
)
KEYS = (
    *("record_id", "name", "former_names", "nature", "value_tier", "region", "tags", "department"),
    *("secrecy", "id_number", "gender", "birth_date", "established_on", "phones", "email"),
    *("address", "notes", "created_at", "review_due"),
)
raw_rows = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(KEYS, st.one_of(cells, st.lists(cells, max_size=3))),
        "contacts": st.lists(
            st.fixed_dictionaries(
                {}, optional=dict.fromkeys(("name", "phone", "id_number"), cells)
            ),
            max_size=3,
        ),
        "finance": st.fixed_dictionaries({}, optional={"income": cells}),
    },
)


def codes(draft: Draft) -> list[tuple[str | None, str]]:
    return [(problem.field, problem.code) for problem in draft.problems]


def test_clean_values_pass_unchanged(normaliser: Normaliser, row: Row) -> None:
    raw = {"name": "张伟", "phones": ["13812345678"], "notes": "按时还款。", "nature": "个人"}

    draft = normaliser.normalise(row, raw)

    assert draft.values == {**raw, "secrecy": "内部"}
    assert draft.original == {}
    assert draft.problems == ()


def test_the_original_of_what_changed_is_kept(normaliser: Normaliser, row: Row) -> None:
    draft = normaliser.normalise(
        row,
        {
            "name": "张 伟",
            "value_tier": "VIP",
            "birth_date": "1949年12月31日",
            "established_on": date(1999, 1, 2),
            "finance": {"income": "1200"},
            "tags": "欠款，授信，授信",
            "phones": "138 1234 5678",
            "department": "华东分行／信贷部",
        },
    )

    assert draft.values["name"] == "张伟"
    assert draft.values["value_tier"] == "高价值"
    assert draft.values["tags"] == ["逾期", "授信"]
    assert draft.values["phones"] == ["13812345678"]
    assert draft.values["established_on"] == "1999-01-02"
    assert draft.values["finance"] == {"income": 1200}
    assert draft.values["department"] == "华东分行/信贷部"
    assert draft.original == {
        "name": "张 伟",
        "value_tier": "VIP",
        "birth_date": "1949年12月31日",
        "tags": "欠款，授信，授信",
        "phones": "138 1234 5678",
        "department": "华东分行／信贷部",
    }


def test_members_of_groups_are_normalised_one_by_one(normaliser: Normaliser, row: Row) -> None:
    draft = normaliser.normalise(
        row,
        {
            "contacts": [
                {"name": "李四", "phone": "+86 138 1234 5678"},
                {},
                {"name": "王 五", "id_number": "110105491231002"},
            ],
            "finance": {"income": "1.2万元"},
        },
    )

    assert draft.values["contacts"] == [
        {"name": "李四", "phone": "13812345678"},
        {"name": "王五", "id_number": PERSON},
    ]
    assert draft.values["finance"] == {"income": 12000}
    assert draft.original == {
        "contacts": [
            {"phone": "+86 138 1234 5678"},
            {"name": "王 五", "id_number": "110105491231002"},
        ],
        "finance": {"income": "1.2万元"},
    }


def test_a_problem_names_field_and_position_but_not_the_value(
    normaliser: Normaliser, row: Row
) -> None:
    draft = normaliser.normalise(
        row, {"contacts": [{"name": "李四"}, {"phone": "1.38E+10"}], "nature": "企业單位机密"}
    )

    assert codes(draft) == [
        ("nature", "vocabulary_unknown"),
        ("contacts.phone", "excel_mangled"),
    ]
    nature, phone = draft.problems
    assert "企业單位机密" not in nature.message
    assert "企业、个人、政府" in nature.message
    assert phone.message.startswith("联系人第 2 项的联系人电话：")
    assert "1.38" not in phone.message
    assert draft.rejected


def test_open_vocabularies_accept_new_words(normaliser: Normaliser, row: Row) -> None:
    draft = normaliser.normalise(row, {"tags": ["#新客户", "欠款"]})

    assert draft.values["tags"] == ["新客户", "逾期"]
    assert draft.problems == ()


def test_gender_birth_date_region_and_nature_come_from_the_id_number(
    normaliser: Normaliser, row: Row
) -> None:
    draft = normaliser.normalise(row, {"name": "张伟", "id_number": PERSON})

    assert draft.values["gender"] == "女"
    assert draft.values["birth_date"] == "1949-12-31"
    assert draft.values["region"] == "华北/北京市/朝阳区"
    assert draft.values["nature"] == "个人"
    assert draft.origins == {
        "gender": Origin.DERIVED,
        "birth_date": Origin.DERIVED,
        "region": Origin.DERIVED,
        "nature": Origin.DERIVED,
        "secrecy": Origin.DEFAULT,
    }


def test_given_values_are_not_overwritten_by_derived_ones(normaliser: Normaliser, row: Row) -> None:
    raw = {"id_number": PERSON, "gender": "男", "region": "杭州市西湖区", "birth_date": "1950"}

    draft = normaliser.normalise(row, raw)

    assert draft.values["gender"] == "男"
    assert draft.values["region"] == "华东/浙江省/杭州市/西湖区"
    assert draft.values["birth_date"] == "1950"


def test_the_address_goes_before_the_id_number_as_source_of_the_region(
    normaliser: Normaliser, row: Row
) -> None:
    draft = normaliser.normalise(
        row, {"id_number": PERSON, "address": "浙江省杭州市西湖区文三路 90 号"}
    )

    assert draft.values["region"] == "华东/浙江省/杭州市/西湖区"


def test_a_withdrawn_region_code_means_todays_region(normaliser: Normaliser, row: Row) -> None:
    number = "11010319700101121"

    draft = normaliser.normalise(row, {"id_number": number + person_check_char(number)})

    assert draft.values["region"] == "华北/北京市/东城区"


def test_an_unknown_region_is_kept_beside_and_derived_instead(
    normaliser: Normaliser, row: Row
) -> None:
    draft = normaliser.normalise(row, {"region": "火星基地", "id_number": PERSON})

    assert codes(draft) == [("region", "region_unknown")]
    assert draft.original["region"] == "火星基地"
    assert draft.values["region"] == "华北/北京市/朝阳区"
    assert draft.origins["region"] is Origin.DERIVED
    assert not draft.rejected


def test_nothing_is_derived_from_a_wrong_id_number(normaliser: Normaliser, row: Row) -> None:
    draft = normaliser.normalise(row, {"id_number": PERSON[:-1] + "1"})

    assert set(draft.values) == {"id_number", "secrecy"}


@pytest.mark.parametrize(
    ("raw", "nature"),
    [
        ({"id_number": "91350100M000100Y43"}, "企业"),
        ({"name": "杭州某某科技有限公司"}, "企业"),
        ({"name": "杭州某某科技有限公司（筹）"}, "企业"),
        ({"name": "杭州市西湖区人民政府"}, "政府"),
        ({"name": "杭州市财政局"}, "政府"),
        ({"name": "某某股份有限公司宁明分公司营业厅"}, "企业"),
        ({"name": "某某石油公司城东加油站"}, "企业"),
        ({"name": "城东农村信用社"}, "企业"),
        ({"name": "西湖区益丰大药店"}, "企业"),
        ({"name": "某某公司工会委员会"}, None),
        ({"name": "某某村村民委员会"}, None),
        ({"name": "国家银行业监督管理局"}, "政府"),
        ({"name": "某某工会西湖县委员会"}, None),
        ({"name": "某某商会"}, None),
        ({"name": "王小厂"}, None),
        ({"name": "张伟"}, None),
        ({"name": "张伟", "gender": "男"}, "个人"),
    ],
)
def test_nature_is_derived_only_where_there_is_no_doubt(
    normaliser: Normaliser, row: Row, raw: Mapping[str, Any], nature: str | None
) -> None:
    assert normaliser.normalise(row, raw).values.get("nature") == nature


def test_a_registration_number_of_an_enterprise_is_not_taken_for_a_person(
    normaliser: Normaliser, row: Row
) -> None:
    number = "110105491231002"

    person = normaliser.normalise(row, {"name": "张伟", "id_number": number})
    company = normaliser.normalise(row, {"name": "某某有限公司", "id_number": number})

    assert person.values["id_number"] == PERSON
    assert person.original["id_number"] == number
    assert company.values["id_number"] == number
    assert company.values["nature"] == "企业"


def test_system_fields_and_unknown_keys_are_ignored(normaliser: Normaliser, row: Row) -> None:
    draft = normaliser.normalise(row, {"quality": 3, "没有": 1, "name": "张伟"})

    assert set(draft.values) == {"name", "secrecy"}


def test_shapes_that_do_not_fit_are_errors(normaliser: Normaliser, row: Row) -> None:
    draft = normaliser.normalise(
        row, {"name": {"a": 1}, "contacts": "张三", "finance": [{}, {}], "tags": ["x"] * 60}
    )

    assert codes(draft) == [
        ("name", "value_invalid"),
        ("tags", "too_long"),
        ("contacts", "value_invalid"),
        ("finance", "too_long"),
    ]


def test_nesting_without_end_does_no_harm(normaliser: Normaliser, row: Row) -> None:
    deep: Any = "张伟"
    for _ in range(100_000):
        deep = [deep]

    draft = normaliser.normalise(row, {"name": deep, "notes": [[["深"]]], "region": deep})

    assert {code for _, code in codes(draft)} == {"value_invalid"}
    assert orjson.dumps(dict(draft.original))


def test_a_default_that_its_field_refuses_is_a_settings_error(
    schema: Schema, vocabularies: Mapping[str, Vocabulary], regions: RegionTree
) -> None:
    for defaults in ({"secrecy": "不存在"}, {"没有": "x"}, {"contacts": "x"}, {"secrecy": " "}):
        with pytest.raises(SettingsError):
            Normaliser(schema, vocabularies, regions, defaults=defaults)


def test_a_vocabulary_that_is_not_there_is_a_settings_error(regions: RegionTree) -> None:
    schema = Schema(1, (FieldSpec("x", "甲", FieldType.KEYWORD, vocabulary="没有"),))

    with pytest.raises(SettingsError, match="没有"):
        Normaliser(schema, {}, regions)


@given(raw=raw_rows)
def test_normalising_twice_changes_nothing(
    normaliser: Normaliser, row: Row, raw: Mapping[str, Any]
) -> None:
    once = normaliser.normalise(row, raw)

    again = normaliser.normalise(row, once.values)

    assert again.values == once.values
    assert again.original == {}


@given(raw=raw_rows)
def test_whatever_comes_in_can_be_stored_as_json(
    normaliser: Normaliser, row: Row, raw: Mapping[str, Any]
) -> None:
    draft = normaliser.normalise(row, raw)

    assert orjson.loads(orjson.dumps(draft.values)) == draft.values
    assert orjson.loads(orjson.dumps(dict(draft.original))) == draft.original


@given(rows=st.lists(raw_rows, max_size=4))
def test_what_was_normalised_before_makes_no_difference(
    normaliser: Normaliser, row: Row, rows: list[dict[str, Any]]
) -> None:
    for raw in rows:
        normaliser.normalise(row, raw)

    for raw in rows:
        draft = normaliser.normalise(row, raw)

        # NaN is not equal to itself, so texts are compared.
        assert repr(draft) == repr(make_normaliser().normalise(row, raw))
