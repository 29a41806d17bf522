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
