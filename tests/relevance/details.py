"""Queries for what is known of a customer besides the name: numbers, addresses, dates, notes.

Run ``python -m tests.relevance.details``. Records are generated; a query is right if the first hit
is the record that it was made from, or one that fits it as well.
"""

import argparse
import hashlib
import random
import re
import shutil
import statistics
import tempfile
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import orjson

import archsearch
from archsearch.errors import ArchsearchError
from tests.bench.corpus import customers
from tests.relevance.corpus import Part
from tests.relevance.persons import FULL_WIDTH

Customer: TypeAlias = dict[str, Any]
Keys: TypeAlias = Callable[[Customer], Iterable[str]]

SEED: Final = 20_261_122
LIMIT: Final = 10
_OCR: Final = {"0": "OD", "1": "Il", "2": "Z", "5": "S", "8": "B"}
_HAN: Final = str.maketrans("0123456789", "〇一二三四五六七八九")
_ADDRESS: Final = re.compile(
    r"(?P<region>.*?(?:省|自治区|市|自治州|区|县))?(?P<road>[^省市区县州]+?)(?P<number>\d+)号(?P<rest>.*)"
)
_ROOM: Final = re.compile(r"\D*?(\d+)栋(\d+)单元(\d+)室")


class Asked(NamedTuple):
    """What somebody types, and what else fits it: records that have a key."""

    text: str
    keys: Keys
    key: str


@dataclass(frozen=True, slots=True)
class Maker:
    """What queries are made with."""

    rng: random.Random


Phenomenon: TypeAlias = Callable[[Maker, Customer], Asked | None]
DETAILS: Final[dict[str, Phenomenon]] = {}


def detail(label: str) -> Callable[[Phenomenon], Phenomenon]:
    """Enter a function into the table of phenomena."""

    def enter(function: Phenomenon) -> Phenomenon:
        DETAILS[label] = function
        return function

    return enter


# What records have -------------------------------------------------------------------------------


def the_id(customer: Customer) -> Iterator[str]:
    """Its ID number."""
    yield from filter(None, [customer.get("id_number")])


def phones(customer: Customer) -> Iterator[str]:
    """All telephone numbers in it, as digits."""
    yield from (re.sub(r"\D", "", phone) for phone in customer.get("phones", ()))
    for group in ("contacts", "family"):
        for member in customer.get(group, ()):
            yield from filter(None, [member.get("phone")])


def parts(customer: Customer) -> Iterator[str]:
    """All that is found by four or six digits: parts of identifiers, and numbers in texts."""
    for number in (*the_id(customer), *phones(customer)):
        yield from (number[-4:], number[-6:])
        if len(number) == 11:
            yield number[3:7]
    yield from re.findall(r"[0-9]+", orjson.dumps(customer).decode())


@cache
def masked(keys: Keys, first: int) -> Keys:
    """What a mask leaves of a value."""

    def left(customer: Customer) -> Iterator[str]:
        yield from (f"{value[:first]}*{value[-4:]}" for value in keys(customer))

    return left


def birth(customer: Customer) -> Iterator[str]:
    """The day of birth or foundation."""
    for key in ("birth_date", "established_on"):
        yield from filter(None, [customer.get(key)])


def address(customer: Customer) -> Iterator[str]:
    """Its address."""
    yield from filter(None, [customer.get("address")])


def road(customer: Customer) -> Iterator[str]:
    """Road and number of its address."""
    found = _ADDRESS.fullmatch(customer.get("address", ""))
    if found:
        yield f"{found['road']}{found['number']}"


def room(customer: Customer) -> Iterator[str]:
    """Road, number and room of its address."""
    found = _ADDRESS.fullmatch(customer.get("address", ""))
    if found:
        yield f"{found['road']}{found['number']}{found['rest']}"


def name(customer: Customer) -> Iterator[str]:
    """Its name."""
    yield customer["name"]


def itself(customer: Customer) -> Iterator[str]:
    """The record."""
    yield customer["record_id"]


# Numbers -----------------------------------------------------------------------------------------


