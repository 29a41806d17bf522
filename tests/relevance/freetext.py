"""Ask for what notes tell, and compare the order with plain BM25.

Run ``python -m tests.relevance.freetext``. The measure is nDCG@10: 1 if the ten best answers come
first, best first. Beside the product, tantivy ranks the same notes by BM25 over jieba's words and
pairs of neighbouring characters.
"""

import argparse
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from math import log2
from pathlib import Path
from typing import Final

import archsearch
from archsearch.analysis.folding import fold
from archsearch.analysis.segmenter import ChineseSegmenter
from archsearch.errors import ArchsearchError
from tests.relevance.corpus import Part
from tests.relevance.notes import MANNERS, Note, Question, grade, notes, questions

DEEP: Final = 10
Ranker = Callable[[str], Sequence[int]]
"""Gives the numbers of the ten best notes."""


def ndcg(grades: Sequence[int], every: Sequence[int]) -> float:
    """Rate an order by the grades of its first ten; ``every`` holds those of all notes.

    >>> ndcg([3, 0], [0, 0, 3]), ndcg([], [1])
    (1.0, 0.0)
    """
    best = _gain(sorted(every, reverse=True)[:DEEP])
    return _gain(grades[:DEEP]) / best if best else 1.0


def _gain(grades: Sequence[int]) -> float:
    return sum((2.0**each - 1) / log2(place + 2) for place, each in enumerate(grades))


def rated(ranker: Ranker, written: Sequence[Note], asked: Sequence[Question]) -> list[float]:
    """Rate the answer to each question."""
    found = []
    for question in asked:
        grades = [grade(note, question.fact) for note in written]
        found.append(ndcg([grades[number] for number in ranker(question.text)], grades))
    return found


@contextmanager
def product(written: Sequence[Note], folder: Path) -> Iterator[Ranker]:
    """The archive's own search."""
    archsearch.init(folder)
    with archsearch.open(folder) as archive:
        rows = [
            {"record_id": f"N{number:06d}", "name": "某户", "notes": note.text}
            for number, note in enumerate(written)
        ]
        archive.ingest(rows, user="admin")

        def rank(text: str) -> list[int]:
            try:
                page = archive.search(text, user="admin", limit=DEEP)
            except ArchsearchError:
                return []
            return [int(hit.record_id[1:]) for hit in page.hits]

        yield rank


def has_tantivy() -> bool:
    """Whether there is something to compare with."""
    return find_spec("tantivy") is not None


def baseline(written: Sequence[Note]) -> Ranker:
    """BM25 over words and pairs of characters, any of them, in tantivy."""
    tantivy = import_module("tantivy")
    builder = tantivy.SchemaBuilder()
    for field in ("words", "pairs"):
        builder.add_text_field(field, tokenizer_name="whitespace")
    builder.add_unsigned_field("number", stored=True)
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer(num_threads=1)
    segmenter = ChineseSegmenter()
    for number, note in enumerate(written):
        tokens = _tokens(segmenter, note.text)
        joined = {field: " ".join(each) for field, each in tokens.items()}
        writer.add_document(tantivy.Document(**joined, number=number))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def rank(text: str) -> list[int]:
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, field, token))
            for field, tokens in _tokens(segmenter, text).items()
            for token in dict.fromkeys(tokens)
        ]
        hits = searcher.search(tantivy.Query.boolean_query(terms), limit=DEEP).hits
        return [searcher.doc(address)["number"][0] for _, address in hits]

    return rank


def _tokens(segmenter: ChineseSegmenter, text: str) -> dict[str, list[str]]:
    words = [word for word in segmenter.cut(fold(text)) if any(map(str.isalnum, word))]
    joined = "".join(words)
    pairs = [joined[at : at + 2] for at in range(len(joined) - 1)]
    return {"words": words, "pairs": pairs}


def report(asked: Sequence[Question], ratings: dict[str, list[float]]) -> Iterator[str]:
    """Write the table."""
    yield f"{'nDCG@10':28} {'n':>5} " + " ".join(f"{name:>9}" for name in ratings)
    for manner in (*MANNERS, ""):
        chosen = [place for place, each in enumerate(asked) if manner in ("", each.manner)]
        means = [statistics.mean(found[place] for place in chosen) for found in ratings.values()]
        figures = " ".join(f"{mean:9.3f}" for mean in means)
        yield f"{manner or 'mean':28} {len(chosen):5} {figures}"


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=3_000, help="notes")
    parser.add_argument("--queries", type=int, default=40, help="in each manner")
    parser.add_argument("--part", type=Part, choices=list(Part), default=Part.CHECK)
    arguments = parser.parse_args()
    written = notes(arguments.size)
    asked = list(questions(arguments.queries, arguments.part))
    folder = Path(tempfile.mkdtemp(prefix="archsearch-relevance-"))
    try:
        with product(written, folder / "workspace") as own:
            ratings = {"product": rated(own, written, asked)}
        if has_tantivy():
            ratings["tantivy"] = rated(baseline(written), written, asked)
        print("\n".join(report(asked, ratings)))  # noqa: T201 - a report
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
