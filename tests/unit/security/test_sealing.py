"""What is sealed opens in its place, under its key, and otherwise not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.security.sealing import CipherName, NotSealedHereError, Seal

KEY = bytes(range(32))
CIPHERS = pytest.mark.parametrize("cipher", CipherName)


@CIPHERS
@given(text=st.binary(max_size=200), place=st.binary(max_size=20))
def test_what_is_sealed_opens_again(cipher: CipherName, text: bytes, place: bytes) -> None:
    seal = Seal(KEY)

    assert seal.open(seal.seal(text, place, cipher), place) == text


@CIPHERS
def test_nothing_of_a_text_is_seen_and_no_two_are_alike(cipher: CipherName) -> None:
    seal = Seal(KEY)
    one, other = (seal.seal(b"13812345678" * 9, b"here", cipher) for _ in range(2))

    assert one != other
    assert b"138" not in one
    assert len(one) == 99 + 1 + 12 + 16


@CIPHERS
@given(data=st.data())
def test_whatever_is_changed_does_not_open(cipher: CipherName, data: st.DataObject) -> None:
    sealed = bytearray(Seal(KEY).seal(b"a secret", b"here", cipher))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))

    with pytest.raises(NotSealedHereError):
        Seal(KEY).open(bytes(sealed), b"here")


@CIPHERS
@given(size=st.integers(0, 36))
def test_what_is_cut_does_not_open(cipher: CipherName, size: int) -> None:
    with pytest.raises(NotSealedHereError):
        Seal(KEY).open(Seal(KEY).seal(b"a secret", b"here", cipher)[:size], b"here")


@CIPHERS
def test_another_place_or_another_key_does_not_open_it(cipher: CipherName) -> None:
    sealed = Seal(KEY).seal(b"a secret", b"here", cipher)

    with pytest.raises(NotSealedHereError):
        Seal(KEY).open(sealed, b"there")
    with pytest.raises(NotSealedHereError):
        Seal(KEY[::-1]).open(sealed, b"here")


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_has_32_bytes(size: int) -> None:
    with pytest.raises(ValueError, match="32"):
        Seal(b"k" * size)


def test_sm4_gcm_is_that_of_rfc_8998() -> None:
    """Appendix A.1 of RFC 8998."""
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210") + bytes(16)
    nonce = bytes.fromhex("00001234567800000000ABCD")
    place = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    text = bytes.fromhex(
        "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD"
        "EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA"
    )
    sealed = bytes.fromhex(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
        "83DE3541E4C2B58177E065A9BF7B62EC"
    )

    assert Seal(key).open(b"\2" + nonce + sealed, place) == text


def test_aes_gcm_is_that_of_the_specification() -> None:
    """McGrew and Viega, The Galois/Counter Mode of Operation, appendix B, test case 16."""
    key = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
    nonce = bytes.fromhex("cafebabefacedbaddecaf888")
    place = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    sealed = bytes.fromhex(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b"
    )

    assert Seal(key).open(b"\1" + nonce + sealed, place)[:4] == bytes.fromhex("d9313225")


@pytest.mark.parametrize(("named", "kind"), [("AES-256-GCM", b"\1"), ("SM4-GCM", b"\2")])
def test_a_cipher_is_known_by_its_name_and_told_by_the_first_byte(named: str, kind: bytes) -> None:
    assert Seal(KEY).seal(b"x", b"here", CipherName(named))[:1] == kind
    assert Seal(KEY).seal(b"x", b"here")[:1] == b"\1"
