"""A schema like the shipped one, with few vocabularies and regions."""

from collections.abc import Mapping
from datetime import date

import pytest

from archsearch.domain.problem import Where
from archsearch.domain.regions import RegionRow, RegionTree
from archsearch.domain.schema import FieldSpec, FieldType, Schema, Sensitivity
from archsearch.domain.vocabulary import Vocabulary
from archsearch.ingest.normalise.normaliser import Normaliser
from archsearch.ingest.rows import Row
from archsearch.ingest.validate import Validator

TODAY = date(2026, 6, 1)


@pytest.fixture(scope="session")
def vocabularies() -> Mapping[str, Vocabulary]:
    vocabularies = (
        Vocabulary("nature", ("企业", "个人", "政府"), {"公司客户": "企业"}),
        Vocabulary("value_tier", ("高价值", "中价值", "低价值", "潜在"), {"VIP": "高价值"}),
        Vocabulary("secrecy", ("公开", "内部", "秘密"), {}),
        Vocabulary("gender", ("男", "女"), {"M": "男", "F": "女"}),
        Vocabulary("tags", ("授信", "逾期"), {"欠款": "逾期"}, open=True),
    )
    return {vocabulary.name: vocabulary for vocabulary in vocabularies}


@pytest.fixture(scope="session")
def regions() -> RegionTree:
    return RegionTree(
        [
            RegionRow("", "华北", "great", ""),
            RegionRow("", "华东", "great", ""),
            RegionRow("110000", "北京市", "province", "华北"),
            RegionRow("110105", "朝阳区", "county", "110000"),
            RegionRow("110101", "东城区", "county", "110000"),
            RegionRow("110103", "崇文区", "county", "110000", "1980", "2009", "110101"),
            RegionRow("330000", "浙江省", "province", "华东"),
            RegionRow("330100", "杭州市", "prefecture", "330000"),
            RegionRow("330106", "西湖区", "county", "330100"),
        ]
    )


@pytest.fixture(scope="session")
def schema() -> Schema:
    keyword, group = FieldType.KEYWORD, FieldType.GROUP
    secret = Sensitivity.C2
    return Schema(
        1,
        (
            FieldSpec("record_id", "档号", keyword),
            FieldSpec("name", "客户名称", FieldType.NAME, required=True),
            FieldSpec("former_names", "曾用名", FieldType.NAME, many=True),
            FieldSpec("nature", "客户性质", keyword, vocabulary="nature"),
            FieldSpec("value_tier", "价值等级", keyword, vocabulary="value_tier"),
            FieldSpec("region", "地区", FieldType.REGION, hierarchical=True),
            FieldSpec("tags", "标签", FieldType.TAGS, many=True, vocabulary="tags"),
            FieldSpec("department", "部门", keyword, hierarchical=True),
            FieldSpec("secrecy", "密级", keyword, vocabulary="secrecy"),
            FieldSpec("id_number", "证件号码", FieldType.ID_NUMBER, sensitivity=secret),
            FieldSpec("gender", "性别", keyword, vocabulary="gender"),
            FieldSpec("birth_date", "出生日期", FieldType.DATE, sensitivity=secret),
            FieldSpec("established_on", "成立日期", FieldType.DATE),
            FieldSpec("phones", "电话", FieldType.PHONE, many=True, sensitivity=secret),
            FieldSpec("email", "电子邮箱", FieldType.EMAIL, sensitivity=secret),
            FieldSpec("address", "地址", FieldType.ADDRESS),
            FieldSpec(
                "contacts",
                "联系人",
                group,
                many=True,
                fields=(
                    FieldSpec("contacts.name", "联系人姓名", FieldType.NAME, required=True),
                    FieldSpec("contacts.phone", "联系人电话", FieldType.PHONE, sensitivity=secret),
                    FieldSpec(
                        "contacts.id_number",
                        "联系人证件号",
                        FieldType.ID_NUMBER,
                        sensitivity=secret,
                    ),
                ),
            ),
            FieldSpec(
                "finance",
                "财务状况",
                group,
                fields=(
                    FieldSpec(
                        "finance.income", "收入", FieldType.AMOUNT, sensitivity=Sensitivity.C3
                    ),
                ),
            ),
            FieldSpec("notes", "备注", FieldType.TEXT),
            FieldSpec("created_at", "建档时间", FieldType.DATE),
            FieldSpec("review_due", "复核到期", FieldType.DATE),
            FieldSpec("quality", "质量分", FieldType.NUMBER, system=True),
        ),
    )


@pytest.fixture(scope="session")
def normaliser(
    schema: Schema, vocabularies: Mapping[str, Vocabulary], regions: RegionTree
) -> Normaliser:
    return Normaliser(schema, vocabularies, regions, defaults={"secrecy": "内部"})


@pytest.fixture(scope="session")
def validator(schema: Schema, regions: RegionTree) -> Validator:
    return Validator(schema, regions)


@pytest.fixture
def row() -> Row:
    return Row(Where("客户.csv", "第 2 行", 1), {})


def _field(key: str, kind: FieldType, label: str, *aliases: str, **more: bool) -> FieldSpec:
    return FieldSpec(key=key, label=label, type=kind, aliases=aliases, **more)  # type: ignore[arg-type]


def _group(key: str, label: str, *members: FieldSpec, many: bool) -> FieldSpec:
    return FieldSpec(key=key, label=label, type=FieldType.GROUP, many=many, fields=members)


@pytest.fixture(scope="session")
def mapped_schema() -> Schema:
    """One field of each kind, and groups of both kinds."""
    kind = FieldType
    fields = (
        _field("name", kind.NAME, "客户名称", "姓名", "名称"),
        _field("former_names", kind.NAME, "曾用名", many=True),
        _field("tags", kind.TAGS, "关键词标签", "标签", many=True),
        _field("region", kind.REGION, "地区"),
        _field("birth_date", kind.DATE, "出生日期"),
        _field("id_number", kind.ID_NUMBER, "证件号码", "身份证号", "统一社会信用代码"),
        _field("phones", kind.PHONE, "电话", "手机", "phone", many=True),
        _field("address", kind.ADDRESS, "地址", "住址"),
        _group(
            "contacts",
            "联系人",
            _field("contacts.name", kind.NAME, "联系人姓名"),
            _field("contacts.phone", kind.PHONE, "联系人电话"),
            many=True,
        ),
        _group(
            "family",
            "家庭成员",
            _field("family.relation", kind.KEYWORD, "关系"),
            _field("family.name", kind.NAME, "家庭成员姓名"),
            _field("family.phone", kind.PHONE, "家庭成员电话"),
            many=True,
        ),
        _group(
            "finance",
            "财务状况",
            _field("finance.income", kind.AMOUNT, "收入", "年收入"),
            _field("finance.debt", kind.AMOUNT, "负债"),
            many=False,
        ),
        _group(
            "services",
            "服务记录",
            _field("services.date", kind.DATE, "服务日期"),
            _field("services.summary", kind.TEXT, "服务内容"),
            many=True,
        ),
        _field("notes", kind.TEXT, "备注", "说明"),
        _field("source", kind.KEYWORD, "来源"),
        _field("quality", kind.NUMBER, "质量分", system=True),
    )
    return Schema(1, fields)
