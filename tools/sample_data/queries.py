"""Relevance queries over the sample, with the records that must be found.

Answers are worked out from the customers themselves by plain look-ups, never by a search engine.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from tools.sample_data.customers import Customer
from tools.sample_data.layout import SEED
from tools.sample_data.words import pick, words

FEW: Final = 8
PAGE: Final = 20
Query: TypeAlias = dict[str, Any]
Filters: TypeAlias = dict[str, list[str]]
Test: TypeAlias = Callable[[Customer], Any]


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks for customers that are known."""

    rng: random.Random
    customers: Sequence[Customer]

    def everything(self) -> list[Query]:
        """All queries, numbered."""
        asked = [
            *self.by_hand(),
            *self.organisations(),
            *self.slips(),
            *self.numbers(),
            *self.words_of_notes(),
            *self.fields(),
            *self.filtered(),
        ]
        return [{"id": f"Q{number:02d}", **query} for number, query in enumerate(asked, 1)]

    def by_hand(self) -> Iterator[Query]:
        """Names that were put into the sample on purpose."""
        for entry in words("queries")["asked"]:
            query = ask(entry["kind"], entry["query"], entry["mode"], self.named(*entry["names"]))
            if "without" in entry:
                query["without"] = self.named(*entry["without"])
            yield query

    def organisations(self) -> Iterator[Query]:
        """Full names, parts of names, short and former names of organisations."""
        for one in (*self.some("企业", 2), *self.some("政府", 2)):
            yield ask(f"{one['nature']}全称", one["name"], "exact", [one["record_id"]], within=1)
        for one in self.some("企业", 3, lambda one: len(self.with_part(one["name"][2:6])) <= FEW):
            part = one["name"][2:6]
            yield ask("子串", part, "auto", self.with_part(part))
        for one in self.some("企业", 2, lambda one: one.get("short_names")):
            short = one["short_names"][0]
            yield ask("简称", short, "auto", self.with_short_name(short))
        for one in self.some("企业", 2, lambda one: one.get("former_names")):
            yield ask("曾用名", one["former_names"][0], "auto", [one["record_id"]], within=3)

    def slips(self) -> Iterator[Query]:
        """Names of organisations with one slip each."""
        for kind, slip in SLIPS.items():
            (one,) = self.some("企业", 1, lambda one: len(one["name"]) > FEW)
            yield ask(kind, slip(self.rng, one["name"]), "fuzzy", [one["record_id"]], within=3)

    def numbers(self) -> Iterator[Query]:
        """Identity numbers, credit codes, telephone numbers and record ids, whole and in part."""
        (person,) = self.some("个人", 1, lambda one: one.get("id_number", "").isdigit())
        number = person["id_number"]
        yield ask("证件号码", number, "auto", [person["record_id"]], within=1)
        spaced = f"{number[:6]} {number[6:14]} {number[14:]}"
        yield ask("证件号码 空格", spaced, "auto", [person["record_id"]], within=1)
        yield ask("证件号码后四位", number[-4:], "auto", self.ends("id_number", number[-4:]))
        (company,) = self.some("企业", 1, lambda one: one.get("id_number"))
        code = company["id_number"]
        yield ask("统一社会信用代码", code, "auto", [company["record_id"]], within=1)
        yield ask("统一社会信用代码 小写", code.lower(), "auto", [company["record_id"]], within=1)
        (caller,) = self.some("个人", 1, lambda one: self.rare_ending(one["phones"][0][-4:]))
        phone = caller["phones"][0]
        yield ask("电话", phone, "auto", self.calls(phone))
        grouped = f"{phone[:3]} {phone[3:7]} {phone[7:]}"
        yield ask("电话 分段", grouped, "auto", self.calls(phone))
        yield ask("电话后四位", phone[-4:], "auto", self.calls(phone[-4:]))
        yield ask("档号", caller["record_id"], "exact", [caller["record_id"]], within=1)

    def words_of_notes(self) -> Iterator[Query]:
        """Words that few records hold together, anywhere in their open texts."""
        for entry in words("queries")["in_notes"]:
            expected = self.holding(*entry.split())
            yield ask("备注", entry, "exact", expected, within=2 * PAGE)

    def fields(self) -> Iterator[Query]:
        """Queries on one field, which have one right answer."""
        tests: dict[str, Test] = {
            "标签:反洗钱关注 性质:个人": lambda one: "反洗钱关注" in one.get("tags", ()),
            "#专项债": lambda one: "专项债" in one.get("tags", ()),
            "部门:总行/战略客户部": lambda one: one["department"] == "总行/战略客户部",
            "建档人:zhang.qiang -密级:内部": lambda one: (
                one["owner"] == "zhang.qiang" and one["secrecy"] != "内部"
            ),
            "建档时间:2023-03..2023-08 业务类型:保函": lambda one: (
                "2023-03" <= one.get("created_at", "")[:7] <= "2023-08"
                and one.get("business_type") == "保函"
            ),
            "状态:冻结 OR (状态:借出 价值等级:高价值)": lambda one: (
                one["status"] == "冻结"
                or (one["status"] == "借出" and one["value_tier"] == "高价值")
            ),
        }
        for text, test in tests.items():
            yield ask("字段", text, "exact", self.ids(test)) | {"exact": True}

    def filtered(self) -> Iterator[Query]:
        """The empty query and filters: exactly the records that fit."""
        settings: tuple[Filters, ...] = (
            {"region": ["华东"], "value_tier": ["高价值"]},
            {"region": ["华东/江苏省/苏州市", "西北"], "nature": ["企业"]},
            {"nature": ["政府"], "secrecy": ["秘密", "机密"]},
            {"department": ["华南分行"], "business_type": ["信用卡"]},
            {"tags": ["绿色金融"], "value_tier": ["中价值"]},
        )
        for filters in settings:
            asked = ask("筛选", "", "exact", self.fitting(filters))
            yield asked | {"filters": filters, "exact": True}

    def ids(self, test: Test) -> list[str]:
        """Record ids of the customers that pass, in order."""
        return sorted(one["record_id"] for one in self.customers if test(one))

    def some(self, nature: str, count: int, test: Test = bool) -> list[Customer]:
        """Some customers of a nature that pass."""
        fitting = [one for one in self.customers if one["nature"] == nature and test(one)]
        return self.rng.sample(fitting, count)

    def named(self, *names: str) -> list[str]:
        """Records of these names."""
        return self.ids(lambda one: one["name"] in names)

    def with_part(self, part: str) -> list[str]:
        """Records whose name has a text in it."""
        return self.ids(lambda one: part in one["name"])

    def with_short_name(self, short: str) -> list[str]:
        """Records with a short name."""
        return self.ids(lambda one: short in one.get("short_names", ()))

    def holding(self, *parts: str) -> list[str]:
        """Records whose open texts have every one of the words."""
        return self.ids(lambda one: all(part in texts(one) for part in parts))

    def fitting(self, filters: Filters) -> list[str]:
        """Records that pass the filters."""
        return self.ids(lambda one: fits(one, filters))

    def rare_ending(self, digits: str) -> bool:
        """Whether few records have a telephone number with this ending, but more than one."""
        return 1 < len(self.calls(digits)) <= FEW

    def calls(self, ending: str) -> list[str]:
        """Records with a telephone number of this ending, contacts and family included."""
        return self.ids(lambda one: any(phone.endswith(ending) for phone in phones(one)))

    def ends(self, key: str, ending: str) -> list[str]:
        """Records whose value or whose telephone numbers end so."""
        return self.ids(
            lambda one: (
                one.get(key, "").endswith(ending)
                or any(phone.endswith(ending) for phone in phones(one))
            )
        )


