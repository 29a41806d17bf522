import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.errors import SettingsError
from archsearch.ingest.naming import NamingRule

TEMPLATE = "{fonds}-{category}-{year}-{number:06d}"
CATEGORIES = {"企业": "QY", "个人": "GR", "政府": "ZF"}
RULE = NamingRule(TEMPLATE, "A001", CATEGORIES, "QT")


def test_an_id_shows_archive_category_year_and_number() -> None:
    assert RULE.name(RULE.prefix("企业", 2026), 17) == "A001-QY-2026-000017"
    assert RULE.name(RULE.prefix(None, 2026), 1) == "A001-QT-2026-000001"
    assert RULE.name(RULE.prefix("没有", 2026), 1) == "A001-QT-2026-000001"


def test_numbers_may_outgrow_their_width() -> None:
    assert RULE.name(RULE.prefix("个人", 2026), 1_234_567) == "A001-GR-2026-1234567"


def test_numbers_count_from_one() -> None:
    with pytest.raises(ValueError, match="from 1"):
        RULE.name("A-", 0)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["企业", "个人", "政府", None]),
            st.integers(1, 9999),
            st.integers(1, 10**9),
        ),
        unique=True,
        max_size=30,
    )
)
def test_different_numbers_or_prefixes_give_different_ids(
    keys: list[tuple[str | None, int, int]],
) -> None:
    ids = {RULE.name(RULE.prefix(nature, year), number) for nature, year, number in keys}

    assert len(ids) == len(keys)


@pytest.mark.parametrize(
    "template",
    [
        "",
        "{fonds}-{year}",
        "{number:06d}-{fonds}",
        "{fonds}{number:06d}",
        "{number:06d}",
        "-{number:06d}{number:06d}",
        "{fonds}-{number}",
        "{fonds}-{number:d}",
        "{fonds}-{number:>6}",
        "{fonds}-{number!r:06d}",
        "{fonds}-{year:3}-{number:06d}",
        "{fonds}-{name}-{number:06d}",
        "{fonds.__class__}-{number:06d}",
        "{fonds}-{}-{number:06d}",
        "{fonds}/{number:06d}",
        "{fonds} {number:06d}",
        "{fonds}-{number:06d",
        "{fonds}-7{number:06d}",
        "甲" * 60 + "-{number:06d}",
    ],
)
def test_a_template_that_cannot_give_unique_readable_ids_is_refused(template: str) -> None:
    with pytest.raises(SettingsError):
        NamingRule(template, "A001", CATEGORIES, "QT")


@pytest.mark.parametrize("code", ["", "A/1", "A 1", "x" * 21])
def test_codes_that_do_not_fit_into_an_id_are_refused(code: str) -> None:
    for fonds, category, other in ((code, "QY", "QT"), ("A", code, "QT"), ("A", "QY", code)):
        with pytest.raises(SettingsError):
            NamingRule(TEMPLATE, fonds, {"企业": category}, other)
