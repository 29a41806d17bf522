from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.engines.whoosh.format.arrays import Ints
from archsearch.engines.whoosh.format.container import (
    ALIGNMENT,
    Container,
    ContainerError,
    ContainerWriter,
    Seal,
)

ARRAYS = st.dictionaries(
    st.text("abc.", min_size=1, max_size=5),
    st.tuples(st.sampled_from(["<u1", "<u2", "<u4", "<u8"]), st.lists(st.integers(0, 255))),
).map(lambda parts: {name: np.array(values, kind) for name, (kind, values) in parts.items()})


def written(arrays: dict[str, Ints], about: dict[str, object]) -> bytes:
    file = BytesIO()
    writer = ContainerWriter(file)
    for name, array in arrays.items():
        writer.add(name, array)
    seal = writer.finish(about)
    assert seal == Seal.of(file.getvalue())
    return file.getvalue()


@given(ARRAYS)
def test_what_was_written_is_read(arrays: dict[str, Ints]) -> None:
    container = Container(written(arrays, {"name": "甲"}))

    assert container.about == {"name": "甲"}
    for name, array in arrays.items():
        assert container[name].dtype == array.dtype
        assert container[name].tolist() == array.tolist()
    assert "missing" not in container
    assert list(container.damaged()) == []


def test_sections_are_aligned_for_mapping() -> None:
    data = written({"a": np.array([1], "<u1"), "b": np.array([7], "<u8")}, {})

    assert data.index((7).to_bytes(8, "little")) % ALIGNMENT == 0


def test_the_same_arrays_give_the_same_bytes() -> None:
    arrays = {"a": np.arange(9, dtype="<u2")}

    assert written(arrays, {"x": 1}) == written(arrays, {"x": 1})


def test_equal_arrays_are_stored_once() -> None:
    file = BytesIO()
    writer = ContainerWriter(file)
    array = np.arange(10_000, dtype=np.uint32)
    for name in ("a", "b", "c"):
        writer.add(name, array.copy())
    size = writer.finish({}).size

    assert size < 2 * array.nbytes
    container = Container(file.getvalue())
    assert [container[name].tolist() for name in ("a", "b", "c")] == [array.tolist()] * 3


def test_a_damaged_section_is_named() -> None:
    data = bytearray(written({"a": np.arange(9, dtype="<u1"), "b": np.arange(9, 20, 1)}, {}))
    data[ALIGNMENT] ^= 1

    assert list(Container(bytes(data)).damaged()) == ["a"]


def test_a_damaged_directory_or_footer_is_refused_at_every_byte() -> None:
    data = written({"a": np.arange(9, dtype="<u1")}, {})
    start = data.index(b'{"about"')

    for place in range(start, len(data)):
        flipped = bytearray(data)
        flipped[place] ^= 4
        with pytest.raises(ContainerError):
            Container(bytes(flipped))


@pytest.mark.parametrize("length", [0, 1, 31, 32])
def test_a_stump_is_refused(length: int) -> None:
    with pytest.raises(ContainerError):
        Container(b"\0" * length)
