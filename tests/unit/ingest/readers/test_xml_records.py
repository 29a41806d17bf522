import pytest

from archsearch.ingest.readers.limits import Limits
from tests.unit.ingest.readers.conftest import Read


def test_children_of_the_root_are_records(read_file: Read) -> None:
    text = """<?xml version="1.0" encoding="UTF-8"?>
<list>
  <x id="7"><name>张三</name><phone>1</phone><phone>2</phone><note/></x>
  <x><name> 李四 </name></x>
</list>"""

    found = read_file("a.xml", text)

    assert found.values == [
        {"id": "7", "name": "张三", "phone": ["1", "2"], "note": None},
        {"name": "李四"},
    ]
    assert found.positions == ["第 3 行", "第 4 行"]


@pytest.mark.parametrize(
    "text",
    [
        "<records><record><a>1</a></record><record><a>2</a></record></records>",
        "<data><customers><customer><a>1</a></customer><customer><a>2</a></customer></customers></data>",
        "<导出><页>1</页><客户><a>1</a></客户><客户><a>2</a></客户></导出>",
        '<r xmlns="urn:x"><记录><a>1</a></记录><记录><a>2</a></记录></r>',
        '<r><row a="1"/><row a="2"/></r>',
    ],
)
def test_records_are_found_by_name_at_any_depth(read_file: Read, text: str) -> None:
    found = read_file("a.xml", text)

    assert [row.get("a") for row in found.values] == ["1", "2"]


@pytest.mark.parametrize(
    "text",
    [
        "<客户><姓名>张三</姓名><联系人><姓名>李四</姓名></联系人></客户>",
        "<客户><联系人><姓名>李四</姓名></联系人><姓名>张三</姓名></客户>",
    ],
)
def test_a_root_that_is_a_record_gives_one_row(read_file: Read, text: str) -> None:
    assert read_file("a.xml", text).values == [{"姓名": "张三", "联系人": {"姓名": "李四"}}]


def test_lists_with_and_without_a_container_look_alike(read_file: Read) -> None:
    contact = "<contact><name>a</name></contact>"
    text = f"""<records>
      <record><contacts>{contact}{contact}</contacts></record>
      <record><contacts>{contact}</contacts></record>
      <record><联系人列表><联系人><姓名>a</姓名></联系人></联系人列表></record>
      <record><tags><tag>x</tag><tag>y</tag></tags></record>
    </records>"""

    assert read_file("a.xml", text).values == [
        {"contacts": [{"name": "a"}, {"name": "a"}]},
        {"contacts": [{"name": "a"}]},
        {"联系人": [{"姓名": "a"}]},
        {"tags": ["x", "y"]},
    ]


def test_a_package_after_da_t_48_gives_its_metadata(read_file: Read) -> None:
    text = """<?xml version="1.0" encoding="GB2312"?>
<电子文件封装包 xmlns="http://www.saac.gov.cn/standards/ERM/encapsulation">
  <封装包格式描述>本EEP根据DA/T 48生成</封装包格式描述><版本>2009</版本>
  <被签名对象 eep版本="2009"><封装包类型>原始型</封装包类型>
    <封装内容><文件实体块>
      <文件实体><聚合层次>文件</聚合层次>
        <来源><全宗名称>华东分行</全宗名称></来源>
        <档号>A-1</档号>
        <内容描述><题名>张三客户档案</题名><关键词>授信</关键词><关键词>逾期</关键词></内容描述>
        <元数据项 名称="客户名称">张三</元数据项>
        <元数据><property name="email" value="a@b.cn"/></元数据>
        <文件数据><文档><文档数据><编码数据>QUJD</编码数据></文档数据></文档></文件数据>
      </文件实体>
      <文件实体><档号>A-2</档号></文件实体>
    </文件实体块></封装内容>
  </被签名对象>
  <电子签名块><电子签名><签名结果>xx</签名结果></电子签名></电子签名块>
</电子文件封装包>"""

    found = read_file("a.xml", text.encode("gb18030"))

    assert found.problems == []
    assert found.values == [
        {
            "聚合层次": "文件",
            "全宗名称": "华东分行",
            "档号": "A-1",
            "题名": "张三客户档案",
            "关键词": ["授信", "逾期"],
            "客户名称": "张三",
            "email": "a@b.cn",
        },
        {"档号": "A-2"},
    ]


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a><b>&y;</b></a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><b>&x;</b></a>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a><b>1</b></a>',
        '<!DOCTYPE a [<!ENTITY % x "y">]><a/>',
    ],
)
def test_document_types_and_entities_are_forbidden(read_file: Read, text: str) -> None:
    assert read_file("a.xml", text).problems == [("xml_forbidden", 0)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<r><x><a>1</a></x><x><a>2", "truncated"),
        ("<r><x><a>1</a></x><x><a", "truncated"),
        ("<r><x><a>1</a></x>", "truncated"),
        ("<r><x><a>1</a></x><x><a>2</b></x></r>", "unreadable"),
        ("<r><x><a>1</a></x>&unknown;</r>", "unreadable"),
        ("<r><x><a>1</a></x></r><r/>", "unreadable"),
        ("<r><x><a>1</a></x>" + "<d>" * 100_000, "too_deep"),
    ],
)
def test_rows_before_the_fault_are_kept(read_file: Read, text: str, code: str) -> None:
    found = read_file("a.xml", text)

    assert found.values == [{"a": "1"}]
    assert found.problems == [(code, 0)]


@pytest.mark.parametrize("text", ["", "<r/>", "<r></r>", "姓名,电话\n"])
def test_files_without_records_are_reported(read_file: Read, text: str) -> None:
    found = read_file("a.xml", text)

    assert found.values == []
    assert len(found.problems) == 1


@pytest.mark.parametrize(
    "text",
    [
        "<r><x><a>" + "x" * 400_000 + "</a></x></r>",
        "<r><x>" + "<a>xxxxxxx</a>" * 60_000 + "</x></r>",
        '<r><x a="' + "x" * 900_000 + '"><b>1</b></x></r>',
        "<r><!--" + "x" * 900_000 + "--><x><a>1</a></x></r>",
    ],
)
def test_endless_records_attributes_and_comments_are_refused(read_file: Read, text: str) -> None:
    found = read_file("a.xml", text, Limits(max_row_bytes=300_000))

    assert found.problems == [("row_too_long", 0)]


def test_a_record_with_too_many_columns_or_too_long_a_value_is_refused_alone(
    read_file: Read,
) -> None:
    wide = "".join(f"<c{number}>1</c{number}>" for number in range(30))
    long = "<a>" + "x" * 200 + "</a>"
    text = f"<r><x>{wide}</x><x>{long}<b>1</b></x><x><a>1</a></x></r>"

    found = read_file("a.xml", text, Limits(max_columns=20, max_cell_chars=100))

    assert found.problems == [("too_many_columns", 1), ("row_too_long", 2)]
    assert found.values == [{"a": "1"}]
