"""Sealing of long contents in pieces, so that neither sealing nor opening needs them in memory.

Each piece is sealed for its number and for whether it is the last, so that none can be taken out,
put elsewhere or cut off the end (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár,
2015). What was opened before a fault is found is genuine; only the end tells that it is complete.
"""

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from archsearch.security.sealing import CipherName, NotSealedHereError, Seal

PIECE: Final = 1 << 20
_HEAD: Final = b"ASP\1"
_ADDED: Final = 1 + 12 + 16


def seal_pieces(
    chunks: Iterable[bytes], seal: Seal, place: bytes, cipher: CipherName
) -> Iterator[bytes]:
    """Seal a content for a place; yields what is to be written."""
    yield _HEAD
    number, held = 0, bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) > PIECE:
            yield seal.seal(bytes(held[:PIECE]), _place(place, number, last=False), cipher)
            del held[:PIECE]
            number += 1
    yield seal.seal(bytes(held), _place(place, number, last=True), cipher)


def open_pieces(file: BinaryIO, seal: Seal, place: bytes) -> Iterator[bytes]:
    """Open a content in its place, piece by piece.

    Raises:
        NotSealedHereError: It was altered, cut, belongs elsewhere, or is under another key.
    """
    if file.read(len(_HEAD)) != _HEAD:
        raise NotSealedHereError
    number, piece = 0, file.read(PIECE + _ADDED)
    while piece:
        following = file.read(PIECE + _ADDED)
        yield seal.open(piece, _place(place, number, last=not following))
        number, piece = number + 1, following
    if not number:
        raise NotSealedHereError


def sealed_size(size: int) -> int:
    """Tell how long a content of some size is when it is sealed."""
    return len(_HEAD) + size + max(1, -(-size // PIECE)) * _ADDED


def _place(place: bytes, number: int, *, last: bool) -> bytes:
    return place + b"/%d/%d" % (number, last)
