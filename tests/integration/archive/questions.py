"""Questions as people, programs and attackers ask them, made from what an archive holds."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from archsearch.entrypoints.archive import Archive
from archsearch.errors import ArchsearchError
from tests.integration.archive.corpus import (
    BRANDS,
    DEPARTMENTS,
    GIVEN,
    LEVELS,
    OWNERS,
    PLACES,
    SURNAMES,
    TAGS,
    TRADES,
    WORDS,
)

PINYIN = ("zhangwei", "zw", "lijianguo", "shanghai", "wang", "hx", "zhangxiao", "ljg", "cx")
FIELDS = (
    "姓名",
    "name",
    "备注",
    "notes",
    "部门",
    "department",
    "建档人",
    "标签",
    "地区",
    "密级",
    "曾用名",
)
PHONES = ("13800010001", "0001", "138*", "1380003")
FACETS = ("department", "region", "tags", "value_tier", "owner", "secrecy", "nature", "phones")
SORTS = ("relevance", "name", "-name", "created_at", "-created_at", "value_tier", "-credit.overdue")
BROKEN = ("(", '"', "没有的字段:x", "a..b", "()", "OR", "-", "#", "*", "成立日期:2023..2020", "～")


@dataclass(frozen=True)
class Question:
    """One request to one of the ways to ask, and the answer without what may differ."""

    way: str
    text: str
    more: dict[str, Any]

    def put(self, archive: Archive, user: str) -> object:
        """Ask; an error is an answer too."""
        asks: dict[str, Callable[[], object]] = {
            "search": lambda: _page(archive, self.text, user, self.more),
            "suggest": lambda: archive.suggest(self.text, user=user, **self.more),
            "match": lambda: archive.match(self.text.split(), user=user, **self.more),
            "screen": lambda: archive.match(_lines(self.text), user=user, **self.more),
            "duplicates": lambda: replace(
                archive.duplicates(user=user, least=self.text, **self.more), took_ms=0.0
            ),
            "get": lambda: archive.get(self.text, user=user),
            "history": lambda: archive.history(self.text, user=user),
            "export": lambda: _export(archive, self.text, user, self.more),
            # What is refused in the end, wherever it is put: the archives stay as they are.
            "change": lambda: archive.change(
                self.text, {"备注": "新"}, user=user, expected_version=99
            ),
            "delete": lambda: archive.delete(self.text, reason="重复建档", user=user),
            "restore": lambda: archive.restore(self.text, reason="误删", user=user),
            "proposal": lambda: archive.proposals.show(self.text, user=user),
            "proposals": lambda: archive.proposals.list(user=user, which=self.text),
        }
        try:
            return asks[self.way]()
        except ArchsearchError as error:
            return (type(error).__name__, error.code, str(error), getattr(error, "position", None))


def _page(archive: Archive, text: str, user: str, more: dict[str, Any]) -> object:
    page = archive.search(text, user=user, **more)
    return (
        page.total, page.hits, page.mode, page.facets, page.suggestion, page.note, page.offset,
        page.limit,
    )  # fmt: skip


def _export(archive: Archive, text: str, user: str, more: dict[str, Any]) -> object:
    found = archive.export(text, user=user, reason="季度排查", **more)
    return found.total, found.number, found.left_out, tuple(found)


def _lines(text: str) -> list[dict[str, str]]:
    """Read lines of names with telephones and regions."""
    keys = ("name", "phones", "region")
    return [dict(zip(keys, line.split(","), strict=True)) for line in text.splitlines()]


def question(dice: random.Random) -> Question:
    """Make up one."""
    ways = {
        "search": 24, "suggest": 3, "match": 2, "screen": 2, "duplicates": 1, "get": 1,
        "history": 1, "export": 2, "change": 1, "delete": 1, "restore": 1,
    }  # fmt: skip
    way = dice.choices(list(ways), list(ways.values()))[0]
    if way in {"search", "export"}:
        options = _options(dice)
        if way == "export":
            # All that is found, whatever would be on a page.
            options = {key: options[key] for key in options if key in {"mode", "sort", "filters"}}
        return Question(way, _text(dice), options)
    if way == "suggest":
        text = dice.choice((*SURNAMES, *PLACES, *PINYIN, _name(dice), "1380", "R00"))
        return Question(way, text, {"limit": dice.choice((1, 8, 50))})
    if way == "match":
        names = " ".join(_name(dice) for _ in range(dice.randrange(1, 4)))
        return Question(way, names, {"limit": dice.choice((1, 3, 20))})
    if way == "screen":
        phones = (f"138{dice.randrange(1000):04d}{dice.randrange(4):04d}" for _ in range(50))
        lines = [f"{_name(dice)},{'、'.join(phones)},{dice.choice(PLACES)}" for _ in range(3)]
        return Question(way, "\n".join(lines), {"limit": dice.choice((1, 3, 20))})
    if way == "duplicates":
        least = dice.choice(("same", "likely", "possible"))
        return Question(way, least, {"limit": dice.choice((1, 20)), "offset": dice.choice((0, 2))})
    return Question(way, f"R{dice.randrange(120):04d}", {})


def _name(dice: random.Random) -> str:
    if dice.random() < 0.6:
        name = dice.choice(SURNAMES) + dice.choice(GIVEN)
    else:
        name = dice.choice(PLACES) + dice.choice(BRANDS) + dice.choice(TRADES) + "有限公司"
    slip = dice.random()
    at = dice.randrange(len(name))
    if slip < 0.15:
        return name[:at] + dice.choice("伟明丽国信江错") + name[at + 1 :]
    if slip < 0.25:
        return name[:at] + name[at + 1 :] or name
    if slip < 0.35:
        return name[:at][::-1] + name[at:]
    return name


def _value(dice: random.Random) -> str:
    return dice.choice(
        (*WORDS, *TAGS, *LEVELS, *OWNERS, *DEPARTMENTS, *PINYIN, *PHONES, *PLACES, _name(dice))
    )


def _text(dice: random.Random, depth: int = 0) -> str:
    makers: list[Callable[[], str]] = [
        lambda: "",
        lambda: _name(dice),
        lambda: _name(dice) + "~",
        lambda: dice.choice(WORDS),
        lambda: dice.choice(PINYIN),
        lambda: dice.choice(PHONES),
        lambda: f"{dice.choice(FIELDS)}:{_value(dice)}",
        lambda: f'"{_value(dice)}"',
        lambda: f"#{dice.choice(TAGS)}",
        lambda: dice.choice(
            (f"{dice.choice(SURNAMES)}*", "档号:R00*", "*有限公司", "R00?1", "部门:*行")
        ),
        lambda: dice.choice(("逾期次数:1..3", "建档时间:2025-03..2025-06", "成立日期:..2015")),
        lambda: dice.choice(
            ("谁有逾期和抵押房产", "上海 华信 科技 展期 投诉", "电话:0001", "档号:R0007")
        ),
        lambda: dice.choice(BROKEN),
    ]
    if depth < 2:
        makers += [
            lambda: f"{_text(dice, depth + 1)} {_text(dice, depth + 1)}",
            lambda: f"{_text(dice, depth + 1)} 或 {_text(dice, depth + 1)}",
            lambda: f"{_text(dice, depth + 1)} -{_text(dice, depth + 1)}",
            lambda: f"({_text(dice, depth + 1)}) NOT ({_text(dice, depth + 1)})",
        ]
    return dice.choice(makers)()


def _options(dice: random.Random) -> dict[str, Any]:
    options: dict[str, Any] = {
        "mode": dice.choice(("auto", "auto", "exact", "fuzzy")),
        "sort": dice.choices(SORTS, (6, 1, 1, 1, 1, 1, 1))[0],
        "limit": dice.choice((0, 1, 3, 10, 100)),
        "offset": dice.choice((0, 0, 0, 1, 5, 50)),
    }
    if dice.random() < 0.5:
        options["facets"] = dice.sample(FACETS[:-1], dice.randrange(1, 5))
    if dice.random() < 0.05:
        options["facets"] = ["phones"]
    if dice.random() < 0.4:
        options["filters"] = _filters(dice)
    return options


def _filters(dice: random.Random) -> dict[str, Any]:
    choices: list[dict[str, Any]] = [
        {"region": ["华东"]},
        {"region": ["北京市"], "nature": "个人"},
        {"tags": {"all": dice.sample(TAGS, 2)}},
        {"tags": {"none": [dice.choice(TAGS)]}},
        {"department": dice.choice(DEPARTMENTS)},
        {"owner": list(dice.sample(OWNERS, 2))},
        {"secrecy": dice.choice(LEVELS)},
        {"value_tier": ["VIP", "中价值"]},
        {"credit.overdue": {"from": 1, "to": 3}},
        {"created_at": {"from": "2025-04"}},
        {"phones": dice.choice(PHONES)},
        {"没有": "x"},
        {"region": "火星"},
    ]
    return dice.choice(choices)
