import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from archsearch.security.tokens import Purpose, Tokens, derive_key

SECRET = b"s" * 32


@given(st.text(max_size=80))
def test_a_token_is_the_first_96_bits_of_an_hmac(value: str) -> None:
    key = derive_key(SECRET, "token/phones/whole")
    digest = hmac.digest(key, value.encode(), hashlib.sha256)

    token = Tokens(SECRET).token("phones", Purpose.WHOLE, value)

    assert token == digest[:12].hex()
    assert len(token) == 24


def test_fields_purposes_and_secrets_have_tokens_of_their_own() -> None:
    tokens = {
        Tokens(secret).token(field, purpose, "13812345678")
        for secret in (SECRET, b"t" * 32)
        for field in ("phones", "id_number")
        for purpose in Purpose
    }

    assert len(tokens) == 2 * 2 * len(Purpose)


def test_keys_and_tokens_are_those_of_every_version() -> None:
    """They stand in indexes and stores; ``openssl dgst -sha256 -mac HMAC`` gives them too."""
    assert derive_key(b"secret", "use") == hmac.digest(b"secret", b"use", "sha256")
    for purpose in ("whole", "last4", "last6", "head3", "middle4"):
        key = hmac.digest(SECRET, f"token/phones/{purpose}".encode(), "sha256")
        token = hmac.digest(key, b"13812345678", "sha256")[:12].hex()
        assert Tokens(SECRET).token("phones", Purpose(purpose), "13812345678") == token


def test_a_stamp_serves_again_and_again() -> None:
    tokens = Tokens(SECRET)
    first = tokens.stamp("phones", Purpose.WHOLE)

    assert tokens.stamp("phones", Purpose.WHOLE) is first
    assert first("1") == first("1") != first("2")
    assert first("1") == Tokens(SECRET).token("phones", Purpose.WHOLE, "1")