def _number(customer: Customer, kind: str, make: Maker) -> tuple[str, Keys] | None:
    if kind == "phone":
        found = [phone for phone in phones(customer) if len(phone) == 11 and phone[0] == "1"]
        return (make.rng.choice(found), phones) if found else None
    number = customer.get("id_number", "")
    person = customer.get("nature") == "个人"
    if not number or person != (kind == "ID"):
        return None
    return number, the_id


def numbers(label: str, *kinds: str) -> Callable[[Callable[[Maker, str], str | None]], None]:
    """Enter what people do to numbers, for some kinds of number."""

    def enter(function: Callable[[Maker, str], str | None]) -> None:
        for kind in kinds:

            def phenomenon(make: Maker, customer: Customer, kind: str = kind) -> Asked | None:
                found = _number(customer, kind, make)
                text = function(make, found[0]) if found else None
                return Asked(text, found[1], found[0]) if found and text else None

            DETAILS[f"{kind}: {label}"] = phenomenon

    return enter


ALL: Final = ("ID", "USCC", "phone")


@numbers("exact", *ALL)
def _exact(_: Maker, number: str) -> str:
    return number


@numbers("lower case", "USCC")
def _lower(_: Maker, number: str) -> str:
    return number.lower()


@numbers("in groups", "ID", "USCC")
def _groups(_: Maker, number: str) -> str:
    return f"{number[:6]} {number[6:14]} {number[14:]}"


@numbers("in groups", "phone")
def _phone_groups(_: Maker, number: str) -> str:
    return f"{number[:3]} {number[3:7]} {number[7:]}"


@numbers("dashes", "ID", "USCC")
def _dashes(_: Maker, number: str) -> str:
    return f"{number[:6]}-{number[6:14]}-{number[14:]}"


@numbers("dashes", "phone")
def _phone_dashes(_: Maker, number: str) -> str:
    return f"{number[:3]}-{number[3:7]}-{number[7:]}"


@numbers("full width", *ALL)
def _wide(_: Maker, number: str) -> str:
    return number.translate(FULL_WIDTH)


@numbers("+86", "phone")
def _prefixed(_: Maker, number: str) -> str:
    return f"+86 {number}"


@numbers("15 digits", "ID")
def _short(_: Maker, number: str) -> str | None:
    return number[:6] + number[8:17] if number[6:8] == "19" else None


@numbers("one wrong", *ALL)
def _wrong(make: Maker, number: str) -> str:
    place = make.rng.randrange(1, len(number))
    other = make.rng.choice([d for d in "0123456789" if d != number[place]])
    return number[:place] + other + number[place + 1 :]


@numbers("two swapped", *ALL)
def _swapped(make: Maker, number: str) -> str | None:
    places = [p for p in range(1, len(number) - 1) if number[p] != number[p + 1]]
    place = make.rng.choice(places)
    return number[:place] + number[place + 1] + number[place] + number[place + 2 :]


@numbers("one missing", *ALL)
def _missing(make: Maker, number: str) -> str:
    place = make.rng.randrange(1, len(number))
    return number[:place] + number[place + 1 :]


@numbers("one too many", *ALL)
def _extra(make: Maker, number: str) -> str:
    place = make.rng.randrange(1, len(number))
    return number[:place] + make.rng.choice("0123456789") + number[place:]


@numbers("letters read by a machine", *ALL)
def _read(make: Maker, number: str) -> str | None:
    places = [place for place, digit in enumerate(number) if digit in _OCR]
    if len(places) < 2:
        return None
    chosen = make.rng.sample(places, 2)
    return "".join(
        make.rng.choice(_OCR[digit]) if place in chosen else digit
        for place, digit in enumerate(number)
    )


def _part(label: str, kind: str, write: Callable[[str], str], first: int = 0) -> None:
    """Enter a part of a number; with ``first``, one that a mask leaves."""

    def phenomenon(make: Maker, customer: Customer) -> Asked | None:
        found = _number(customer, kind, make)
        if not found:
            return None
        number, keys = found
        text = write(number)
        if first:
            return Asked(text, masked(keys, first), f"{number[:first]}*{number[-4:]}")
        return Asked(text, parts, text)

    DETAILS[f"{kind}: {label}"] = phenomenon


