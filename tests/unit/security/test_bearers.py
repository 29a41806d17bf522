"""Secrets that are shown at every request."""

import re

from hypothesis import given
from hypothesis import strategies as st

from archsearch.security.bearers import (
    digest,
    is_token_secret,
    new_session_secret,
    new_token_secret,
)


def test_a_token_has_a_form_that_scanners_for_secrets_know() -> None:
    made = {new_token_secret() for _ in range(100)}

    assert len(made) == 100
    assert all(re.fullmatch("as_[0-9A-Za-z]{49}", one) and is_token_secret(one) for one in made)


@given(st.data())
def test_one_wrong_character_makes_it_none(data: st.DataObject) -> None:
    token = new_token_secret()
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda character: character != token[at]))

    assert not is_token_secret(token[:at] + other + token[at + 1 :])
    assert not is_token_secret(token[:at] + token[at + 1 :])


def test_digests_depend_on_the_key_and_take_any_text() -> None:
    secret = new_session_secret()

    assert re.fullmatch("[0-9A-Za-z_-]{43}", secret)
    assert digest(b"a" * 32, secret) != digest(b"b" * 32, secret)
    assert digest(b"a" * 32, secret) != digest(b"a" * 32, secret + "x")
    assert len(digest(b"a" * 32, "\ud800" * 10_000)) == 32
