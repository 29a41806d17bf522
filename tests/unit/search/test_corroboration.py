"""What numbers, days and places say for or against two records being one customer's."""

import pytest

from archsearch.search.corroboration import Corroboration, Corroborator
from archsearch.search.facts import Facts
from archsearch.search.likeness.costs import Costs
from archsearch.settings.workspace import defaults_folder

MINE, OTHERS = "110105199003070013", "310104198512120039"
FIRM, OFFICE = "91350100M000100Y43", "11100000000013127D"


@pytest.fixture(scope="module")
def corroborator() -> Corroborator:
    return Corroborator(Costs.load(defaults_folder() / "likeness.tsv"), {"id_number": "证件号码"})


def said(found: Corroboration) -> list[str]:
    return [f"{reason.channel} {reason.text}" for reason in found.reasons]


def weigh(corroborator: Corroborator, one: Facts, other: Facts) -> Corroboration:
    """Compare two, both ways round: it must not matter."""
    found = corroborator.weigh(one, other)
    assert found == corroborator.weigh(other, one)
    return found


def test_nothing_known_says_nothing(corroborator: Corroborator) -> None:
    known = Facts(MINE, frozenset({"13800000000"}), "1990-03-07", "华东/上海市")

    assert weigh(corroborator, Facts(), known) == Corroboration()


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        (FIRM, FIRM, ["佐证 证件号码一致"]),
        (FIRM, OFFICE, ["反证 证件号码不同"]),
        (FIRM, FIRM[8:17], ["佐证 证件号码一致"]),
        (FIRM, FIRM[:-1] + "4", ["佐证 证件号码差一位"]),
        (FIRM, "E12345678", []),
    ],
)
def test_numbers_of_organisations(
    corroborator: Corroborator, one: str, other: str, says: list[str]
) -> None:
    found = weigh(corroborator, Facts(one), Facts(other))

    assert said(found) == says
    assert found.certain == (says == ["佐证 证件号码一致"])


def test_a_swap_of_neighbours_is_a_slip_and_two_wrong_digits_are_none(
    corroborator: Corroborator,
) -> None:
    number = "11010519491231002X"
    swapped, wrong = "11010519491321002X", "21010519491231003X"

    assert said(weigh(corroborator, Facts(number), Facts(swapped))) == ["佐证 证件号码差一位"]
    assert weigh(corroborator, Facts(number), Facts(wrong)) == Corroboration()


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("华东/江苏省/苏州市", "华东/江苏省", True),
        ("华东/江苏省/苏州市", "华东/江苏省/南京市", None),
        ("华东/江苏省/苏州市", "华东/浙江省/杭州市", False),
        ("华东", "华东/浙江省/杭州市", None),
        ("", "华东/浙江省", None),
    ],
)
def test_regions_agree_or_differ_from_the_province_on(
    corroborator: Corroborator, one: str, other: str, told: bool | None
) -> None:
    found = weigh(corroborator, Facts(region=one), Facts(region=other))

    assert (found.weight > 0, found.weight < 0) == (told is True, told is False)


def test_a_date_in_a_number_is_not_counted_twice(corroborator: Corroborator) -> None:
    one = Facts("11010519491231002X", birth_date="1949-12-31")
    other = Facts("110101199003070039", birth_date="1990-03-07")

    number_and_date = weigh(corroborator, one, other)
    date = weigh(corroborator, Facts(birth_date=one.birth_date), Facts(birth_date="1990-03-07"))

    assert len(number_and_date.reasons) == len(date.reasons) == 1


def test_only_equal_names_or_numbers_reach_the_whole_score(corroborator: Corroborator) -> None:
    best = Corroboration(1.0)

    assert corroborator.score(1.0, Corroboration(), shared=False) == 1.0
    assert corroborator.score(1.0, Corroboration(), shared=True) < 1.0
    assert corroborator.score(1.0, best, shared=True) == 1.0
    assert corroborator.score(0.99, best, shared=False) < 1.0
    assert corroborator.score(0.0, Corroboration(certain=True), shared=False) == 1.0
    assert corroborator.score(0.0, Corroboration(-0.5), shared=False) == 0.0


def test_no_facts_add_more_than_is_said_beforehand(corroborator: Corroborator) -> None:
    one = Facts(MINE[:-1] + "4", frozenset({"1"}), "1990-03-07", "华东/上海市")
    other = Facts(MINE, frozenset({"1"}), "1990-03-07", "华东/上海市")

    assert weigh(corroborator, one, other).weight <= corroborator.most(one, called=True).weight
    for called in (True, False):
        assert corroborator.most(Facts(), called=called).weight <= 0.1
