from datetime import date
from typing import Any

import pytest

from archsearch.domain.problem import Severity, Where
from archsearch.domain.schema import Schema
from archsearch.errors import SettingsError
from archsearch.ingest.mapping import ColumnMapping, RowMapper
from archsearch.ingest.rows import Row


def row(values: dict[str, Any], source: str = "a.csv") -> Row:
    return Row(Where(source, "第 2 行", 1), values)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"姓名": " 张三 ", "电话": "1"}, {"name": "张三", "phones": ["1"]}),
        ({"姓名": "", "备注": None, "地址": "  "}, {}),
        ({"手机": "1、2/3", "电话": "2；4"}, {"phones": ["1", "2", "3", "4"]}),
        ({"手机": 13800138000}, {"phones": [13800138000]}),
        ({"手机": ["1", "2"]}, {"phones": ["1", "2"]}),
        ({"手机": '["1", "2,3"]'}, {"phones": ["1", "2,3"]}),
        ({"标签": "授信 逾期，VIP#小微"}, {"tags": ["授信", "逾期", "VIP", "小微"]}),
        ({"曾用名": "甲公司，乙公司、丙\n丁"}, {"former_names": ["甲公司", "乙公司", "丙", "丁"]}),
        ({"曾用名": "Foo Co., Ltd."}, {"former_names": ["Foo Co., Ltd."]}),
        ({"备注": "一\r\n二", "说明": "三"}, {"notes": "一\n二\n三"}),
        ({"身份证号": '="0012"'}, {"id_number": "0012"}),
        ({"身份证号": "'0012"}, {"id_number": "0012"}),
        ({"出生日期": date(1990, 1, 2)}, {"birth_date": date(1990, 1, 2)}),
        ({"出生日期": "32874"}, {"birth_date": 32874}),
        ({"地区": {"省": "江苏省", "市": "苏州市"}}, {"region": "江苏省/苏州市"}),
        ({"地址": ["苏州市", "人民路"]}, {"address": "苏州市人民路"}),
        ({"年收入(万元)": 12.5}, {"finance": {"income": "12.5万元"}}),
        ({"年收入(万元)": "12元"}, {"finance": {"income": "12元"}}),
        ({"年收入(万元)": 12.0, "负债": 3}, {"finance": {"income": "12万元", "debt": 3}}),
        ({"财务状况": {"收入": 1, "负债(万元)": 2}}, {"finance": {"income": 1, "debt": "2万元"}}),
        ({"财务状况": "收入：120万；负债：3"}, {"finance": {"income": "120万", "debt": "3"}}),
        ({"备注": True, "来源": False}, {"notes": "是", "source": "否"}),
        ({"拒收原因": "x", "原文件": "y", "原位置": "z"}, {}),
    ],
)
def test_columns_become_fields(
    schema: Schema, given: dict[str, Any], expected: dict[str, Any]
) -> None:
    values, problems = RowMapper(schema).map_row(row(given))

    assert values == expected
    assert problems == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"客户": "张三", "电话": "1"}, {"name": "张三", "phones": ["1"]}),
        ({"客户*": "张三"}, {"name": "张三"}),
        ({"客户": "C-7", "姓名": "张三"}, {"name": "张三"}),
        ({"客户": "C-7", "contacts.name": "李四"}, {"name": "C-7", "contacts": [{"name": "李四"}]}),
    ],
)
def test_a_column_of_customers_gives_names_where_no_other_does(
    schema: Schema, given: dict[str, Any], expected: dict[str, Any]
) -> None:
    mapper = RowMapper(schema)

    values, problems = mapper.map_row(row(given))

    assert values == expected
    assert [each.code for each in problems] == ["unknown_column"] * ("姓名" in given)
    assert mapper.target("客户") is None


def test_a_mapping_that_names_the_column_of_names_goes_before_a_column_of_customers(
    schema: Schema,
) -> None:
    theirs = ColumnMapping("核心", {"CUST_NAME": "name"})

    values, _ = RowMapper(schema, (theirs,)).map_row(row({"客户": "C-7", "CUST_NAME": "张三"}))

    assert values == {"name": "张三"}


CONTACTS = [{"name": "张三", "phone": "13800000000"}, {"name": "李四", "phone": "139-1234-5678"}]


@pytest.mark.parametrize(
    "given",
    [
        {"contacts": [{"姓名": "张三", "手机": "13800000000"}, CONTACTS[1]]},
        {
            "联系人": '[{"name": "张三", "电话": "13800000000"}, '
            '{"name": "李四", "phone": "139-1234-5678"}]'
        },
        {"联系人": "张三/13800000000; 李四/139-1234-5678"},
        {"联系人": "13800000000 张三\n李四（139-1234-5678）"},
        {"联系人": "姓名:张三；电话:13800000000；姓名:李四；电话:139-1234-5678"},
        {"contacts": {"contact": CONTACTS}},
        {
            "联系人姓名": "张三",
            "联系人电话": "13800000000",
            "联系人2姓名": "李四",
            "联系人2电话": "139-1234-5678",
        },
        {
            "contacts[1].phone": "139-1234-5678",
            "contacts[0].name": "张三",
            "contacts[0].phone": "13800000000",
            "contacts[1].name": "李四",
        },
        {"联系人": "张三；李四/139-1234-5678", "联系人电话": "13800000000"},
    ],
)
def test_contacts_come_in_many_shapes(schema: Schema, given: dict[str, Any]) -> None:
    values, problems = RowMapper(schema).map_row(row(given))

    assert values == {"contacts": CONTACTS}
    assert problems == []


