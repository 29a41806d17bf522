from io import BytesIO

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from archsearch.engines.whoosh.format.arrays import Ints
from archsearch.engines.whoosh.format.container import Container, ContainerWriter
from archsearch.engines.whoosh.format.packed import BLOCK, Packed

TOPS = st.sampled_from([1, 2, 200, 300, 70_000, 2**20, 2**33])


@st.composite
def made(draw: st.DrawFn) -> Ints:
    """Values of mixed sizes over several blocks, sometimes nearly all of them 0."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    values = rng.integers(0, draw(TOPS), draw(st.integers(0, 3 * BLOCK)))
    values[rng.random(values.size) < draw(st.sampled_from([0.0, 0.5, 0.97]))] = 0
    few = rng.random(values.size) < draw(st.sampled_from([0.0, 0.05]))
    values[few] = rng.integers(0, 2**40, np.count_nonzero(few))
    return values


def stored(values: Ints) -> Packed:
    file = BytesIO()
    writer = ContainerWriter(file)
    Packed.of(values).save(writer, "p.")
    writer.finish({})
    return Packed.load(Container(file.getvalue()), "p.", values.size)


@given(made(), st.data())
def test_any_run_reads_back(values: Ints, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, values.size))
    end = data.draw(st.integers(begin, values.size))

    assert stored(values).run(begin, end).tolist() == values[begin:end].tolist()


@given(made(), st.integers(0, 2**32))
def test_any_places_read_back(values: Ints, seed: int) -> None:
    places = np.flatnonzero(np.random.default_rng(seed).random(values.size) < 0.1)

    assert stored(values).take(places).tolist() == values[places].tolist()


@given(made(), st.integers(0, 2**32), st.sampled_from([1, 3, 300]))
def test_any_runs_read_back_together(values: Ints, seed: int, longest: int) -> None:
    rng = np.random.default_rng(seed)
    starts = np.flatnonzero(rng.random(values.size) < 0.1)
    sizes = np.minimum(rng.integers(0, longest, starts.size), values.size - starts)

    found = stored(values).runs(starts, sizes)

    runs = zip(starts.tolist(), sizes.tolist(), strict=True)
    assert found.tolist() == [v for start, size in runs for v in values[start : start + size]]


@given(made(), st.integers(0, 2**32))
def test_any_blocks_read_back(values: Ints, seed: int) -> None:
    count = -(-values.size // BLOCK)
    which = np.flatnonzero(np.random.default_rng(seed).random(count) < 0.7)

    rows = stored(values).blocks(which)

    for row, block in zip(rows, which, strict=True):
        expected = values[block * BLOCK : (block + 1) * BLOCK]
        assert row[: expected.size].tolist() == expected.tolist()


def test_small_values_take_a_byte_and_zeros_a_bit() -> None:
    file = BytesIO()
    writer = ContainerWriter(file)
    Packed.of(np.full(80_000, 7)).save(writer, "bytes.")
    Packed.of((np.arange(80_000) == 5).astype(np.int64)).save(writer, "bits.")
    size = writer.finish({}).size

    assert size < 80_000 + 80_000 / 8 + 2_000
