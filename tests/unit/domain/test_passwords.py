"""Which passwords are good enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.domain.passwords import PasswordRules, fault, prepared
from archsearch.security.passwords import generated_password

RULES = PasswordRules(shortest=12, longest=128)
COMMON = frozenset({"qwertyuiop123", "iloveyou1234"})


@pytest.mark.parametrize(
    "password",
    [
        "three stones and a well",
        "山上三块石头水里两条鱼外面一只鸟",
        "correcthorsebattery",
        "li.na likes her tea cold",
        "x7#kQ0pLw9)z",
        "abcdeedcbaabc",
        "x" * 8 + "yzab",
        "twelve chars",
        "any words " * 12 + "and more",
    ],
)
def test_length_is_enough_whatever_it_is_made_of(password: str) -> None:
    assert fault(password, RULES, COMMON, ("li.na", "李娜")) == ""


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "至少 12"),
        ("x" * 129, "最多 128"),
        ("QwertyUiop123", "最常见"),
        ("iloveyou1234", "最常见"),
        ("eleven char", "至少 12"),
        ("any words " * 12 + "and more!", "最多 128"),
        ("aaaaaaaaaaaaaaa", "重复"),
        ("abcddcbaabcd", "重复"),
        ("121212121212", "重复"),
        ("123456789012345", "连续"),
        ("abcdefghijklmnop", "连续"),
        ("9876543210987", "连续"),
        ("li.na-2026-1234", "用户名"),
        ("LINA!!!lina2026", "用户名"),
        ("李娜 1234567890", "用户名"),
        ("Archsearch2026", "产品名"),
        ("tab\tinside the text", "控制字符"),
        ("half \ud800 a character", "不完整"),
    ],
)
def test_what_would_be_tried_first_is_refused(password: str, why: str) -> None:
    assert why in fault(password, RULES, COMMON, ("li.na", "李娜"))


@given(st.text(max_size=40))
def test_any_text_is_judged_and_never_repeated_in_the_answer(password: str) -> None:
    found = fault(password, RULES, COMMON, ("li.na",))

    assert len(password) < 8 or password not in found


def test_generated_ones_are_always_good() -> None:
    assert all(not fault(generated_password(), RULES, COMMON) for _ in range(200))


def test_a_password_is_the_same_in_full_and_half_width() -> None:
    assert prepared("Ｐａｓｓ　１") == prepared("Pass 1")
