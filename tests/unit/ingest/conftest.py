import pytest

from archsearch.domain.schema import FieldSpec, FieldType, Schema


def _field(key: str, kind: FieldType, label: str, *aliases: str, **more: bool) -> FieldSpec:
    return FieldSpec(key=key, label=label, type=kind, aliases=aliases, **more)  # type: ignore[arg-type]


def _group(key: str, label: str, *members: FieldSpec, many: bool) -> FieldSpec:
    return FieldSpec(key=key, label=label, type=FieldType.GROUP, many=many, fields=members)


@pytest.fixture(scope="session")
def schema() -> Schema:
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
