"""Reading regions, on the table that is shipped."""

import csv
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.domain.regions import Level, Region, RegionRow, RegionTree

TABLE = Path(__file__).parents[3] / "config" / "regions.csv"


@cache
def tree() -> RegionTree:
    lines = (line for line in TABLE.read_text("utf-8").splitlines() if not line.startswith("#"))
    return RegionTree(RegionRow(*row) for row in list(csv.reader(lines))[1:])


def path(region: Region | None) -> str | None:
    return None if region is None else region.path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("华东/江苏省/苏州市/吴中区", "华东/江苏省/苏州市/吴中区"),
        ("江苏省苏州市", "华东/江苏省/苏州市"),
        ("江苏省/苏州市", "华东/江苏省/苏州市"),
        ("江苏省-苏州市-昆山市", "华东/江苏省/苏州市/昆山市"),
        ("江苏 苏州", "华东/江苏省/苏州市"),
        (" 江苏　苏州 ", "华东/江苏省/苏州市"),
        ("苏州", "华东/江苏省/苏州市"),
        ("昆山", "华东/江苏省/苏州市/昆山市"),
        ("浙江杭州余杭", "华东/浙江省/杭州市/余杭区"),
        ("上海浦东", "华东/上海市/浦东新区"),
        ("浦东新区", "华东/上海市/浦东新区"),
        ("内蒙", "华北/内蒙古自治区"),
        ("内蒙古", "华北/内蒙古自治区"),
        ("广西", "华南/广西壮族自治区"),
        ("新疆", "西北/新疆维吾尔自治区"),
        ("沪", "华东/上海市"),
        ("华东", "华东"),
        ("华东地区", "华东"),
        ("港澳台", "港澳台"),
        ("香港", "港澳台/香港特别行政区"),
        ("台湾", "港澳台/台湾省"),
        ("臺灣", "港澳台/台湾省"),
        ("中国上海市", "华东/上海市"),
        ("吉林", "东北/吉林省"),
        ("吉林市", "东北/吉林省/吉林市"),
        ("海南", "华南/海南省"),
        ("海南州", "西北/青海省/海南藏族自治州"),
        ("海南区", "华北/内蒙古自治区/乌海市/海南区"),
        ("恩施州", "华中/湖北省/恩施土家族苗族自治州"),
        ("延边", "东北/吉林省/延边朝鲜族自治州"),
        ("前郭尔罗斯", "东北/吉林省/松原市/前郭尔罗斯蒙古族自治县"),
        ("济源", "华中/河南省/济源市"),
        ("湖北省省直辖县级行政区划仙桃市", "华中/湖北省/仙桃市"),
        ("重庆市市辖区", "西南/重庆市"),
        ("重庆市县城口县", "西南/重庆市/城口县"),
        ("北京市北京市朝阳区", "华北/北京市/朝阳区"),
        ("北京市市辖区东城区", "华北/北京市/东城区"),
        ("辽宁省朝阳县", "东北/辽宁省/朝阳市/朝阳县"),
        ("枣庄市中区", "华东/山东省/枣庄市/市中区"),
        ("济宁市中区", "华东/山东省/济宁市/任城区"),
        ("320506", "华东/江苏省/苏州市/吴中区"),
        ("３２０５０６", "华东/江苏省/苏州市/吴中区"),
        ("32", "华东/江苏省"),
        ("3205", "华东/江苏省/苏州市"),
        ("320500000000", "华东/江苏省/苏州市"),
        ("320506001", "华东/江苏省/苏州市/吴中区"),
        ("北京市密云县", "华北/北京市/密云区"),
        ("襄樊市", "华中/湖北省/襄阳市"),
        ("北京市崇文区", "华北/北京市/东城区"),
        ("城步县", "华中/湖南省/邵阳市/城步苗族自治县"),
        ("重庆渝北", "西南/重庆市/两江新区"),
        ("海南省省直辖县", "华南/海南省"),
        ("新疆伊犁哈萨克", "西北/新疆维吾尔自治区/伊犁哈萨克自治州"),
        ("西安", "西北/陕西省/西安市"),
        ("攀枝花市东区", "西南/四川省/攀枝花市/东区"),
        ("朝阳", None),
        ("东区", None),
        ("朝阳区", None),
        ("鼓楼区", None),
        ("市中区", None),
        ("河北省桥西区", None),
        ("辽宁省广州市", None),
        ("江苏省苏州工业园区", None),
        ("江苏省苏州市人民路", None),
        ("999999", None),
        ("12345", None),
        ("不知道", None),
        ("", None),
        ("/", None),
    ],
)
def test_a_region_is_understood_as_people_write_it(text: str, expected: str | None) -> None:
    assert path(tree().resolve(text)) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("浙江省杭州市西湖区文三路 90 号", "华东/浙江省/杭州市/西湖区"),
        ("杭州西湖区文三路", "华东/浙江省/杭州市/西湖区"),
        ("上海市徐汇区漕溪路", "华东/上海市/徐汇区"),
        ("北京朝阳区建国路", "华北/北京市/朝阳区"),
        ("中国江苏省 南京市 玄武区", "华东/江苏省/南京市/玄武区"),
        ("江苏昆山花桥镇", "华东/江苏省/苏州市/昆山市"),
        ("浙江义乌市稠城街道", "华东/浙江省/金华市/义乌市"),
        ("上海浦东张江路", "华东/上海市/浦东新区"),
        ("吉林昌邑区", "东北/吉林省/吉林市/昌邑区"),
        ("海南共和县", "西北/青海省/海南藏族自治州/共和县"),
        ("黔东南州凯里市", "西南/贵州省/黔东南苗族侗族自治州/凯里市"),
        ("广东省东莞市南城街道", "华南/广东省/东莞市"),
        ("江苏省连云港市人民路", "华东/江苏省/连云港市"),
        ("济南市中区经四路", "华东/山东省/济南市/市中区"),
        ("青岛市南区香港中路", "华东/山东省/青岛市/市南区"),
        ("青岛市南京路1号", "华东/山东省/青岛市"),
        ("海淀区中关村大街", "华北/北京市/海淀区"),
        ("湖北省襄樊市樊城区", "华中/湖北省/襄阳市/樊城区"),
        ("北京市密云县鼓楼大街", "华北/北京市/密云区"),
        ("江苏省苏州工业园区", "华东/江苏省/苏州市"),
        ("河北省桥西区中山路", "华北/河北省"),
        ("辽宁省广州市", "东北/辽宁省"),
        ("香港中环", "港澳台/香港特别行政区"),
        ("中国（上海）自由贸易试验区", "华东/上海市"),
        ("西安经济技术开发区凤城二路", "西北/陕西省/西安市"),
        ("张家川县张川镇", "西北/甘肃省/天水市/张家川回族自治县"),
        ("邵东县周官桥乡", "华中/湖南省/邵阳市/邵东市"),
        # Streets are named after places elsewhere.
        ("杭州西湖大道", "华东/浙江省/杭州市"),
        ("广州中山路", "华南/广东省/广州市"),
        ("北京朝阳门内大街", "华北/北京市"),
        ("成都武侯祠大街", "西南/四川省/成都市"),
        ("上海浦东大道", "华东/上海市"),
        ("天津和平路", "华北/天津市"),
        ("苏州市吴中东路", "华东/江苏省/苏州市"),
        ("北京路12号", None),
        ("南京东路100号", None),
        ("中山北路", None),
        ("西藏南路", None),
        ("山东大厦", None),
        # Doubtful: several regions of that name, or a short county name out of the blue.
        ("朝阳区建国路", None),
        ("鼓楼区中山路", None),
        ("朝阳建国路88号", None),
        ("东方明珠塔", None),
        ("温泉工业开发区", None),
        ("市区榆山街", None),
        ("东区建设路", None),
        ("文三路90号", None),
        ("寄自江苏省苏州市", None),
        ("", None),
    ],
)
def test_an_address_names_its_region_from_the_start(address: str, expected: str | None) -> None:
    assert path(tree().locate(address)) == expected


