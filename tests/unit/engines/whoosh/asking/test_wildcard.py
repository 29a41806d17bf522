import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.engines.whoosh.asking.wildcard import Wildcard, matching
from archsearch.engines.whoosh.format.dictionary import Dictionary, decode, encode


@given(st.text("ab*?", max_size=8), st.text("ab\n甲", max_size=8))
def test_it_means_what_the_plain_translation_means(pattern: str, key: str) -> None:
    plain = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)

    expected = re.fullmatch(plain, key, re.DOTALL) is not None

    assert Wildcard(pattern).match(key) == expected


@pytest.mark.parametrize(
    "pattern", ["*a" * 30 + "b", "?*" * 60 + "b", "*" * 400 + "b", "b*" + "?" * 2000]
)
def test_many_stars_take_no_exponential_time(pattern: str) -> None:
    started = time.process_time()

    assert not Wildcard(pattern).match("a" * 4000)

    assert time.process_time() - started < 1.0


@given(st.text("ab*?甲", max_size=8), st.sets(st.text("ab甲乙", max_size=5), max_size=40))
def test_all_keys_at_once_are_matched_like_each_by_itself(pattern: str, keys: set[str]) -> None:
    entries = sorted(map(encode, keys))

    found = matching(Dictionary.of(entries), pattern)

    match = Wildcard(pattern).match
    assert found.tolist() == [n for n, entry in enumerate(entries) if match(decode(entry))]


def test_what_lies_across_two_keys_hides_nothing() -> None:
    keys = Dictionary.of([b"aa", b"aaab", b"b"])

    assert matching(keys, "*aaa*").tolist() == [1]
    assert matching(keys, "*aab").tolist() == [1]


def test_only_keys_with_the_literal_start_are_looked_at() -> None:
    keys = Dictionary.of(sorted(map(encode, ["ab", "ac", "b", "xab"])))

    assert matching(keys, "a?").tolist() == [0, 1]
    assert matching(keys, "*b").tolist() == [0, 2, 3]