for _kind in ALL:
    _part("last four", _kind, lambda n: n[-4:])
    _part("last six", _kind, lambda n: n[-6:])
    _part("masked as shown", _kind, lambda n: f"{n[:3]}{'*' * (len(n) - 7)}{n[-4:]}", 3)
_part("masked, six and four", "ID", lambda n: f"{n[:6]}********{n[-4:]}", 6)
_part("masked, four and four", "ID", lambda n: f"{n[:4]}**********{n[-4:]}", 4)
_part("masked with x", "phone", lambda n: f"{n[:3]}xxxx{n[-4:]}", 3)
_part("middle four", "phone", lambda n: n[3:7])


@detail("ID: day of birth in it")
def birth_part(_: Maker, customer: Customer) -> Asked | None:
    """The digits of an ID number that tell the day of birth."""
    born = customer.get("birth_date")
    return Asked(born.replace("-", ""), birth, born) if born else None


# Dates -------------------------------------------------------------------------------------------


def _date(label: str, write: Callable[[str, str, str], str]) -> None:
    def phenomenon(_: Maker, customer: Customer) -> Asked | None:
        day = next(birth(customer), None)
        return Asked(write(*day.split("-")), birth, day) if day else None

    DETAILS[f"date: {label}"] = phenomenon


def _spoken(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else str(tens)) + ("十" if tens else "") + (str(ones) if ones else "")


_date("2024-03-05", lambda y, m, d: f"{y}-{m}-{d}")
_date("2024/3/5", lambda y, m, d: f"{y}/{int(m)}/{int(d)}")
_date("2024.03.05", lambda y, m, d: f"{y}.{m}.{d}")
_date("20240305", lambda y, m, d: f"{y}{m}{d}")
_date("2024年3月5日", lambda y, m, d: f"{y}年{int(m)}月{int(d)}日")
_date(
    "二〇二四年三月五日",
    lambda y, m, d: f"{y}年{_spoken(int(m))}月{_spoken(int(d))}日".translate(_HAN),
)
_date("full width", lambda y, m, d: f"{y}-{m}-{d}".translate(FULL_WIDTH))


# Addresses ---------------------------------------------------------------------------------------


def addresses(label: str, keys: Keys) -> Callable[[Callable[..., str | None]], None]:
    """Enter what people do to an address, given in parts."""

    def enter(function: Callable[..., str | None]) -> None:
        def phenomenon(make: Maker, customer: Customer) -> Asked | None:
            whole = customer.get("address", "")
            found = _ADDRESS.fullmatch(whole)
            if not found or not found["region"]:
                return None
            levels = customer["region"].split("/")[1:]
            text = function(make, levels, found["road"], found["number"], found["rest"])
            return Asked(text, keys, next(iter(keys(customer)))) if text else None

        DETAILS[f"address: {label}"] = phenomenon

    return enter


@addresses("exact", address)
def _whole(_: Maker, levels: Sequence[str], road: str, number: str, rest: str) -> str:
    return f"{''.join(levels)}{road}{number}号{rest}"


@addresses("short regions", address)
def _short_regions(_: Maker, levels: Sequence[str], road: str, number: str, rest: str) -> str:
    return f"{''.join(map(_shortened, levels))}{road}{number}号{rest}"


@addresses("without the province", address)
def _no_province(_: Maker, levels: Sequence[str], road: str, number: str, rest: str) -> str | None:
    return f"{''.join(levels[1:])}{road}{number}号{rest}" if len(levels) > 1 else None


@addresses("city and road", room)
def _city(_: Maker, levels: Sequence[str], road: str, number: str, rest: str) -> str | None:
    if len(levels) < 3:
        return None
    return f"{_shortened(levels[1])}{road}{number}号{rest}"


@addresses("road and number", road)
def _road(_: Maker, __: Sequence[str], road: str, number: str, ___: str) -> str:
    return f"{road}{number}号"


@addresses("road and bare number", road)
def _bare(_: Maker, __: Sequence[str], road: str, number: str, ___: str) -> str:
    return f"{road}{number}"


@addresses("# for 号", room)
def _hash(_: Maker, __: Sequence[str], road: str, number: str, rest: str) -> str:
    return f"{road}{number}#{rest}"


