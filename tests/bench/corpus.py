"""The corpora that measurements are made on, as JSON Lines; equal sizes give equal files.

- ``export``: customer rows as a bank's export has them; see :mod:`tests.bench.export`
- ``rich``: whole customers with family, contacts, transactions and services
"""

import random
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import orjson

from tests.bench import export
from tools.sample_data.customers import Customer, Maker

OUT = Path(__file__).parent / "out"
_SEED = 20_240_601
_PERSONS_IN_TEN = 7


def rich_customers(number: int) -> Iterator[Customer]:
    """Yield whole customers, seven persons in ten, the others companies."""
    maker = Maker(random.Random(_SEED))
    for index in range(number):
        if index % 10 < _PERSONS_IN_TEN:
            yield maker.new_person()
        else:
            yield maker.organisation("企业")


CORPORA: Mapping[str, Callable[[int], Iterator[Customer]]] = {
    "export": export.rows,
    "rich": rich_customers,
}


def customers(number: int, corpus: str = "export") -> Iterator[Customer]:
    """Yield the customers of a corpus."""
    return CORPORA[corpus](number)


def write_json_lines(path: Path, number: int, corpus: str = "export") -> None:
    """Write a corpus as JSON Lines."""
    with path.open("wb") as file:
        for customer in customers(number, corpus):
            file.write(orjson.dumps(customer) + b"\n")


def kept(number: int, corpus: str = "export") -> Path:
    """Give the file of a corpus, written now unless an earlier run left the same one."""
    path = OUT / f"{corpus}-{number}-{_made_by()}.jsonl"
    if not path.exists():
        OUT.mkdir(exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        write_json_lines(unfinished, number, corpus)
        unfinished.replace(path)
    return path


def _made_by() -> str:
    """Tell the makers of corpora apart, so that a kept file is not taken for another's."""
    folder = Path(__file__).parent
    names = ("chance.py", "corpus.py", "export.py", "numbers.py", "wording.py", "words.yaml")
    return sha256(b"".join((folder / name).read_bytes() for name in names)).hexdigest()[:8]
