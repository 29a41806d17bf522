"""Building and merging give the same bytes for the same documents, whatever their way."""

from io import BytesIO
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsearch.domain.record import RecordId
from archsearch.engines.base import Document, TextTokens
from archsearch.engines.whoosh.build import Builder
from archsearch.engines.whoosh.container import Container
from archsearch.engines.whoosh.content import Content
from archsearch.engines.whoosh.merge import Part, merge
from tests.generate_plans import CORPORA, make_corpus, make_document

RANDOMS = st.integers(0, 2**32).map(Random)


def built(documents: tuple[Document, ...]) -> Content:
    builder = Builder()
    for document in documents:
        builder.add(document)
    return builder.finish()


def saved(content: Content) -> bytes:
    file = BytesIO()
    content.save(file)
    return file.getvalue()


def reloaded(content: Content) -> Content:
    return Content.load(Container(saved(content)))


@settings(deadline=None, max_examples=40)
@given(CORPORA, RANDOMS)
def test_the_order_of_documents_leaves_no_trace(
    corpus: tuple[Document, ...], random: Random
) -> None:
    shuffled = tuple(random.sample(corpus, len(corpus)))

    assert saved(built(shuffled)) == saved(built(corpus))


@settings(deadline=None, max_examples=40)
@given(CORPORA, RANDOMS, st.integers(1, 5), st.integers(1, 40))
def test_merging_any_split_equals_one_build(
    corpus: tuple[Document, ...], random: Random, count: int, chunk: int
) -> None:
    splits: list[list[Document]] = [[] for _ in range(count)]
    for document in corpus:
        random.choice(splits).append(document)
    contents = [reloaded(built(tuple(split))) for split in splits]

    merged = merge([Part(content, np.ones(len(content), np.bool_)) for content in contents], chunk)

    assert saved(merged) == saved(built(corpus))


@settings(deadline=None, max_examples=40)
@given(CORPORA, RANDOMS, st.integers(1, 40))
def test_merging_leaves_no_trace_of_deleted_documents(
    corpus: tuple[Document, ...], random: Random, chunk: int
) -> None:
    kept = [document for document in corpus if random.random() < 0.5]
    content = reloaded(built(corpus))
    alive = np.zeros(len(content), np.bool_)
    alive[content.ids.find_all(document.record_id for document in kept)] = True

    merged = merge([Part(content, alive)], chunk)

    assert saved(merged) == saved(built(tuple(kept)))


@settings(deadline=None, max_examples=40)
@given(CORPORA, RANDOMS)
def test_replaced_and_discarded_documents_leave_no_trace_in_a_build(
    corpus: tuple[Document, ...], random: Random
) -> None:
    builder = Builder()
    for document in make_corpus(random):
        builder.add(document)
        builder.discard(document.record_id)
    for document in corpus:
        builder.add(make_document(random, document.record_id, 9))
        builder.add(document)

    assert len(builder) == len(corpus)
    assert saved(builder.finish()) == saved(built(corpus))


@settings(deadline=None, max_examples=40)
@given(CORPORA)
def test_a_saved_segment_reads_back_as_it_was(corpus: tuple[Document, ...]) -> None:
    content = built(corpus)

    assert saved(reloaded(content)) == saved(content)
    assert len(content) == len(corpus)


def test_keys_too_wide_for_one_integer_are_sorted_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Terms, documents and positions of a very large segment do not fit 64 bits together."""
    documents = tuple(
        Document(
            RecordId(f"{number:05d}"),
            1,
            {
                "notes": TextTokens.of(
                    ((f"t{number % 7}", 2**20 - 1), (f"t{number % 7}", number)), 2
                )
            },
            {},
        )
        for number in range(50)
    )
    narrow = saved(built(documents))

    monkeypatch.setattr("archsearch.engines.whoosh.postings.KEY_BITS", 10)

    assert saved(built(documents)) == narrow
