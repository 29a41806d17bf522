import pytest

from archsearch.domain.plan import Channel
from tests.unit.search.conftest import Library


@pytest.mark.parametrize(
    ("query", "name", "channel"),
    [
        ("章伟明", "张伟明", "同音"),
        ("单天方", "善天方", "同音"),
        ("zhangweiming", "张伟明", "拼音"),
        ("zhangwei", "张伟明", "拼音"),
        ("shantianfang", "单田芳", "拼音"),
        ("zwm", "张伟明", "首字母"),
        ("zgnyfzyh", "中国农业发展银行", "首字母"),
        ("张卫民", "张伟民", "同音"),
        ("张大明", "张伟明", "错字"),
        ("张明", "张伟明", "缺字"),
        ("张伟明明", "张伟明", "多字"),
        ("张明伟", "张伟明", "换位"),
        ("中国农业法展银行", "中国农业发展银行", "同音"),
        ("中国农发展银行", "中国农业发展银行", "缺字"),
        ("张宁", "张林", "模糊音"),
        ("张末来", "张未来", "形近"),
        ("农发行", "中国农业发展银行", "别名"),
        ("张某明", "张伟明", "掩码"),
    ],
)
def test_a_slip_is_found_and_labelled(
    library: Library, query: str, name: str, channel: str
) -> None:
    library.hold(right=name, other="赵钱孙")

    found = library.channels(query)

    assert library.exact(query) == []
    assert channel in found["right"]
    assert "other" not in found


def test_an_exact_hit_is_labelled_so(library: Library) -> None:
    library.hold(a="张伟")

    assert "精确" in library.channels("张伟")["a"]


def test_two_characters_do_not_match_everybody_who_shares_one(library: Library) -> None:
    library.hold(a="张强", b="李伟")

    assert library.fuzzy("张伟") == []


def test_former_names_are_found_by_sound(library: Library) -> None:
    library.hold(a={"name": "甲公司", "former_names": ["华美电器厂"]})

    assert "同音" in library.channels("花美电器厂")["a"]


def test_part_of_a_record_id_finds_it(library: Library) -> None:
    library.hold(**{"qy-2024-000017": "甲"})

    assert library.fuzzy("2024-000017") == ["qy-2024-000017"]


def test_a_tilde_makes_one_word_fuzzy(library: Library) -> None:
    library.hold(a={"name": "张伟明", "notes": "逾期"}, b="张伟民")

    assert library.exact("章伟明~ 逾期") == ["a"]


def test_what_is_excluded_is_excluded_exactly(library: Library) -> None:
    library.hold(a={"name": "张伟明", "notes": "甲"}, b={"name": "章伟明", "notes": "甲"})

    assert library.fuzzy("甲 -章伟明") == ["a"]


def test_a_question_finds_the_records_with_its_words_the_one_with_most_first(
    library: Library,
) -> None:
    library.hold(
        a={"name": "甲", "notes": "信用卡逾期，已联系客户"},
        b={"name": "乙", "notes": "信用卡已销户"},
        c={"name": "丙", "notes": "房屋抵押"},
    )
    expression = library.language.parse("哪些客户的信用卡逾期了")

    node = library.language.compiler.evidence(expression)

    assert node is not None
    assert [hit.record_id for hit in library.run(node).hits] == ["a", "b"]
    assert library.exact("哪些客户的信用卡逾期了") == []


def test_words_of_questions_are_no_evidence(library: Library) -> None:
    library.hold(
        a={"name": "甲", "notes": "有没有客户档案，请帮我查一下"},
        b={"name": "乙", "notes": "信用卡于上月逾期"},
    )
    expression = library.language.parse("请帮我查一下有没有信用卡逾期的客户档案")

    node = library.language.compiler.evidence(expression)

    assert node is not None
    assert [hit.record_id for hit in library.run(node).hits] == ["b"]


def test_a_channel_that_is_switched_off_finds_nothing(library: Library) -> None:
    library.hold(a={"name": "张伟明", "notes": "信用卡逾期"})
    some = frozenset(Channel) - {Channel.HOMOPHONE, Channel.WRONG, Channel.EVIDENCE}
    library.switch(some)

    assert library.fuzzy("章伟明") == []
    assert library.language.compiler.evidence(library.language.parse("信用卡逾期客户")) is None
