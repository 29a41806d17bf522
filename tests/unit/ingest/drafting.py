"""A schema like the shipped one, few vocabularies and regions, and a row to put values into."""

from collections.abc import Mapping

from archsearch.domain.problem import Where
from archsearch.domain.regions import RegionRow, RegionTree
from archsearch.domain.schema import FieldSpec, FieldType, Schema, Sensitivity
from archsearch.domain.vocabulary import Vocabulary
from archsearch.ingest.normalise.normaliser import Normaliser
from archsearch.ingest.rows import Row


def _vocabularies() -> Mapping[str, Vocabulary]:
    vocabularies = (
        Vocabulary("nature", ("企业", "个人", "政府"), {"公司客户": "企业"}),
        Vocabulary("value_tier", ("高价值", "中价值", "低价值", "潜在"), {"VIP": "高价值"}),
        Vocabulary("secrecy", ("公开", "内部", "秘密"), {}),
        Vocabulary("gender", ("男", "女"), {"M": "男", "F": "女"}),
        Vocabulary("tags", ("授信", "逾期"), {"欠款": "逾期"}, open=True),
    )
    return {vocabulary.name: vocabulary for vocabulary in vocabularies}


def _regions() -> RegionTree:
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


def _schema() -> Schema:
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


SCHEMA = _schema()
VOCABULARIES = _vocabularies()
REGIONS = _regions()
ROW = Row(Where("客户.csv", "第 2 行", 1), {})


def make_normaliser() -> Normaliser:
    return Normaliser(SCHEMA, VOCABULARIES, REGIONS, defaults={"secrecy": "内部"})
