import pytest

from archsearch.errors import QuerySyntaxError
from tests.unit.search.conftest import Library


def test_a_word_is_found_in_any_text_field_across_width_case_spaces_and_script(
    library: Library,
) -> None:
    library.hold(a="張 偉", b={"name": "李明", "notes": "与ＡＢＣ银行往来"}, c="章伟")

    assert library.exact("张伟") == ["a"]
    assert library.exact("abc銀行") == ["b"]


def test_a_name_swallowed_by_its_neighbours_is_found(library: Library) -> None:
    library.hold(a={"name": "甲", "notes": "与黄强国有企业合作"})

    assert library.exact("黄强") == ["a"]
    assert library.exact('"黄强国有企业"') == ["a"]


@pytest.mark.parametrize("name", ["张䶮", "张㛃", "李𫖯", "𠮷野家"])
def test_rare_characters_count(library: Library, name: str) -> None:
    library.hold(a=name, b=name[0] + "甲")

    assert library.exact(name) == ["a"]
    assert library.exact(name[1]) == ["a"]


def test_no_phrase_runs_from_one_sentence_or_value_into_the_next(library: Library) -> None:
    library.hold(
        a={"name": "甲", "notes": "已结清张三。李四未还"},
        b={"name": "乙", "former_names": ["王三", "李四"]},
    )

    assert library.exact("三李") == []


def test_similar_sounds_are_not_exact(library: Library) -> None:
    library.hold(a={"name": "甲", "notes": "旅游景点"}, b={"name": "乙", "notes": "国学经典"})

    assert library.exact("景点") == ["a"]
    assert library.exact("经典") == ["b"]


def test_words_are_joined_by_and_or_not(library: Library) -> None:
    library.hold(
        a={"name": "张伟", "notes": "逾期"},
        b={"name": "张伟", "notes": "结清"},
        c={"name": "李明", "notes": "逾期"},
    )

    assert library.exact("张伟 逾期") == ["a"]
    assert library.exact("张伟 或 逾期") == ["a", "b", "c"]
    assert library.exact("张伟 -逾期") == ["b"]
    assert library.exact("-张伟") == ["c"]
    assert library.exact("张伟 (逾期 OR 结清)") == ["a", "b"]


def test_a_field_limits_where_a_word_is_looked_for(library: Library) -> None:
    library.hold(a={"name": "长春药店"}, b={"name": "甲", "notes": "长春"})

    assert library.exact("备注:长春") == ["b"]
    assert library.exact("客户名称：长春") == ["a"]


def test_a_group_is_searched_through_its_members(library: Library) -> None:
    library.hold(a={"name": "甲", "contacts": [{"name": "赵六", "phone": "13812345678"}]})

    assert library.exact("联系人:赵六") == ["a"]
    assert library.exact("联系人:13812345678") == ["a"]


def test_patterns_match_whole_names_and_keywords(library: Library) -> None:
    library.hold(a="张小明", b="张明", c={"name": "李明", "record_id": "c"})

    assert library.exact("张?明") == ["a"]
    assert library.exact("张*明") == ["a", "b"]
    assert library.exact("客户名称:*明") == ["a", "b", "c"]


def test_a_region_finds_what_lies_below_it(library: Library) -> None:
    library.hold(
        a={"name": "甲", "region": "华东/上海市/浦东新区"},
        b={"name": "乙", "region": "华北/北京市"},
    )

    assert library.exact("地区:上海") == ["a"]
    assert library.exact("地区:华东") == ["a"]


def test_dates_and_numbers_are_found_by_part_and_range(library: Library) -> None:
    library.hold(
        a={"name": "甲", "created_at": "2024-03-05", "overdue": 2},
        b={"name": "乙", "created_at": "2024-06-30", "overdue": 10},
        c={"name": "丙", "created_at": "2024-07"},
    )

    assert library.exact("建档时间:2024-03") == ["a"]
    assert library.exact("建档时间:2024-01..2024-06") == ["a", "b"]
    assert library.exact("建档时间:2024-06..") == ["b", "c"]
    assert library.exact("逾期次数:3..") == ["b"]
    assert library.exact("逾期次数:2") == ["a"]


def test_a_sensitive_value_is_found_whole_and_by_its_ending(library: Library) -> None:
    library.hold(a={"name": "甲", "phones": ["13812345678"]}, b={"name": "乙"})

    assert library.exact("13812345678") == ["a"]
    assert library.exact("+86-138-1234-5678") == ["a"]
    assert library.exact("138 1234 5678") == ["a"]
    assert library.exact("甲 138 1234 5678") == ["a"]
    assert library.exact("138 1234 5679") == []
    assert library.exact("电话:5678") == ["a"]
    assert library.exact("5678") == []
    assert library.fuzzy("5678") == ["a"]


@pytest.mark.parametrize(
    "query",
    ["电话:138*", "电话:*5678", "电话:1..2", "收入:5", "收入:1..9", "备注:逾*", "地区:上天",
     "逾期次数:多", "建档时间:去年", "1..5", "*", "部门:乙", "标签:*"],
)  # fmt: skip
def test_what_a_field_cannot_do_is_refused(library: Library, query: str) -> None:
    library.hold(a="甲")

    with pytest.raises(QuerySyntaxError):
        library.exact(query)


@pytest.mark.parametrize("query", ["！！", "—— ……", '"，"', "-！"])
def test_a_query_without_anything_to_search_for_is_refused(library: Library, query: str) -> None:
    library.hold(a="甲")

    with pytest.raises(QuerySyntaxError):
        library.exact(query)


def test_stray_punctuation_between_words_does_not_matter(library: Library) -> None:
    library.hold(a={"name": "张伟", "notes": "逾期"})

    assert library.exact("张伟 ， 逾期 ！") == ["a"]
