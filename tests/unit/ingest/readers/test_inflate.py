import gzip
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest

from archsearch.ingest.readers.faults import RefusalError
from archsearch.ingest.readers.inflate import inflate
from archsearch.ingest.readers.limits import DEFAULT_LIMITS, Limits

TEXT = b"".join(b"%d," % number for number in range(50_000))


def chunks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


@pytest.mark.parametrize("size", [1, 10, 4096, 1 << 20])
def test_members_one_after_another_and_padding_are_unpacked(size: int) -> None:
    data = gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:300]) + b"\0" * 512

    assert b"".join(inflate(chunks(data, size), DEFAULT_LIMITS)) == TEXT[:300]


def test_a_cut_archive_gives_what_it_holds_and_says_so() -> None:
    whole = gzip.compress(TEXT)
    pieces: list[bytes] = []

    with pytest.raises(RefusalError) as caught:
        pieces.extend(inflate(chunks(whole[: len(whole) // 2], 1000), DEFAULT_LIMITS))

    assert caught.value.reason == "truncated"
    assert pieces
    assert TEXT.startswith(b"".join(pieces))


@pytest.mark.parametrize("data", [b"no gzip", gzip.compress(TEXT)[:-8] + b"\0" * 8])
def test_damage_is_recognised(data: bytes) -> None:
    with pytest.raises(RefusalError) as caught:
        list(inflate(iter([data]), DEFAULT_LIMITS))

    assert caught.value.reason == "unreadable"


@pytest.mark.parametrize("limits", [Limits(max_uncompressed_bytes=1 << 20), DEFAULT_LIMITS])
def test_a_bomb_is_stopped_while_it_unpacks(limits: Limits) -> None:
    engine = zlib.compressobj(wbits=31)
    bomb = b"".join([engine.compress(bytes(1 << 20)) for _ in range(200)]) + engine.flush()
    tracemalloc.start()
    try:
        with pytest.raises(RefusalError) as caught:
            sum(map(len, inflate(iter([bomb]), limits)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert caught.value.reason == "zip_bomb"
    assert peak < 4 << 20
