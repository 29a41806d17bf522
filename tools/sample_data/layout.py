"""Which customer goes into which file, and where the bad rows stand."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tools.sample_data.blemishes import blemished
from tools.sample_data.customers import Customer, Maker
from tools.sample_data.faults import spoilt
from tools.sample_data.surface import Layout, Line, kept, written
from tools.sample_data.words import words

SEED: Final = 20250630
NATURES: Final = {"persons": "个人", "companies": "企业", "bodies": "政府"}
BRANCHES: Final = {"east": "华东分行", "north": "华北分行", "southwest": "西南分行"}


@dataclass
class Sheaf:
    """One file: its rows, and the customers that the archive will hold because of it."""

    layout: Layout
    lines: list[Line]
    customers: list[Customer] = field(default_factory=list)


def layouts() -> list[Layout]:
    """Every file of the sample, in the order of the list."""
    return [Layout(**entry) for entry in words("files")["files"]]


def make_sheaves() -> list[Sheaf]:
    """Everything, from the one seed."""
    rng = random.Random(SEED)
    maker = Maker(rng)
    pool = maker.everyone()
    rng.shuffle(pool)
    return [make_sheaf(rng, maker, layout, pool) for layout in layouts()]


def make_sheaf(rng: random.Random, maker: Maker, layout: Layout, pool: list[Customer]) -> Sheaf:
    """Take the customers of a file out of the pool and write their rows, bad ones in between."""
    chosen = list(take(pool, layout.who, layout.count))
    warnings: dict[int, str] = {}
    for code in repeated(layout.blemishes):
        place = rng.choice([place for place in range(len(chosen)) if place not in warnings])
        chosen[place] = blemished(rng, chosen[place], code)
        warnings[place] = code
    lines = [
        Line(written(rng, customer, layout), warnings=tuple(filter(None, [warnings.get(place)])))
        for place, customer in enumerate(chosen)
    ]
    customers = [kept(customer, layout) for customer in chosen]
    for code in repeated(layout.faults):
        bad = strange_row(rng, maker, layout)
        lines.insert(rng.randint(1, len(lines)), spoilt(rng, bad, code, layout))
    if layout.cut:
        lines.append(Line(strange_row(rng, maker, layout)))
    return Sheaf(layout, lines, customers)


def repeated(counts: Mapping[str, int]) -> Iterator[str]:
    """Each problem code as often as it is to occur."""
    for code, count in counts.items():
        for _ in range(count):
            yield code


def take(pool: list[Customer], who: str, count: int) -> Iterator[Customer]:
    """Take customers of a kind or a branch out of the pool."""
    nature = NATURES.get(who, "个人")
    branch = BRANCHES.get(who, "")
    fitting = [
        customer
        for customer in pool
        if customer["nature"] == nature and customer["department"].startswith(branch)
    ]
    if len(fitting) < count:
        raise ValueError(f"{who}: {count} wanted, {len(fitting)} left")
    for customer in fitting[:count]:
        pool.remove(customer)
        yield customer


def strange_row(rng: random.Random, maker: Maker, layout: Layout) -> dict[str, Any]:
    """The row of a customer who is in the archive only once a clerk has mended it."""
    nature = NATURES.get(layout.who, "个人")
    customer = maker.new_person() if nature == "个人" else maker.organisation(nature)
    row = written(rng, customer, layout)
    # A fault is put into the plain number; its other spellings would make it two faults.
    row["id_number"] = customer["id_number"]
    return row


def verdicts(sheaves: Sequence[Sheaf]) -> dict[str, Any]:
    """What an ingest of the sample must report."""
    files = {
        sheaf.layout.path: {
            "accepted": len(sheaf.customers),
            "rejected": sum(bool(line.problems) for line in sheaf.lines),
        }
        for sheaf in sheaves
    }
    return {
        "files": files,
        "rejected": list(told(sheaves, lambda line: line.problems)),
        "warned": list(told(sheaves, lambda line: line.warnings)),
    }


def told(
    sheaves: Sequence[Sheaf], codes_of: Callable[[Line], tuple[str, ...]]
) -> Iterator[dict[str, Any]]:
    """The rows about which something is said, by file and number of the row."""
    for sheaf in sheaves:
        for number, line in enumerate(sheaf.lines, 1):
            if codes := codes_of(line):
                yield {"file": sheaf.layout.path, "number": number, "codes": list(codes)}
