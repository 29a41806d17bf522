"""Long contents, sealed in pieces."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.security import pieces
from archsearch.security.pieces import open_pieces, seal_pieces, sealed_size
from archsearch.security.sealing import CipherName, NotSealedHereError, Seal

KEY = bytes(range(32))
PLACE = b"scan/1"


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE", 8)


def sealed(content: bytes, cipher: CipherName = CipherName.AES, step: int = 3) -> bytes:
    chunks = [content[at : at + step] for at in range(0, len(content), step)]
    return b"".join(seal_pieces(chunks, Seal(KEY), PLACE, cipher))


def opened(text: bytes, key: bytes = KEY, place: bytes = PLACE) -> bytes:
    return b"".join(open_pieces(io.BytesIO(text), Seal(key), place))


@given(st.binary(max_size=50), st.sampled_from(CipherName), st.integers(1, 20))
def test_what_is_sealed_opens_again(content: bytes, cipher: CipherName, step: int) -> None:
    text = sealed(content, cipher, step)

    assert opened(text) == content
    assert len(text) == sealed_size(len(content))


@given(st.binary(min_size=1, max_size=40), st.data())
def test_a_changed_byte_is_found(content: bytes, data: st.DataObject) -> None:
    text = bytearray(sealed(content))
    at = data.draw(st.integers(0, len(text) - 1))
    text[at] ^= data.draw(st.integers(1, 255))

    with pytest.raises(NotSealedHereError):
        opened(bytes(text))


@given(st.binary(max_size=40), st.data())
def test_a_cut_end_is_found(content: bytes, data: st.DataObject) -> None:
    text = sealed(content)
    end = data.draw(st.integers(0, len(text) - 1))

    with pytest.raises(NotSealedHereError):
        opened(text[:end])


def test_pieces_cannot_change_places_or_be_left_out() -> None:
    text = sealed(b"x" * 24)
    size = 8 + 29
    head, parts = text[:4], [text[4 + size * n :][:size] for n in range(3)]

    for order in ([1, 0, 2], [0, 2], [0, 1], [0, 1, 2, 2]):
        with pytest.raises(NotSealedHereError):
            opened(head + b"".join(parts[n] for n in order))


def test_it_opens_nowhere_else_and_under_no_other_key() -> None:
    text = sealed(b"content")

    with pytest.raises(NotSealedHereError):
        opened(text, place=b"scan/2")
    with pytest.raises(NotSealedHereError):
        opened(text, key=bytes(32))
