import pytest

from archsearch.domain.regions import RegionTree
from archsearch.ingest.normalise.cells import Faults
from archsearch.ingest.normalise.regions import region


@pytest.mark.parametrize(
    ("cell", "path"),
    [
        ("华东/浙江省/杭州市/西湖区", "华东/浙江省/杭州市/西湖区"),
        ("浙江省杭州市西湖区", "华东/浙江省/杭州市/西湖区"),
        ("浙江省 杭州市", "华东/浙江省/杭州市"),
        ("330106", "华东/浙江省/杭州市/西湖区"),
        (330106, "华东/浙江省/杭州市/西湖区"),
        (330106.0, "华东/浙江省/杭州市/西湖区"),
        ("３３０１０６", "华东/浙江省/杭州市/西湖区"),
        ("华东", "华东"),
        ("无", None),
        (None, None),
    ],
)
def test_names_codes_and_paths_become_the_path(
    regions: RegionTree, cell: object, path: str | None
) -> None:
    faults: Faults = []

    assert region(regions)(cell, faults) == path
    assert faults == []


def test_an_unknown_region_is_a_warning_with_the_nearest_name(regions: RegionTree) -> None:
    faults: Faults = []

    assert region(regions)("浙江省杭洲市", faults) is None

    assert [fault.code for fault in faults] == ["region_unknown"]
    assert "杭州市" in faults[0].text