def ask(kind: str, text: str, mode: str, expected: list[str], within: int = PAGE) -> Query:
    """One query; all that is expected must be among the first ``within`` hits."""
    if not expected:
        raise ValueError(f"{kind} {text}: nobody fits")
    return {
        "kind": kind,
        "query": text,
        "mode": mode,
        "expected": expected,
        "within": max(within, len(expected)),
    }


def texts(one: Customer) -> str:
    """What an open search for words looks through."""
    told = [*one.get("services", ()), *one.get("transactions", ())]
    summaries = [entry["summary"] for entry in told]
    return "\n".join((one.get("notes", ""), *summaries, *one.get("tags", ())))


def phones(one: Customer) -> Iterator[str]:
    """Every telephone number of a record."""
    yield from one.get("phones", ())
    for entry in (*one.get("contacts", ()), *one.get("family", ())):
        if "phone" in entry:
            yield entry["phone"]


def fits(one: Customer, filters: Filters) -> bool:
    """Whether a record passes filters: any value of a field, every field; parents hold children."""
    return all(
        any(
            value == wanted or value.startswith(f"{wanted}/")
            for value in listed(one.get(key, ()))
            for wanted in values
        )
        for key, values in filters.items()
    )


def listed(value: str | Iterable[str]) -> list[str]:
    """A value as a list."""
    return [value] if isinstance(value, str) else list(value)


def wrong(rng: random.Random, name: str) -> str:
    """Another character in the brand."""
    return name[:3] + pick(rng, "companies", "brand_third") + name[4:]


def missing(_: random.Random, name: str) -> str:
    """A character of the brand lost."""
    return name[:3] + name[4:]


def extra(rng: random.Random, name: str) -> str:
    """A character too many."""
    return name[:4] + pick(rng, "companies", "brand_third") + name[4:]


def swapped(_: random.Random, name: str) -> str:
    """Two neighbours changed places."""
    return name[:4] + name[5] + name[4] + name[6:]


SLIPS: Final = {"错字": wrong, "缺字": missing, "多字": extra, "换位": swapped}


def make_queries(customers: Sequence[Customer]) -> list[Query]:
    """The relevance set."""
    return Asker(random.Random(SEED + 1), customers).everything()
