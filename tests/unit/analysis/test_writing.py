"""One way of writing for what is one name."""

import pytest

from tests.lists import writing

written = writing().written


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("第1建筑公司", "第一建筑公司"),
        ("第壹建筑公司", "第一建筑公司"),
        ("第10中学", "第十中学"),
        ("(上海)第21店", "(上海)第二十一店"),
        ("第17中学", "第十七中学"),
        ("第20中学", "第二十中学"),
        ("ＡＢＣ（上海）公司", "abc上海公司"),
        ("买买提•艾力", "买买提.艾力"),
        ("第陆分店", "第6分店"),
    ],
)
def test_names_that_are_one_are_written_alike(one: str, other: str) -> None:
    assert written(one).units == written(other).units


@pytest.mark.parametrize("name", ["陆优良", "伍佰", "十全"])
def test_what_is_a_name_stays_one(name: str) -> None:
    assert written(name).units == name


@pytest.mark.parametrize("name", ["ＡＢ 公司", "第十七店", "㈱上海", "二十店", "国营〇七一厂"])
def test_every_unit_has_a_place_in_the_text(name: str) -> None:
    found = written(name)

    assert len(found.starts) == len(found.units)
    assert all(0 <= start < len(name) for start in found.starts)
