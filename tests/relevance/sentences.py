"""Find full names that stand among awkward neighbours in sentences.

Run ``python -m tests.relevance.sentences``. Every sentence holds a name that its neighbours try to
swallow: words of the segmenter's own dictionary that begin with the end of the name, other names,
letters and digits without a space. Asked for in exact mode, plainly and quoted, each name must find
its own sentence, and no sentence that does not hold it; which do is told by comparing characters,
without anything of the product's.
"""

import argparse
import random
import re
import shutil
import tempfile
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from pathlib import Path
from typing import Final

import opencc

import archsearch
from archsearch.errors import ArchsearchError
from tests.relevance.lists import groups, words
from tools.sample_data.organisations import make_company
from tools.sample_data.people import make_face
from tools.sample_data.words import some_place

FORMS: Final = {"plain": "{}", "quoted": '"{}"'}
"""How a name is asked for."""
MOST_HITS: Final = 1_000
_SEED: Final = 20_261_122
_LONGEST_WORD: Final = 5
_STOPS: Final = "。！？；!?;\n"
_FORMER: Final = (
    "单",
    "仇",
    "曾",
    "解",
    "查",
    "朴",
    "区",
    "盖",
    "缪",
    "翟",
    "乐",
    "覃",
    "种",
    "繁",
)
_LATIN: Final = ("ABC", "TCL", "3M", "A8", "360", "Ⅱ", "ｋｆｃ")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text, and the name that it was written around."""

    text: str
    name: str


@dataclass(frozen=True, slots=True)
class Missed:
    """What one name was not found in, and was found in wrongly."""

    query: str
    missing: frozenset[str]
    wrong: frozenset[str]


def sentences(number: int, seed: int = _SEED) -> list[Sentence]:
    """Write so many sentences."""
    rng = random.Random(seed)
    return [_sentence(rng, make_name(rng)) for _ in range(number)]


def decoys(written: Sequence[Sentence], seed: int = _SEED) -> list[Sentence]:
    """For every fifth sentence write another with what is nearly its name."""
    rng = random.Random(seed)
    return [_sentence(rng, each.name, _torn(rng, each.name)) for each in written[::5]]


def _sentence(rng: random.Random, name: str, shown: str = "") -> Sentence:
    text = _before(rng, name) + (shown or _as_written(rng, name)) + _after(rng, name)
    return Sentence(rng.choice(_frames()).format(text), name)


def make_name(rng: random.Random) -> str:
    """A name of any kind: usual, rare, of several readings, with a dot, letters or brackets."""
    kind = rng.randrange(10)
    if kind < 4:
        return make_face(rng).name
    if kind == 4:
        return make_face(rng).name[: 1 + rng.randrange(2)] + rng.choice(words("rare"))
    if kind == 5:
        return rng.choice(_FORMER) + make_face(rng).name[1:]
    if kind == 6:
        parts = groups("minorities")
        return "·".join(rng.choice(rng.choice(parts)) for _ in range(rng.randint(2, 3)))
    company = make_company(rng, some_place(rng)).name
    return rng.choice(_LATIN) + company if kind == 7 else company


def _as_written(rng: random.Random, name: str) -> str:
    """The name as others write it: mostly the same, or traditional, wide, with another dot."""
    chosen = rng.randrange(8)
    if chosen == 0:
        old = _converter("s2t").convert(name)
        return old if plain(old) == plain(name) else name
    if chosen == 1:
        return name.replace("·", rng.choice("•・‧.")).replace("（", "(").replace("）", ")")
    if chosen == 2 and _joins(name[0]):
        return name[:1] + rng.choice((" ", "\u3000", "\u200b")) + name[1:]
    return name


def _torn(rng: random.Random, name: str) -> str:
    """What is nearly the name: in other order, with something between, over two sentences."""
    pieces = [piece for piece in re.split("[（）·]", name) if piece]
    if len(pieces) > 1 and rng.randrange(3):
        return rng.choice(("", "与", "，")).join(reversed(pieces))
    at = rng.randrange(1, len(name))
    return name[:at] + rng.choice(("。", "\n", "某", "的", "1", "x")) + name[at:]


# Neighbours --------------------------------------------------------------------------------------


def _before(rng: random.Random, name: str) -> str:
    head = plain(name)[:1]
    match rng.randrange(7):
        case 0 | 1:
            swallowing = _endings().get(head, ())
            return rng.choice(swallowing)[:-1] if swallowing else "与"
        case 2:
            return make_name(rng) + rng.choice(("", "和", "、"))
        case 3:
            return rng.choice(("20", "NO", "１２")) if not head.isalnum() or _joins(head) else "第"
        case 4:
            return rng.choice(("与", "向", "找", "为", "由", "被", "把"))
        case 5:
            return rng.choice(("（", "“", "【", "客户:", "，", "。", "\n"))
        case _:
            # Half of the name once more, so that a search for parts is led astray.
            return name[: max(1, len(name) // 2)]


def _after(rng: random.Random, name: str) -> str:
    tail = plain(name)[-1:]
    match rng.randrange(7):
        case 0 | 1:
            swallowing = _beginnings().get(tail, ())
            return rng.choice(swallowing)[1:] if swallowing else "国有企业"
        case 2:
            return rng.choice(("", "和", "、")) + make_name(rng)
        case 3:
            return rng.choice(("A", "24", "vip", "８号")) if _joins(tail) else "的"
        case 4:
            return rng.choice(("的", "与", "是", "在", "等", "同志", "公司", "先生"))
        case 5:
            return rng.choice(("）", "”", "】", "：", "，", "。", "\n"))
        case _:
            return name[len(name) // 2 :]


def _joins(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or character >= "\U00020000"


def _frames() -> Sequence[str]:
    return [line[0] for line in groups("frames")]


@cache
def _dictionary() -> tuple[str, ...]:
    lines = files("jieba").joinpath("dict.txt").read_text(encoding="utf-8").splitlines()
    found = (line.partition(" ")[0] for line in lines)
    return tuple(word for word in found if 1 < len(word) <= _LONGEST_WORD and _joins(word[0]))


@cache
def _beginnings() -> Mapping[str, list[str]]:
    return _grouped(0)


@cache
def _endings() -> Mapping[str, list[str]]:
    return _grouped(-1)


def _grouped(place: int) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for word in _dictionary():
        found[word[place]].append(word)
    return found


# What is right -----------------------------------------------------------------------------------


@cache
def _converter(way: str) -> opencc.OpenCC:
    return opencc.OpenCC(way)


@cache
def _plain_character(character: str) -> str:
    if unicodedata.category(character) == "Cf":
        return ""
    if character in _STOPS:
        return "\n"
    folded = unicodedata.normalize("NFKC", character).casefold()
    return "".join(_converter("t2s").convert(c) for c in folded if c.isalnum())


def plain(text: str) -> str:
    """The letters, digits and characters of a text in one form; the end of a sentence is a line's.

    >>> plain("ＡＢ（北京）張 三。李四")
    'ab北京张三\\n李四'
    """
    return "".join(map(_plain_character, text))


class Texts:
    """Texts that are looked through character by character."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._ids = list(texts)
        plains = [plain(text) for text in texts.values()]
        self._starts = list(accumulate((len(text) + 2 for text in plains), initial=0))
        self._joined = "\n\n".join(plains)

    def holding(self, name: str) -> frozenset[str]:
        """The numbers of the texts that hold a name, letters and digits not cut apart."""
        return frozenset(self._ids[bisect_right(self._starts, at) - 1] for at in self._places(name))

    def _places(self, name: str) -> Iterator[int]:
        sought = plain(name)
        at = self._joined.find(sought)
        while at >= 0:
            around = (self._joined[at - 1 : at + 1], self._joined[at + len(sought) - 1 :][:2])
            if not any(_one_run(pair) for pair in around):
                yield at
            at = self._joined.find(sought, at + 1)


