"""How many duplicates are found, and how many others are taken for some: over generated ones.

Run ``python -m tests.relevance.duplicates --help``. Of records of a list of names, or of generated
ones, some are repeated with slips and other numbers, and beside some stand others who share a
telephone, a birthday or a name with them and are not they.
"""

import argparse
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any, Final, TypeAlias

import archsearch
from tests.relevance.corpus import Corpus, Entry, Kind, load
from tests.relevance.lore import Lore
from tools.sample_data.chronicle import make_mobile
from tools.sample_data.identifiers import credit_code, personal_number

_SHARE: Final = 20
"""One record in so many is repeated, and one has a near one beside it."""
_FIRST_DAY: Final = date(1945, 1, 1)
_DAYS: Final = 21_000
_PROVINCES: Final = (11, 31, 32, 33, 35, 37, 42, 44, 51, 61)
_PAGE: Final = 1000

Record: TypeAlias = dict[str, Any]
Pair: TypeAlias = tuple[int, int]


@dataclass
class Made:
    """Records, and what is known of them: by kind, the pairs that are one, or are not."""

    records: list[Record] = field(default_factory=list)
    same: dict[str, set[Pair]] = field(default_factory=dict)
    near: dict[str, set[Pair]] = field(default_factory=dict)


class Maker:
    """Makes records of names."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._lore = Lore(corpus.entries)
        self._rng = random.Random(7)
        self._given: set[str] = set()
        self._persons = [entry.name for entry in corpus.entries if entry.kind is Kind.PERSON]

    def make(self) -> Made:
        """Make them all."""
        rng, entries = self._rng, self._corpus.entries
        made = Made([self._record(entry) for entry in entries])
        for entry in rng.sample(entries, len(entries) // _SHARE):
            kind = rng.choice(("number", "phone", "birthday", "name")) + rng.choice(("", ", slip"))
            self._add(made, made.same, kind, entry, self._again(made.records[entry.number], kind))
        for entry in rng.sample(entries, len(entries) // _SHARE):
            person = entry.kind is Kind.PERSON
            kind = rng.choice(("spouse", "child", "namesake")) if person else "branch"
            self._add(made, made.near, kind, entry, self._other(made.records[entry.number], kind))
        return made

    @staticmethod
    def _add(
        made: Made, pairs: dict[str, set[Pair]], kind: str, entry: Entry, record: Record | None
    ) -> None:
        if record is not None:
            pairs.setdefault(kind, set()).add((entry.number, len(made.records)))
            made.records.append(record)

    def _record(self, entry: Entry) -> Record:
        rng = self._rng
        record: Record = {"name": entry.name, "phones": [make_mobile(rng)]}
        born = _FIRST_DAY + timedelta(days=rng.randrange(_DAYS))
        if entry.kind is Kind.PERSON:
            record["birth_date"] = born.isoformat()
        if rng.random() < 0.75:
            record["id_number"] = self._number(born, person=entry.kind is Kind.PERSON)
        return record

    def _number(self, born: date, *, person: bool) -> str:
        while True:
            rng = self._rng
            region = f"{rng.choice(_PROVINCES)}01{rng.randrange(1, 9):02d}"
            number = (
                personal_number(rng, region, born, rng.choice("男女"))
                if person
                else credit_code(rng, "91", region)
            )
            if number not in self._given:
                self._given.add(number)
                return number

    def _again(self, record: Record, kind: str) -> Record | None:
        """Repeat a record; it has only what the kind says in common with the first."""
        key = {"number": "id_number", "phone": "phones", "birthday": "birth_date"}.get(
            kind[:8].split(",", maxsplit=1)[0]
        )
        if (key is None) == ("birth_date" in record) or (key and key not in record):
            return None
        again = {"name": record["name"], "phones": [make_mobile(self._rng)]}
        if key:
            again[key] = record[key]
        if "slip" in kind and key:
            again["name"] = self._slip(again["name"])
        return again

    def _slip(self, name: str) -> str:
        rng = self._rng
        at = rng.randrange(len(name))
        alike = self._lore.lookalikes.get(name[at])
        other = rng.choice(alike) if alike and rng.random() < 0.4 else None
        other = other or self._lore.homophone(rng, name[at]) or name[at]
        return name[:at] + other + name[at + 1 :]

    def _other(self, record: Record, kind: str) -> Record | None:
        """Make somebody else who has something in common with a record."""
        rng = self._rng
        born = _FIRST_DAY + timedelta(days=rng.randrange(_DAYS))
        stranger = rng.choice(self._persons)
        other: Record = {"name": stranger, "birth_date": born.isoformat()}
        other["id_number"] = self._number(born, person=True)
        match kind:
            case "branch":
                name = record["name"] + rng.choice(("第一分公司", "北京分公司", "营业部"))
                return {"name": name, "phones": record["phones"]}
            case "namesake":
                return {**other, "name": record["name"]}
            case "child":
                other["name"] = record["name"][0] + stranger[1:]
        if other["name"] == record["name"]:
            return None
        return {**other, "phones": record["phones"]}


def _numbered(records: Sequence[Record]) -> Iterator[Record]:
    order = list(range(len(records)))
    random.Random(3).shuffle(order)
    for number in order:
        yield {"record_id": f"R{number:07d}", **records[number]}


def found_in(archive: archsearch.Archive, least: str) -> set[Pair]:
    """Read all groups, page by page; give every pair that stands in one."""
    pairs: set[Pair] = set()
    offset, total = 0, 1
    while offset < total:
        page = archive.duplicates(user="admin", least=least, limit=_PAGE, offset=offset)
        total = page.total
        offset += _PAGE
        for group in page.groups:
            members = sorted(int(member.record_id[1:]) for member in group.members)
            pairs.update(combinations(members, 2))
    return pairs


def measure(made: Made, found: set[Pair]) -> Mapping[str, float]:
    """Give the share of what is to be found that was, and of what was found that is right."""
    same = set[Pair]().union(*made.same.values())
    # A name that is in the list twice, but for its form, is the same as far as anybody can tell.
    plainly = {
        pair for pair in found - same if len({made.records[place]["name"] for place in pair}) == 1
        and not any(pair in near for near in made.near.values())
    }  # fmt: skip
    right = found & same
    return {
        "recall": len(right) / max(len(same), 1),
        "precision": len(right) / max(len(found - plainly), 1),
    }


def report(made: Made, found: set[Pair]) -> Iterator[str]:
    """Write the shares, by kind."""
    for name, value in measure(made, found).items():
        yield f"{name:10} {value:.3f}"
    for told, table in (("found", made.same), ("wrongly joined", made.near)):
        for kind, pairs in sorted(table.items()):
            yield f"  {kind:16} {told} {len(pairs & found)}/{len(pairs)}"


def made_archive(made: Made, folder: Path) -> archsearch.Archive:
    """Fill an archive with records."""
    archsearch.init(folder)
    archive = archsearch.open(folder)
    archive.ingest(_numbered(made.records), user="admin")
    return archive


def main(write: Callable[[str], None] = print) -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", type=Path, help="lines, or JSON Lines with a name")
    parser.add_argument("--size", type=int, default=20_000, help="records before any is repeated")
    parser.add_argument("--least", default="likely", choices=["same", "likely", "possible"])
    arguments = parser.parse_args()
    made = Maker(load(arguments.names, arguments.size)).make()
    with (
        tempfile.TemporaryDirectory() as folder,
        made_archive(made, Path(folder) / "ws") as archive,
    ):
        started = time.process_time()
        first = archive.duplicates(user="admin", least=arguments.least, limit=0)
        seconds = time.process_time() - started
        found = found_in(archive, arguments.least)
    write("\n".join(report(made, found)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    sizes = Counter({"records": len(made.records), "groups": first.total})
    write(f"{dict(sizes)}, {seconds:.1f} s of a processor, {peak} MB at most")


if __name__ == "__main__":
    main()
