import pytest

from archsearch.domain.schema import Schema
from archsearch.ingest.columns import ColumnNames


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("name", "name"),
        ("NAME", "name"),
        ("客户名称", "name"),
        (" 姓　名 ", "name"),
        ("*姓名", "name"),
        ("姓名*", "name"),
        ("客户\n名称", "name"),
        ("姓名（必填）", "name"),
        ("姓名(必填)【中文】", "name"),
        ("出生日期(YYYY-MM-DD)", "birth_date"),
        ("birth-date", "birth_date"),
        ("统一社会信用代码", "id_number"),
        ("电话1", "phones"),
        ("手机２", "phones"),
        ("地址1", "address"),
    ],
)
def test_names_of_plain_fields_are_understood_however_they_are_written(
    schema: Schema, name: str, key: str
) -> None:
    target = ColumnNames(schema).find(name)

    assert target is not None
    assert target.spec.key == key
    assert target.member is None


@pytest.mark.parametrize(
    ("name", "key", "slot"),
    [
        ("contacts[0].name", "contacts.name", 1),
        ("contacts[1][phone]", "contacts.phone", 2),
        ("contacts.1.phone", "contacts.phone", 2),
        ("contacts.name", "contacts.name", 1),
        ("联系人姓名", "contacts.name", 1),
        ("联系人1姓名", "contacts.name", 1),
        ("联系人2姓名", "contacts.name", 2),
        ("联系人姓名2", "contacts.name", 2),
        ("联系人二电话", "contacts.phone", 2),
        ("第三联系人电话", "contacts.phone", 3),
        ("联系人-手机", "contacts.phone", 1),
        ("家庭成员关系", "family.relation", 1),
        ("财务状况/年收入", "finance.income", 1),
        ("服务记录日期", "services.date", 1),
    ],
)
def test_names_of_group_members_are_understood(
    schema: Schema, name: str, key: str, slot: int
) -> None:
    target = ColumnNames(schema).find(name)

    assert target is not None
    assert target.member is not None
    assert (target.member.key, target.slot) == (key, slot)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("年收入", ""),
        ("年收入(万元)", "万元"),
        ("年收入（单位：万元）", "万元"),
        ("年收入【元】", "元"),
        ("年收入_万元", "万元"),
        ("财务状况.收入(人民币亿元)", "亿元"),
        ("年收入(万美元)", "万美元"),
        ("年收入(税前)", ""),
        ("年收入(税前)(万元)", "万元"),
    ],
)
def test_the_unit_of_an_amount_is_taken_from_its_column(
    schema: Schema, name: str, unit: str
) -> None:
    target = ColumnNames(schema).find(name)

    assert target is not None
    assert target.member is not None
    assert (target.member.key, target.unit) == ("finance.income", unit)


@pytest.mark.parametrize(
    "name", ["", "2", "备注备注", "地址2", "爱好", "()", "[0]", "contacts[0]."]
)
def test_other_names_are_not_guessed(schema: Schema, name: str) -> None:
    target = ColumnNames(schema).find(name)

    assert target is None or target.spec.key == "contacts"


@pytest.mark.parametrize(
    ("group", "name", "key"),
    [
        ("contacts", "name", "contacts.name"),
        ("contacts", "姓名", "contacts.name"),
        ("contacts", "手机", "contacts.phone"),
        ("contacts", "联系人电话", "contacts.phone"),
        ("services", "日期", "services.date"),
        ("services", "内容", "services.summary"),
        ("family", "关系", "family.relation"),
    ],
)
def test_members_are_known_by_short_names_inside_their_group(
    schema: Schema, group: str, name: str, key: str
) -> None:
    found = ColumnNames(schema).member(schema.by_key[group], name)

    assert found is not None
    assert found[0].key == key


def test_an_ending_shared_by_two_members_decides_nothing(schema: Schema) -> None:
    assert ColumnNames(schema).member(schema.by_key["services"], "服务") is None