def test_every_region_is_understood_by_path_by_code_and_at_the_head_of_an_address() -> None:
    for region in tree():
        spelled = "".join(region.path.split("/")[1:]) or region.name
        assert tree().by_path(region.path) is region
        assert tree().resolve(spelled) is region
        assert tree().locate(spelled + "人民路1号") is region
        if region.code:
            assert tree().by_code(region.code) is region


def test_levels_children_and_ancestors_form_one_tree() -> None:
    great = [region for region in tree() if region.level is Level.GREAT]
    suzhou = tree().by_path("华东/江苏省/苏州市")

    assert suzhou is not None
    assert [region.name for region in great] == (
        ["华北", "东北", "华东", "华中", "华南", "西南", "西北", "港澳台"]
    )
    assert [region.path for region in tree().ancestors(suzhou)] == ["华东", "华东/江苏省"]
    assert "吴中区" in {region.name for region in tree().children(suzhou)}
    assert sum(len(tree().children(region)) for region in great) == 34
    assert tree().ancestors(great[0]) == ()


@pytest.mark.parametrize(
    ("code", "year", "expected", "today"),
    [
        ("110103", None, "华北/北京市/崇文区", "华北/北京市/东城区"),
        ("110228", None, "华北/北京市/密云县", "华北/北京市/密云区"),
        ("420600", None, "华中/湖北省/襄阳市", "华中/湖北省/襄阳市"),
        ("420600", 1985, "华中/湖北省/襄樊市", "华中/湖北省/襄阳市"),
        ("132122", None, "华北/河北省/邯郸市/魏县", "华北/河北省/邯郸市/魏县"),
        ("510216", 1995, "西南/重庆市/万盛区", "西南/重庆市/綦江区"),
        ("442129", None, "华南/海南省/儋县", "华南/海南省/儋县"),
        ("330104", None, "华东/浙江省/杭州市/江干区", "华东/浙江省/杭州市/上城区"),
        ("320501", None, "华东/江苏省/苏州市", "华东/江苏省/苏州市"),
        ("830000", None, "港澳台/台湾省", "港澳台/台湾省"),
    ],
)
def test_codes_no_longer_in_force_keep_their_names_and_know_their_successors(
    code: str, year: int | None, expected: str, today: str
) -> None:
    region = tree().by_code(code, year=year)

    assert region is not None
    assert region.path == expected
    assert tree().today(region).path == today