@addresses("room with dashes", room)
def _room_dashes(_: Maker, __: Sequence[str], road: str, number: str, rest: str) -> str | None:
    found = _ROOM.fullmatch(rest)
    if not found:
        return None
    estate = rest[: rest.index(found[1])]
    return f"{road}{number}号{estate}{found[1]}-{found[2]}-{found[3]}"


@addresses("Han numerals", road)
def _han(_: Maker, __: Sequence[str], road: str, number: str, ___: str) -> str:
    return f"{road}{number.translate(_HAN)}号"


@addresses("Han numerals, hundreds", road)
def _hundreds(_: Maker, __: Sequence[str], road: str, number: str, ___: str) -> str:
    return f"{road}{_in_words(int(number))}号"


@addresses("homophone in the road", room)
def _homophone(make: Maker, __: Sequence[str], road: str, number: str, rest: str) -> str | None:
    places = [place for place, char in enumerate(road) if char in _SOUNDS]
    if not places:
        return None
    place = make.rng.choice(places)
    return f"{road[:place]}{_SOUNDS[road[place]]}{road[place + 1 :]}{number}号{rest}"


@addresses("a character missing", address)
def _missing_character(
    make: Maker, levels: Sequence[str], road: str, number: str, rest: str
) -> str:
    text = f"{''.join(levels)}{road}{number}号{rest}"
    places = [place for place, char in enumerate(text) if not char.isdigit()]
    place = make.rng.choice(places)
    return text[:place] + text[place + 1 :]


@addresses("full width", address)
def _wide_address(_: Maker, levels: Sequence[str], road: str, number: str, rest: str) -> str:
    return f"{''.join(levels)}{road}{number}号{rest}".translate(FULL_WIDTH)


_SOUNDS: Final = dict(
    zip(
        "槐树街黄河青年建设解放胜利民主和平中山学府振兴光明工农",
        "怀术阶皇和清念健社姐方圣力明珠河评终三雪夫震星广名公浓",
        strict=True,
    )
)
_SHORTENED: Final = re.compile(
    r"(?:维吾尔自治区|壮族自治区|回族自治区|自治区|哈萨克自治州|自治州|省|市|区|县)$"
)


def _shortened(level: str) -> str:
    short = _SHORTENED.sub("", level)
    return short if len(short) > 1 else level


