from io import BytesIO

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from archsearch.engines.whoosh.format.arrays import Docs
from archsearch.engines.whoosh.format.container import Container, ContainerWriter
from archsearch.engines.whoosh.format.lists import Bounds, DocLists

MOST = 20_000


@st.composite
def made(draw: st.DrawFn) -> list[Docs]:
    """Lists from one document to thousands, dense ones and sparse ones."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    sizes = draw(st.lists(st.sampled_from([1, 1, 1, 2, 50, 255, 256, 257, 3000]), max_size=8))
    top = draw(st.sampled_from([250, 3000, MOST]))
    sizes = [min(size, top) for size in sizes]
    return [np.sort(rng.choice(top, size, replace=False)) for size in sizes]


def stored(lists: list[Docs]) -> DocLists:
    file = BytesIO()
    writer = ContainerWriter(file)
    sizes = np.array([docs.size for docs in lists], np.int64)
    docs = np.concatenate(lists) if lists else np.empty(0, np.int64)
    DocLists.of(sizes, docs).save(writer, "l.")
    writer.finish({})
    return DocLists.load(Container(file.getvalue()), "l.", len(lists))


@given(made())
def test_each_list_reads_back(lists: list[Docs]) -> None:
    found = stored(lists)

    assert [found.docs(number).tolist() for number in range(len(found))] == [
        docs.tolist() for docs in lists
    ]
    assert found.sizes().tolist() == [docs.size for docs in lists]


@given(made(), st.data())
def test_neighbouring_lists_read_back_together(lists: list[Docs], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(lists)))
    last = data.draw(st.integers(first, len(lists)))

    found = stored(lists).docs_of(first, last)

    assert found.tolist() == [doc for docs in lists[first:last] for doc in docs.tolist()]


@given(made().filter(len), st.data())
def test_some_lists_read_back_together(lists: list[Docs], data: st.DataObject) -> None:
    some = sorted(data.draw(st.sets(st.integers(0, len(lists) - 1), min_size=1)))

    found = stored(lists).docs_of_some(np.array(some))

    assert found.tolist() == [doc for number in some for doc in lists[number].tolist()]


@given(made(), st.integers(0, 2**32), st.integers(1, 300))
def test_documents_are_looked_up_by_skips(lists: list[Docs], seed: int, count: int) -> None:
    found = stored(lists)
    rng = np.random.default_rng(seed)
    for number, docs in enumerate(lists):
        some = rng.choice(docs, min(count, docs.size), replace=False)
        wanted = np.union1d(some, rng.integers(0, MOST, count))

        places, there = found.places(number, wanted)

        assert there.tolist() == np.isin(wanted, docs).tolist()
        assert docs[places[there]].tolist() == wanted[there].tolist()


@given(st.lists(st.sampled_from([1, 2, 3, 65_535, 65_536, 200_000]), max_size=20))
def test_bounds_are_sums_of_sizes(sizes: list[int]) -> None:
    bounds = Bounds.of(np.array(sizes, np.int64))

    expected = [sum(sizes[:place]) for place in range(len(sizes) + 1)]
    assert [bounds[place] for place in range(len(sizes) + 1)] == expected
    assert bounds.between(0, len(sizes)).tolist() == expected


@given(st.lists(st.sampled_from([1, 2, 300, 40_000, 200_000]), max_size=8))
def test_all_bounds_are_those_that_are_given_one_by_one(sizes: list[int]) -> None:
    bounds = Bounds.of(np.array(sizes, np.int64))

    assert bounds.all().tolist() == [bounds[place] for place in range(len(sizes) + 1)]
    assert bounds.all().tolist() == [0, *np.cumsum(sizes).tolist()]