def _one_run(pair: str) -> bool:
    """Whether two neighbours are letters of one word or digits of one number."""
    both_letters = all(c.isalpha() and not _joins(c) for c in pair)
    return len(pair) > 1 and (both_letters or pair.isdigit())


# Measuring ---------------------------------------------------------------------------------------


def asked(
    archive: archsearch.Archive, texts: Texts, names: Sequence[str], form: str
) -> list[Missed]:
    """Ask for each name; tell those that are not found in just the texts that hold them."""
    missed = []
    for name in names:
        query = form.format(name)
        right = texts.holding(name)
        found = _found(archive, query)
        if found != right:
            missed.append(Missed(query, right - found, found - right))
    return missed


def _found(archive: archsearch.Archive, query: str) -> frozenset[str]:
    try:
        page = archive.search(query, user="admin", mode="exact", limit=MOST_HITS)
    except ArchsearchError:
        return frozenset()
    return frozenset(str(hit.record_id) for hit in page.hits)


def fed(archive: archsearch.Archive, written: Sequence[Sentence]) -> Texts:
    """Take the sentences in as notes."""
    texts = {f"S{number:06d}": sentence.text for number, sentence in enumerate(written)}
    rows = [{"record_id": each, "name": "某户", "notes": text} for each, text in texts.items()]
    archive.ingest(rows, user="admin")
    return Texts(texts)


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=20_000, help="sentences")
    parser.add_argument("--failures", type=int, default=5, help="show so many")
    arguments = parser.parse_args()
    written = sentences(arguments.size)
    names = list(dict.fromkeys(sentence.name for sentence in written))
    folder = Path(tempfile.mkdtemp(prefix="archsearch-relevance-"))
    try:
        archsearch.init(folder / "workspace")
        with archsearch.open(folder / "workspace") as archive:
            texts = fed(archive, [*written, *decoys(written)])
            for label, form in FORMS.items():
                missed = asked(archive, texts, names, form)
                lost = sum(bool(each.missing) for each in missed)
                wrong = sum(bool(each.wrong) for each in missed)
                print(  # noqa: T201 - a report
                    f"{label}: {len(names)} names in {len(written)} sentences,"
                    f" {1 - lost / len(names):.4%} found wherever they stand,"
                    f" {1 - wrong / len(names):.4%} nowhere else"
                )
                for each in missed[: arguments.failures]:
                    print(f"    {each}")  # noqa: T201
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