def _in_words(number: int) -> str:
    digits = "零一二三四五六七八九"
    hundreds, below = divmod(number, 100)
    tens, ones = divmod(below, 10)
    text = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else digits[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (digits[ones] if ones else "")


# Notes -------------------------------------------------------------------------------------------


@detail("notes: a stretch of eight characters")
def stretch(make: Maker, customer: Customer) -> Asked | None:
    """Part of a note, as it stands."""
    notes = customer.get("notes", "")
    pieces = [piece for piece in re.split(r"[，。；：、\n]", notes) if len(piece) >= 8]
    if not pieces:
        return None
    piece = make.rng.choice(pieces)
    start = make.rng.randrange(len(piece) - 7)
    return Asked(piece[start : start + 8], _holding(piece[start : start + 8]), "yes")


def _holding(text: str) -> Keys:
    def holding(customer: Customer) -> Iterator[str]:
        if text in orjson.dumps(customer).decode():
            yield "yes"

    return holding


_SENTENCES: Final = (
    "请帮我找一下{}这个客户的档案",
    "与{}有关的资料都在哪里",
    "昨天来网点的{}先生的电话是多少",
    "麻烦查{}名下的业务",
)


@detail("question: name in a sentence")
def sentence(make: Maker, customer: Customer) -> Asked | None:
    """A name inside a question."""
    return Asked(make.rng.choice(_SENTENCES).format(customer["name"]), name, customer["name"])


@detail("question: name, city and business")
def described(_: Maker, customer: Customer) -> Asked | None:
    """A name with what is known of the customer."""
    city = customer["region"].split("/")[-2 if customer["region"].count("/") > 2 else -1]
    return Asked(
        f"{customer['name']} {_shortened(city)} {customer['business_type']}", name, customer["name"]
    )


# Measuring ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class Row:
    """How one phenomenon went."""

    label: str
    first: int = 0
    in_ten: int = 0
    asked: int = 0
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def measure(
    archive: archsearch.Archive, rows: Sequence[Customer], part: Part, number: int, only: str
) -> Iterator[Row]:
    """Ask the queries of every phenomenon."""
    sources = [row for row in rows if _part(row) is part]
    found: dict[Keys, dict[str, set[str]]] = {}
    for label, phenomenon in DETAILS.items():
        if only not in label:
            continue
        make = Maker(random.Random(zlib.crc32(label.encode()) + (part is Part.CHECK)))
        row = Row(label)
        for customer in make.rng.sample(sources, len(sources)):
            asked = phenomenon(make, customer)
            if asked is None:
                continue
            fitting = _fitting(found, rows, asked) | {customer["record_id"]}
            _ask(archive, asked.text, fitting, row)
            if row.asked == number:
                break
        yield row


def _part(customer: Customer) -> Part:
    digest = hashlib.sha256(customer["record_id"].encode()).digest()
    return Part.CHECK if digest[0] & 1 else Part.TUNING


def _fitting(
    found: dict[Keys, dict[str, set[str]]], rows: Sequence[Customer], asked: Asked
) -> set[str]:
    index = found.get(asked.keys)
    if index is None:
        index = defaultdict(set)
        for row in rows:
            for key in asked.keys(row):
                index[key].add(row["record_id"])
        if asked.keys.__name__ not in {"holding"}:
            found[asked.keys] = index
    return index[asked.key]


def _ask(archive: archsearch.Archive, text: str, fitting: set[str], row: Row) -> None:
    started = time.process_time()
    try:
        page = archive.search(text, user="admin", limit=LIMIT)
        hits = [str(hit.record_id) for hit in page.hits]
    except ArchsearchError as error:
        hits = [error.message]
    row.seconds.append(time.process_time() - started)
    row.asked += 1
    row.first += bool(hits) and hits[0] in fitting
    row.in_ten += bool(fitting.intersection(hits))
    if not hits or hits[0] not in fitting:
        row.wrong.append(f"{text} -> {hits[:1]}")


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=20_000, help="records")
    parser.add_argument("--queries", type=int, default=60, help="for each phenomenon")
    parser.add_argument("--part", type=Part, choices=list(Part), default=Part.CHECK)
    parser.add_argument("--only", default="", help="phenomena whose name holds this")
    parser.add_argument("--failures", type=int, default=0, help="show so many of each phenomenon")
    arguments = parser.parse_args()
    rows = [dict(customer) for customer in customers(arguments.size, "rich")]
    folder = Path(tempfile.mkdtemp(prefix="archsearch-relevance-"))
    try:
        archsearch.init(folder / "workspace")
        source = folder / "rows.jsonl"
        source.write_bytes(b"\n".join(map(orjson.dumps, rows)))
        with archsearch.open(folder / "workspace") as archive:
            archive.ingest(source, user="admin")
            results = []
            options = (arguments.part, arguments.queries, arguments.only)
            for row in measure(archive, rows, *options):
                results.append(row)
                _show(row, arguments.failures)
    finally:
        shutil.rmtree(folder)
    for kind in dict.fromkeys(row.label.partition(":")[0] for row in results):
        chosen = [row for row in results if row.label.startswith(kind)]
        first = statistics.mean(row.first / max(row.asked, 1) for row in chosen)
        print(f"mean of {kind:36} {first:6.3f}")  # noqa: T201


def _show(row: Row, failures: int) -> None:
    times = sorted(second * 1000 for second in row.seconds) or [0.0]
    asked = max(row.asked, 1)
    figures = f"{row.first / asked:6.3f} {row.in_ten / asked:6.3f}"
    slow = f"{statistics.median(times):7.1f} {times[int(len(times) * 0.95)]:7.1f} ms"
    print(f"{row.label:44} {row.asked:4} {figures} {slow}", flush=True)  # noqa: T201
    for line in row.wrong[:failures]:
        print(f"    {line}")  # noqa: T201


if __name__ == "__main__":
    main()
