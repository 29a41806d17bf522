import math
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.analysis.folding import fold
from archsearch.analysis.units import bigram, marked, positioned
from archsearch.domain.schema import FieldSpec, FieldType
from archsearch.engines.fields import (
    identifier_key,
    number_key,
    paths,
    phrase_tokens,
    unit_tokens,
)

FINITE = st.floats(allow_nan=False)
TEXTS = st.text(st.sampled_from("张伟明ab1 。，"), max_size=20)


@given(FINITE, FINITE)
def test_numbers_sort_as_their_keys_do(left: float, right: float) -> None:
    assert (number_key(left) < number_key(right)) == (left < right)
    assert (number_key(left) == number_key(right)) == (left == right)


def test_not_a_number_has_no_key() -> None:
    with pytest.raises(ValueError, match="number"):
        number_key(math.nan)


@given(TEXTS, st.data())
def test_a_phrase_out_of_a_text_is_found_by_its_tokens(text: str, data: st.DataObject) -> None:
    found = positioned([text])
    start = data.draw(st.integers(0, len(found)))
    part = found[start : data.draw(st.integers(start, len(found)))]
    indexed = set(unit_tokens([marked(fold(text))]))

    tokens = phrase_tokens(part)

    origin = part[0][1] if part else 0
    assert all((token, origin + offset) in indexed for token, offset in tokens)
    assert bool(tokens) == bool(part)


@given(TEXTS, TEXTS)
def test_a_phrase_that_is_not_in_a_text_is_not_found(text: str, sought: str) -> None:
    indexed = set(unit_tokens([marked(fold(text))]))
    there, part = dict(map(reversed, positioned([text]))), positioned([sought])  # type: ignore[arg-type, var-annotated]
    origin = part[0][1] if part else 0

    tokens = phrase_tokens(part)

    for start in range(len(text) * 2 + 1):
        by_tokens = all((token, start + offset) in indexed for token, offset in tokens)
        by_units = all(there.get(start + at - origin) == unit for unit, at in part)
        assert by_tokens == by_units


def test_a_path_stands_below_every_path_above_it() -> None:
    assert paths("华东/江苏省/苏州市") == ["华东", "华东/江苏省", "华东/江苏省/苏州市"]


@pytest.mark.parametrize(
    ("kind", "text", "key"),
    [
        (FieldType.PHONE, "+86 138-1234-5678", "13812345678"),
        (FieldType.PHONE, "０１０-12345678转8", "01012345678"),
        (FieldType.ID_NUMBER, "11010519491231002x", "11010519491231002X"),
        (FieldType.ID_NUMBER, "9135 0100 M000 100Y 43", "91350100M000100Y43"),
        (FieldType.EMAIL, " Zhang@Example.com", "ZHANG@EXAMPLE.COM"),
    ],
)
def test_identifiers_are_reduced_to_what_counts(kind: FieldType, text: str, key: str) -> None:
    assert identifier_key(FieldSpec("x", "x", kind), text) == key


def test_numbers_of_all_sizes_sort() -> None:
    rng = random.Random(7)
    numbers = [rng.uniform(-1, 1) * 10 ** rng.randrange(-5, 15) for _ in range(500)]

    assert sorted(numbers, key=number_key) == sorted(numbers)


@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_neighbours_make_pairs_and_a_gap_parts_them(texts: list[str]) -> None:
    found = positioned(texts)
    pairs = [
        (bigram(unit, successor), place)
        for (unit, place), (successor, following) in pairwise(found)
        if following == place + 1
    ]

    tokens = unit_tokens([marked(fold(text)) for text in texts])

    assert list(tokens) == found + pairs
    assert list(zip(tokens.terms, tokens.positions, strict=True)) == found + pairs
    assert tokens.length == len(found)
