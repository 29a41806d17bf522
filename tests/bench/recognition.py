"""Measure how many names and numbers are proposed right from scans of forms.

``python -m tests.bench.recognition`` (needs the extra ``ocr`` and a font for Chinese). Draws forms
of twenty customers of the sample data, in two layouts, tilted and soft as scans are; reads each in
the process that also reads scans of the watch folder. Fails below nine in ten.
"""

import argparse
import io
import random
import resource
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from select import select
from typing import Any, Final

from archsearch.ingest.inbox.forms import Forms
from archsearch.services.recogniser import Limits, Recogniser, available
from archsearch.settings.loading import load
from tools.sample_data.layout import make_sheaves
from tools.sample_data.scans import font, letter, rows_of, scanned, table

ROOT: Final = Path(__file__).parents[2]
LIMITS: Final = Limits(pages=5, megapixels=100, seconds=300)
SHARE: Final = 0.9
KEYS: Final = ("name", "id_number", "phones", "birth_date", "established_on")


def forms(number: int) -> Iterator[tuple[Mapping[str, Any], bytes]]:
    """Draw forms of customers with a right number of 18 characters; one in four is no person."""
    customers = [each for sheaf in make_sheaves() for each in sheaf.customers]
    dice = random.Random(20)
    known = [each for each in customers if len(str(each.get("id_number") or "")) == 18]
    persons = [each for each in known if each["nature"] == "个人"]
    others = [each for each in known if each["nature"] == "企业"]
    for turn in range(number):
        values = dice.choice(others if turn % 4 == 3 else persons)
        draw = letter if turn % 2 else table
        page = draw("客户信息登记表", list(rows_of(values).items()), "本人承诺以上信息真实有效。")
        file = io.BytesIO()
        scanned(page, dice).save(file, "JPEG", quality=dice.randrange(40, 85), dpi=(150, 150))
        yield values, file.getvalue()


def proposed(reader: Recogniser, reading: Forms, content: bytes) -> dict[str, str]:
    """Read one scan."""
    reader.give([content])
    while (verdict := reader.verdict()) is None:
        select([], [], [], 0.05)
    return reading.read(verdict.text or "")


def measure(number: int) -> tuple[Counter[str], Counter[str]]:
    """Count what was to be read, and what was read right, by field."""
    reading, reader = Forms(load(ROOT, {}).schema), Recogniser(LIMITS)
    there: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for values, content in forms(number):
        found = proposed(reader, reading, content)
        for key in KEYS:
            meant = values.get(key)
            meant = meant[0] if isinstance(meant, list) else meant
            if meant:
                there[key] += 1
                right[key] += found.get(key) == meant
    reader.close()
    return there, right


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forms", type=int, default=20)
    given = parser.parse_args()
    assert available(), "pip install 'archsearch[ocr]'"
    assert font(), "no font for Chinese"
    there, right = measure(given.forms)
    for key in there:
        print(f"{key:16}{right[key]:4} of {there[key]}")  # noqa: T201
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    print(f"processor {told[0]:.1f} s, memory {told[1]:.0f} MB")  # noqa: T201
    assert all(right[key] >= SHARE * there[key] for key in ("name", "id_number"))


if __name__ == "__main__":
    main()