def test_a_region_out_of_force_says_when_it_ended() -> None:
    chongwen = tree().by_code("110103")
    xicheng = tree().by_code("110102")

    assert chongwen is not None
    assert xicheng is not None
    assert (chongwen.until, xicheng.until) == (2009, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("江苏省苏洲市", "华东/江苏省/苏州市"),
        ("浦东新曲", "华东/上海市/浦东新区"),
        ("上海市徐汇曲", "华东/上海市/徐汇区"),
        ("qwerty", None),
        ("", None),
    ],
)
def test_the_nearest_region_is_proposed_for_a_slip(text: str, expected: str | None) -> None:
    assert path(tree().nearest(text)) == expected


@given(st.text(alphabet="江苏省州市区县北京朝阳上海南路/ 　0129", max_size=12))
def test_any_text_gets_a_region_in_force_or_the_memory_of_one_or_nothing(text: str) -> None:
    for region in (tree().resolve(text), tree().locate(text), tree().nearest(text)):
        assert region is None or tree().by_path(region.path) is region


def test_a_parent_that_is_missing_from_the_table_is_an_error() -> None:
    with pytest.raises(KeyError):
        RegionTree([RegionRow("320000", "江苏省", "province", "华东")])


@pytest.mark.parametrize(
    "part", ["北京市", "市辖区", "江苏", " ", "/", "朝阳", "省直辖县级行政区划"]
)
def test_endless_repetition_is_read_without_harm(part: str) -> None:
    text = "北京市" + part * 50_000

    assert path(tree().locate(text)) in {"华北/北京市", "华北/北京市/朝阳区"}
    assert path(tree().resolve(text)) in {"华北/北京市", None}
    assert path(tree().nearest(text)) in {"华北/北京市", None}


def test_an_address_that_begins_with_all_names_of_a_region_is_located_on_its_branch() -> None:
    for region in tree():
        row = "".join(region.path.split("/")[1:])
        if row:
            located = path(tree().locate(row + "解放路1号")) or region.path

            assert f"{located}/".startswith(f"{region.path}/") or f"{region.path}/".startswith(
                f"{located}/"
            )
