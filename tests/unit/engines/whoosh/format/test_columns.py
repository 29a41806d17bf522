import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from archsearch.engines.whoosh.format.columns import IdField, KeyField
from archsearch.engines.whoosh.format.dictionary import Dictionary, encode

DOCUMENTS = st.lists(st.sets(st.sampled_from("abcdef"), max_size=3), min_size=1, max_size=40)
SINGLE = st.lists(st.sets(st.sampled_from("abcdef"), max_size=1), min_size=1, max_size=40)


def field_of(documents: list[set[str]]) -> KeyField:
    keys = sorted(set().union(*documents))
    pairs = [(keys.index(key), doc) for doc, held in enumerate(documents) for key in held]
    ordinals = np.array([ordinal for ordinal, _ in pairs], np.intp)
    docs = np.array([doc for _, doc in pairs], np.intp)
    return KeyField.of(Dictionary.of([encode(key) for key in keys]), ordinals, docs, len(documents))


def holders(documents: list[set[str]], keys: set[str]) -> list[int]:
    return [doc for doc, held in enumerate(documents) if held & keys]


@given(DOCUMENTS | SINGLE, st.sets(st.sampled_from("abcdef")))
def test_of_keys_gives_the_documents_that_hold_one(
    documents: list[set[str]], wanted: set[str]
) -> None:
    field = field_of(documents)

    found = field.holders(field.keys.find_all(wanted)).docs

    assert found.tolist() == holders(documents, wanted)


@given(DOCUMENTS | SINGLE, st.integers(0, 6), st.integers(0, 6))
def test_of_interval_gives_the_documents_that_hold_a_key_inside(
    documents: list[set[str]], low: int, high: int
) -> None:
    field = field_of(documents)
    keys = sorted(set().union(*documents))
    high = min(high, len(keys))

    assert field.holders(np.arange(low, high)).docs.tolist() == holders(
        documents, set(keys[low:high])
    )


@given(DOCUMENTS | SINGLE, st.data())
def test_count_counts_keys_of_any_part_of_the_documents(
    documents: list[set[str]], data: st.DataObject
) -> None:
    field = field_of(documents)
    chosen = sorted(data.draw(st.sets(st.integers(0, len(documents) - 1))))
    docs = np.array(chosen, np.intp)

    counts = field.count(docs)

    expected = [
        sum(key in documents[doc] for doc in chosen) for key in sorted(set().union(*documents))
    ]
    assert counts.tolist() == expected


def test_a_few_of_many_documents_are_counted_like_many() -> None:
    documents = [{"a", "b"} if doc % 2 else {"c"} for doc in range(100)]
    docs = np.array([0, 1, 99], np.intp)

    assert field_of(documents).count(docs).tolist() == [2, 2, 1]


@given(DOCUMENTS | SINGLE)
def test_lowest_and_highest_key_of_each_document(documents: list[set[str]]) -> None:
    field = field_of(documents)
    keys = sorted(set().union(*documents))
    docs = np.arange(len(documents))

    places = [sorted(map(keys.index, held)) for held in documents]

    assert field.lowest(docs).tolist() == [held[0] if held else -1 for held in places]
    assert field.highest(docs).tolist() == [held[-1] if held else -1 for held in places]


def test_the_identity_holds_every_record_id_once() -> None:
    field = IdField.identity(Dictionary.of([b"a", b"b", b"c"]))

    assert field.holders(np.array([1])).docs.tolist() == [1]
    assert field.lowest(np.array([2, 0])).tolist() == [2, 0]
