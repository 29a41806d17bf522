"""Writes sample_data/ anew: ``python -m tools.make_sample_data [FOLDER]``.

Everything is made up from word lists and one seed, so equal versions give equal bytes.
"""

import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tools.sample_data.formats import file_bytes, write_package
from tools.sample_data.layout import SEED, Sheaf, make_sheaves, verdicts
from tools.sample_data.queries import make_queries
from tools.sample_data.words import words

FOLDER = Path(__file__).parents[1] / "sample_data"
CUT_OFF, NO_TABLE = "damaged/cut_off.json", "damaged/no_table.csv"


def make_files() -> Iterator[tuple[str, bytes]]:
    """Yield every file of the sample: its path inside the folder, and its content."""
    sheaves = make_sheaves()
    for sheaf in sheaves:
        yield from record_files(sheaf)
    yield f"records/{NO_TABLE}", b"\x89\xff\x00\x1a\n" + random.Random(SEED).randbytes(2_048)
    expected = verdicts(sheaves)
    expected["damaged"] = [
        {"file": CUT_OFF, "codes": ["truncated"]},
        {"file": NO_TABLE, "codes": ["unreadable"]},
    ]
    yield (
        "expected.yaml",
        as_yaml("What an ingest of records/ must report. README.md explains.", expected),
    )
    customers = [customer for sheaf in sheaves for customer in sheaf.customers]
    queries = {"queries": make_queries(customers)}
    yield "queries.yaml", as_yaml("Relevance queries, asked as admin. README.md explains.", queries)
    yield "users.yaml", as_yaml("Users of the sample archive.", dict(words("users")))


def record_files(sheaf: Sheaf) -> Iterator[tuple[str, bytes]]:
    """The files of one layout: one, or a folder with one a record."""
    path = f"records/{sheaf.layout.path}"
    if sheaf.layout.format != "eep":
        yield path, file_bytes(sheaf.layout, sheaf.lines)
        return
    for line in sheaf.lines:
        yield f"{path}/{line.values['record_id']}.xml", write_package(sheaf.layout, line)


def as_yaml(about: str, value: dict[str, Any]) -> bytes:
    """A YAML file that says what it is and where it comes from."""
    head = f"# {about} Made by tools/make_sample_data.py; do not edit.\n"
    text: str = yaml.safe_dump(
        value, allow_unicode=True, sort_keys=False, width=10_000, default_flow_style=None
    )
    return (head + text).encode()


def main(folder: Path) -> None:
    """Replace the records, the expectations, the queries and the users in a folder."""
    shutil.rmtree(folder / "records", ignore_errors=True)
    for path, content in make_files():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
