"""Every match can say why."""

from collections.abc import Callable, Sequence

import pytest

from tests.unit.search.likeness.conftest import Names

SENTENCES = [
    ("张伟明", "张伟明", ["精确 张伟明"]),
    ("章伟明", "张伟明", ["同音 章→张", "精确 伟明"]),
    ("张明伟", "张伟明", ["精确 张", "换位 明伟→伟明"]),
    ("张末来", "张未来", ["精确 张", "形近 末→未", "精确 来"]),
    ("陈宁", "陈林", ["精确 陈", "模糊音 宁→林"]),
    ("张明", "张伟明", ["精确 张", "缺字 伟", "精确 明"]),
    ("张伟敏明", "张伟明", ["精确 张伟", "多字 敏", "精确 明"]),
    ("張偉明", "张伟明", ["繁简 張偉→张伟", "精确 明"]),
    ("陈晓峯", "陳曉峰", ["繁简 陈晓峯→陳曉峰"]),
    ("zhangweiming", "张伟明", ["拼音 zhangweiming→张伟明"]),
    ("zwm", "张伟明", ["首字母 zwm→张伟明"]),
    ("张wei明", "张伟明", ["精确 张", "拼音 wei→伟", "精确 明"]),
    ("张*明", "张伟明", ["精确 张", "掩码 *→伟", "精确 明"]),
    ("华源", "上海华源热疗有限公司", ["精确 华源"]),
    (
        "花园热疗",
        "上海华源热疗有限公司",
        ["子串 上海", "同音 花园→华源", "精确 热疗", "子串 有限公司"],
    ),
    (
        "农发行浙江省分行",
        "中国农业发展银行浙江省分行",
        ["子串 中国", "别名 农发行→农业发展银行", "精确 浙江省分行"],
    ),
]


@pytest.mark.parametrize(("query", "name", "traces"), SENTENCES)
def test_a_match_says_how_each_unit_matched(
    holding: Callable[[Sequence[str]], Names], query: str, name: str, traces: list[str]
) -> None:
    found = holding([name]).explain(query)

    assert [str(trace) for trace in found] == traces


@pytest.mark.parametrize(("query", "name"), [(query, name) for query, name, _ in SENTENCES])
def test_the_places_are_those_of_the_text_as_it_is_written(
    holding: Callable[[Sequence[str]], Names], query: str, name: str
) -> None:
    found = holding([name]).explain(query)

    assert all(name[trace.start : trace.end] == trace.meant for trace in found)


def test_a_region_that_stood_in_brackets_is_shown_where_it_stands(
    holding: Callable[[Sequence[str]], Names],
) -> None:
    found = holding(["华夏(天津)科技有限公司"]).explain("天津华夏")

    assert [(trace.meant, trace.start) for trace in found] == [("天津", 3), ("华夏", 0)]
