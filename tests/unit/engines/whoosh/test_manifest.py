import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.engines.whoosh.container import Seal
from archsearch.engines.whoosh.manifest import Manifest, unseal
from archsearch.errors import IndexOutdatedError

KEY = b"k" * 32
STATE = Manifest("g000001-00000000", 3, {"schema": "1", "词库": "甲"}, {"a.toc": Seal(3, "ab")})


def test_what_was_sealed_is_read() -> None:
    assert unseal(STATE.sealed(KEY), KEY, STATE.generation) == STATE


@given(st.data())
def test_no_change_of_any_byte_is_accepted(data: st.DataObject) -> None:
    sealed = bytearray(STATE.sealed(KEY))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))

    with pytest.raises(IndexOutdatedError):
        unseal(bytes(sealed), KEY, STATE.generation)


@pytest.mark.parametrize("cut", [0, 1, 40])
def test_a_cut_manifest_is_refused(cut: int) -> None:
    with pytest.raises(IndexOutdatedError):
        unseal(STATE.sealed(KEY)[:cut], KEY, STATE.generation)


def test_another_key_is_refused() -> None:
    with pytest.raises(IndexOutdatedError):
        unseal(STATE.sealed(b"x" * 32), KEY, STATE.generation)


def test_a_manifest_moved_from_another_generation_is_refused() -> None:
    with pytest.raises(IndexOutdatedError):
        unseal(STATE.sealed(KEY), KEY, "g000002-00000000")


def test_another_format_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = STATE.sealed(KEY)
    assert json.loads(sealed.splitlines()[0])["format"] == 4
    monkeypatch.setattr("archsearch.engines.whoosh.manifest.FORMAT", 5)

    with pytest.raises(IndexOutdatedError, match="格式"):
        unseal(sealed, KEY, STATE.generation)
