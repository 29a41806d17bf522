"""One-time codes, held to the vectors of their standards."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.security import codes

RFC_SECRET = b"12345678901234567890"
HOTP = """
    755224 287082 359152 969429 338314 254676 287922 162583 399871 520489
""".split()  # noqa: SIM905 - as the table has them


@pytest.mark.parametrize(("step", "code"), list(enumerate(HOTP)))
def test_codes_are_those_of_rfc_4226_appendix_d(step: int, code: str) -> None:
    assert codes.code_at(RFC_SECRET, step) == code


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_rfc_6238_appendix_b(seconds: int, code: str) -> None:
    assert codes.code_at(RFC_SECRET, codes.step_of(seconds), digits=8) == code


@given(st.binary(min_size=20, max_size=20), st.integers(10, 10**8), st.integers(-5, 5))
def test_a_code_counts_one_step_around_now_and_never_twice(
    secret: bytes, now: int, off: int
) -> None:
    code = codes.code_at(secret, now + off)
    near = {step for step in (now - 1, now, now + 1) if codes.code_at(secret, step) == code}

    found = codes.matching_step(secret, code, now, after=0)

    # Codes of two steps are the same once in a million.
    assert found == max(near, default=None)
    assert found is None or codes.matching_step(secret, code, now, after=found) is None


def test_what_is_no_code_matches_nothing() -> None:
    for text in ("", "1", "12345a", "１２３４５６", "1234567", "\ud800"):
        assert not codes.is_code(text)
        assert codes.matching_step(RFC_SECRET, text, 1, after=0) is None


def test_an_authenticator_reads_user_issuer_and_secret_from_the_uri() -> None:
    uri = codes.enrolment_uri(RFC_SECRET, "李 娜", "总行&档案")

    assert uri == (
        "otpauth://totp/%E6%80%BB%E8%A1%8C%26%E6%A1%A3%E6%A1%88%3A%E6%9D%8E%20%E5%A8%9C"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%E6%80%BB%E8%A1%8C%26%E6%A1%A3%E6%A1%88"
        "&algorithm=SHA1&digits=6&period=30"
    )


def test_recovery_codes_differ_and_may_be_typed_in_capitals_without_hyphens() -> None:
    made = codes.new_recovery_codes()
    key = b"k" * 32

    assert len(set(made)) == 10
    assert all(re.fullmatch("[a-z2-7]{4}(-[a-z2-7]{4}){3}", code) for code in made)
    typed = f" {made[0].replace('-', '').upper()} "
    assert codes.recovery_digest(key, typed) == codes.recovery_digest(key, made[0])
    assert len({codes.recovery_digest(key, code) for code in made}) == 10
    assert codes.recovery_digest(b"j" * 32, made[0]) != codes.recovery_digest(key, made[0])
