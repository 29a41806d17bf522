"""The bench is worth something only if its queries and what it accepts are right."""

from collections.abc import Sequence

import pytest

from tests.relevance.cases import Case, Found, ask, cases
from tests.relevance.corpus import Corpus, Part, load
from tests.relevance.firms import Firm, brand, parse
from tests.relevance.fits import distance
from tests.relevance.measure import table
from tests.relevance.near import near_misses


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load([], 3_000)


@pytest.fixture(scope="module")
def made(corpus: Corpus) -> list[Case]:
    return list(cases(corpus, Part.CHECK, 2))


class _Fixed:
    """Always gives the same hits."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers = numbers

    def search(self, query: str, limit: int) -> list[Found]:
        return [Found(number, 1.0) for number in self._numbers[:limit]]


def test_every_case_accepts_its_own_source(made: list[Case]) -> None:
    assert made
    assert [case for case in made if case.source not in case.acceptable] == []


def test_no_case_accepts_everything(corpus: Corpus, made: list[Case]) -> None:
    widest = max(made, key=lambda case: len(case.acceptable))

    assert len(widest.acceptable) < len(corpus.entries) / 4


def test_equal_seeds_give_equal_queries(corpus: Corpus, made: list[Case]) -> None:
    again = list(cases(corpus, Part.CHECK, 2))

    assert again == made


def test_no_name_is_in_both_parts(corpus: Corpus) -> None:
    case = next(cases(corpus, Part.TUNING, 1))

    assert corpus.entries[case.source].part is Part.TUNING


def test_a_homophone_of_one_character_accepts_those_that_differ_in_one_place() -> None:
    corpus = load([], 3_000)
    case = next(cases(corpus, Part.CHECK, 1, "person: one homophone"))

    names = [corpus.entries[number].name for number in case.acceptable]

    assert {distance(case.query, name) for name in names} <= {0, 1}


@pytest.mark.parametrize(
    ("numbers", "rank", "above"), [([1], 0, 0), ([7, 1], 1, 1), ([7, 8], None, 2), ([], None, 0)]
)
def test_the_first_acceptable_hit_counts(numbers: list[int], rank: int | None, above: int) -> None:
    outcome = ask(_Fixed(numbers), Case("any", "张伟", 1, frozenset({1})))

    row = table([outcome])[0]

    assert outcome.rank == rank
    assert row["first"] == (rank == 0)
    assert row["wrong above"] == above


def test_a_company_name_is_cut_into_its_parts() -> None:
    assert parse("上海华源热疗有限公司") is None
    assert parse("上海华源环保科技有限公司") == Firm("上海", "华源", "环保科技", "有限公司")
    assert parse("华源（上海）环保科技有限公司") == Firm("上海", "华源", "环保科技", "有限公司")


def test_names_of_others_are_in_no_record(corpus: Corpus) -> None:
    misses = list(near_misses(corpus, Part.CHECK, 20))

    assert len(misses) == 20
    assert not [miss for miss in misses if any(miss.query in e.name for e in corpus.entries)]


def test_a_name_without_a_trade_has_a_brand_all_the_same() -> None:
    assert parse("福建瑞翔集团有限公司") is None
    assert brand("福建瑞翔集团有限公司") == "瑞翔"