def test_free_text_fills_the_fields_it_looks_like(schema: Schema) -> None:
    given = {"家庭成员": "配偶/李四/13900000000；王五", "服务记录": "2024-03-05 来电 咨询贷款"}

    values, _ = RowMapper(schema).map_row(row(given))

    assert values == {
        "family": [
            {"relation": "配偶", "name": "李四", "phone": "13900000000"},
            {"name": "王五"},
        ],
        "services": [{"date": "2024-03-05", "summary": "来电 咨询贷款"}],
    }


def test_what_cannot_be_placed_is_warned_of_once_for_a_file_and_column(
    schema: Schema,
) -> None:
    mapper = RowMapper(schema)
    given = {"姓名": "张三", "爱好": "x", "质量分": 3, "空": ""}
    inner = {"姓名": "张三", "联系人": [{"姓名": "a", "职务": "b"}]}

    first = mapper.map_row(row(given))[1]
    again = mapper.map_row(row(given))[1]
    other_file = mapper.map_row(row(given, source="b.csv"))[1]
    nested = mapper.map_row(row(inner))[1]

    assert [problem.code for problem in first] == ["unknown_column", "system_column"]
    assert "“爱好”" in first[0].message
    assert {problem.severity for problem in first} == {Severity.WARNING}
    assert again == []
    assert [problem.code for problem in other_file] == ["unknown_column", "system_column"]
    assert ["“联系人.职务”" in problem.message for problem in nested] == [True]


def test_a_table_without_header_is_recognised_and_not_repeated(schema: Schema) -> None:
    given = {"王小明": "李四", "11010519491231002X": "x", "13800138000": "1"}

    values, problems = RowMapper(schema).map_row(row(given))

    assert values == {}
    assert [problem.code for problem in problems] == ["no_known_column"]
    assert "王小明" not in problems[0].message


def test_long_numbers_in_unknown_names_are_hidden(schema: Schema) -> None:
    _, problems = RowMapper(schema).map_row(row({"姓名": "张三", "11010519491231002X": "x"}))

    assert "1101" not in problems[0].message


def test_two_columns_for_one_field_that_disagree_are_reported(schema: Schema) -> None:
    mapper = RowMapper(schema)

    agreeing, silent = mapper.map_row(row({"姓名": "张三", "客户名称": "张三"}))
    first, problems = mapper.map_row(row({"姓名": "张三", "客户名称": "李四"}))

    assert agreeing == first == {"name": "张三"}
    assert silent == []
    assert [problem.code for problem in problems] == ["column_conflict"]


CORE = ColumnMapping(
    "核心系统",
    {"CUST_NM": "客户名称", "MOB": "contacts[0].phone", "INC": "年收入(万元)", "姓名": "备注"},
    constants={"source": "核心系统", "finance.debt": 0},
    match=frozenset({"CUST_NM"}),
)


def test_a_mapping_names_the_columns_of_its_source_and_fills_constants(
    schema: Schema,
) -> None:
    mapper = RowMapper(schema, [CORE])

    values, problems = mapper.map_row(row({"cust_nm": "甲", "MOB": "1", "INC": 2, "姓名": "乙"}))

    assert problems == []
    assert values == {
        "name": "甲",
        "contacts": [{"phone": "1"}],
        "finance": {"income": "2万元", "debt": 0},
        "notes": "乙",
        "source": "核心系统",
    }


def test_constants_do_not_overwrite_what_a_row_says(schema: Schema) -> None:
    values, _ = RowMapper(schema, [CORE]).map_row(row({"CUST_NM": "甲", "来源": "柜面", "负债": 5}))

    assert values == {"name": "甲", "source": "柜面", "finance": {"debt": 5}}


def test_a_mapping_leaves_other_files_alone(schema: Schema) -> None:
    values, _ = RowMapper(schema, [CORE]).map_row(row({"姓名": "乙"}))

    assert values == {"name": "乙"}


def test_the_mapping_that_knows_most_columns_wins(schema: Schema) -> None:
    small = ColumnMapping("小", {"A": "客户名称"})
    large = ColumnMapping("大", {"A": "备注", "B": "客户名称"})

    for mappings in ([small, large], [large, small]):
        values, _ = RowMapper(schema, mappings).map_row(row({"A": "x", "B": "y"}))

        assert values == {"notes": "x", "name": "y"}


def test_a_mapping_to_nothing_is_a_settings_error(schema: Schema) -> None:
    with pytest.raises(SettingsError, match="“没有”"):
        RowMapper(schema, [ColumnMapping("核心系统", {"A": "没有"})])


def test_many_different_tables_do_not_pile_up(schema: Schema) -> None:
    mapper = RowMapper(schema)

    for number in range(1_000):
        mapper.map_row(row({"姓名": "x", f"列{number}": ""}))

    assert len(mapper._plans) <= 256
