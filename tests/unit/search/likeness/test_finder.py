"""Names found by half a memory, in a small archive with look-alikes around each."""

from collections.abc import Callable, Sequence

import pytest

from tests.unit.search.likeness.conftest import Names

NAMES = (
    *("张伟明", "章卫民", "张未来", "赵末", "王芳", "单晓琳", "曾庆丰", "李明", "陆优良", "欧阳锋"),
    *("买买提·艾力", "张䶮", "上海华源热疗技术有限公司", "上海东方明珠股份有限公司"),
    *("北京华夏科技发展有限责任公司", "华夏(天津)科技有限公司", "中国农业发展银行浙江省分行"),
    *("中国农业银行浙江省分行", "第一建筑工程公司", "国营〇七一厂", "广州市第十七中学校办工厂"),
)


@pytest.fixture(scope="module")
def archive(holding: Callable[[Sequence[str]], Names]) -> Names:
    return holding(NAMES)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("张伟明", "张伟明"),
        ("章伟明", "张伟明"),
        ("张明伟", "张伟明"),
        ("伟明张", "张伟明"),
        ("张伟明先生", "张伟明"),
        ("张*明", "张伟明"),
        ("张某明", "张伟明"),
        ("zhangweiming", "张伟明"),
        ("Weiming Zhang", "张伟明"),
        ("zhagnweiming", "张伟明"),
        ("zhangweim", "张伟明"),
        ("zhangewiming", "张伟明"),
        ("zhangweimingg", "张伟明"),
        ("zangwemiing", "张伟明"),
        ("zwm", "张伟明"),
        ("张wei明", "张伟明"),
        ("张末来", "张未来"),
        ("shanxiaolin", "单晓琳"),
        ("zengqingfeng", "曾庆丰"),
        ("买买提.艾里", "买买提·艾力"),
        ("張䶮", "张䶮"),
        ("luyouliang", "陆优良"),
        ("华源", "上海华源热疗技术有限公司"),
        ("花园热疗", "上海华源热疗技术有限公司"),
        ("shhyrljs", "上海华源热疗技术有限公司"),
        ("东方明珠 上海", "上海东方明珠股份有限公司"),
        ("华夏（北京）科技发展公司", "北京华夏科技发展有限责任公司"),
        ("天津华夏科技", "华夏(天津)科技有限公司"),
        ("农发行浙江省分行", "中国农业发展银行浙江省分行"),
        ("第1建筑工程", "第一建筑工程公司"),
        ("国营０７１厂", "国营〇七一厂"),
        ("广州第17中学", "广州市第十七中学校办工厂"),
    ],
)
def test_the_right_name_comes_first(archive: Names, query: str, name: str) -> None:
    assert archive.found(query, 3)[0] == name


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        # One character wrong against one misheard and one misread.
        ("郑备芬", "郑红芬", "郭蓓芬"),
        # All misheard in one way against one that has nothing to do with the name.
        ("徐会扬", "许惠阳", "徐会芬"),
        # A brand as it is spelt against a longer syllable of somebody.
        ("meihu", "慈溪市梅湖建筑材料有限公司", "梅焕"),
        # A surname and two more are rather a person than a part of a brand.
        ("何锐宏", "何可宏", "河北瑞虹化工有限公司"),
        # Another way of writing a character against one that sounds like it.
        ("王吉", "王𠮷", "王集"),
        ("王𠮷", "王吉", "王古"),
    ],
)
def test_the_likelier_slip_goes_before(
    holding: Callable[[Sequence[str]], Names], query: str, better: str, worse: str
) -> None:
    assert holding([worse, better]).found(query, 2)[0] == better


def test_those_whose_initials_alone_agree_do_not_crowd_out_who_begins_so(
    holding: Callable[[Sequence[str]], Names],
) -> None:
    crowd = [f"周{given}" for given in "华海红宏洪辉惠慧浩豪汉涵寒恒衡虎湖怀欢环"]
    names = holding([*(crowd * 6), "周淮南"])

    assert "周淮南" in names.found("zhouhuai", 10)


def test_the_same_name_scores_one_and_nothing_else_does(archive: Names) -> None:
    found = archive.find("张伟明", 10)

    assert [match.score for match in found if match.score == 1] == [1.0]


def test_a_query_without_units_finds_nothing(archive: Names) -> None:
    assert archive.find("——", 10) == []


@pytest.mark.parametrize("query", ["龘靐齉", "qqqqqq", "钱七", "a" * 500, "张" * 500])
def test_what_has_nothing_to_do_with_any_name_finds_nothing(archive: Names, query: str) -> None:
    assert archive.find(query, 10) == []
