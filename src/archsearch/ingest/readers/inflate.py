"""Unpacking gzip piece by piece, with an eye on bombs."""

import zlib
from collections.abc import Iterator

from archsearch.ingest.readers.faults import RefusalError, truncated
from archsearch.ingest.readers.limits import Limits

RATIO_FROM = 16 << 20
"""Output size from which the compression ratio counts."""
_PIECE = 1 << 18
_GZIP = 31


def inflate(chunks: Iterator[bytes], limits: Limits) -> Iterator[bytes]:
    """Yield the unpacked content of a gzip file of one or more members.

    Raises:
        RefusalError: It is a bomb, damaged, or ends too early; what came before was yielded.
    """
    taken = given = 0
    engine = None
    for chunk in chunks:
        taken += len(chunk)
        pending = chunk if engine or not given else chunk.lstrip(b"\0")
        while pending:
            engine = engine or zlib.decompressobj(_GZIP)
            piece, pending = _step(engine, pending)
            engine = None if engine.eof else engine
            given += len(piece)
            check_expansion(given, taken, limits)
            if piece:
                yield piece
    if engine:
        raise truncated("压缩包末尾")


def check_expansion(unpacked: int, packed: int, limits: Limits) -> None:
    """Refuse content that unpacks to more than is credible.

    Raises:
        RefusalError: It is a bomb.
    """
    if unpacked > limits.max_uncompressed_bytes or (
        unpacked > RATIO_FROM and unpacked > limits.max_ratio * packed
    ):
        raise RefusalError("zip_bomb", "解压后大得不合常理，疑似压缩炸弹，已停止读取。")


def _step(engine: "zlib._Decompress", pending: bytes) -> tuple[bytes, bytes]:
    try:
        piece = engine.decompress(pending, _PIECE)
    except zlib.error as exc:
        raise RefusalError("unreadable", "压缩包已损坏，或不是 gzip 格式；请重新压缩。") from exc
    # Behind the end of a member stand zeros for padding, or another member.
    return piece, engine.unused_data.lstrip(b"\0") if engine.eof else engine.unconsumed_tail
