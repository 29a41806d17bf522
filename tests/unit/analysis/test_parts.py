"""The parts of names decide what may be forgotten."""

import pytest

from archsearch.analysis.parts import Part
from tests.lists import parts

PARTS = parts()
written = PARTS.writing.written
SHORT = {"P": "PERSON", "R": "REGION", "L": "LEVEL", "B": "BRAND", "b": "BODY"} | {
    "T": "TRADE",
    "F": "FORM",
    "N": "BRANCH",
    "p": "LINKED",
}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("张伟明", "PPP"),
        ("高平", "PP"),
        ("买买提·艾力", "ppppp"),
        ("上海华源贸易有限公司", "RRBBTTFFFF"),
        ("宁波市镇海区贝福莱机械厂", "RRLRRLBBBTTF"),
        ("华源(上海)贸易有限公司", "RRBBTTFFFF"),
        ("华源(集团)股份有限公司", "BBFFFFFFFF"),
        ("华源贸易有限公司上海市第一分公司", "BBTTFFFFRRLNNFFF"),
    ],
)
def test_the_parts_of_a_name(name: str, told: str) -> None:
    found = PARTS.of(written(name))

    assert [Part(part).name for part in found.parts] == [SHORT[letter] for letter in told]


def test_what_was_moved_is_known() -> None:
    name = written("华源(上海)贸易")

    found = PARTS.of(name)

    assert found.units == "上海华源贸易"
    assert found.order is not None
    assert "".join(name.units[place] for place in found.order) == found.units
