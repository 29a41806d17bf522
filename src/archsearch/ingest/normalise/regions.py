"""Region fields: names, paths and codes become the path in the region tree."""

from functools import lru_cache
from typing import Any, Final

from archsearch.domain.regions import RegionTree
from archsearch.ingest.faults import Fault
from archsearch.ingest.normalise.cells import Faults, FieldNormaliser, is_placeholder
from archsearch.ingest.normalise.text import bounded_line

REGION_LIMIT: Final = 100
_CACHE: Final = 8192
_HINT: Final = "无法识别，请填省、市、区县全称，如“江苏省苏州市吴中区”，或六位行政区划代码。"


def region(regions: RegionTree) -> FieldNormaliser:
    """Make the normaliser of region fields."""

    @lru_cache(maxsize=_CACHE)
    def path_of(line: str) -> str | None:
        found = regions.resolve(line)
        return found.path if found else None

    # Bounded as well: comparing with every name takes a millisecond.
    @lru_cache(maxsize=_CACHE)
    def explain(line: str) -> str:
        near = regions.nearest(line)
        return f"{_HINT}是否应为“{near.path}”？" if near else _HINT

    def normalise(cell: Any, faults: Faults) -> str | None:
        line = bounded_line(cell, faults, REGION_LIMIT)
        if line is None or is_placeholder(line):
            return None
        path = path_of(line)
        if path is None:
            faults.append(Fault("region_unknown", explain(line)))
        return path

    return normalise
