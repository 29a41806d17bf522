"""Screening a list: candidates by name and number, evidence for and against, verdicts."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archsearch import Entry
from archsearch.domain.audit import Action, AuditFilter
from archsearch.domain.query import Hit
from archsearch.errors import InvalidRequestError
from archsearch.services.screening import CHUNK
from tests.offices import Office, copied


def right(first17: str) -> str:
    """Complete a number by its check character."""
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(first17))
    return first17 + "10X98765432"[total % 11]


ONE, OTHER, THIRD = map(right, ("11010519900307001", "31010419851212003", "33010619770102011"))


def slip(number: str) -> str:
    return number[:10] + str((int(number[10]) + 1) % 10) + number[11:]


def first(office: Office, *line: Any, user: str = "admin", limit: int = 3) -> Hit:
    return office.archive.match(list(line), user=user, limit=limit)[0][0]


def told(hit: Hit) -> list[str]:
    return [reason.text for reason in hit.reasons]


@pytest.fixture
def people(office: Office) -> Office:
    office.feed(
        {"record_id": "A", "name": "张伟", "id_number": ONE, "phones": ["13812345678"]},
        {"record_id": "B", "name": "张伟", "id_number": OTHER, "region": "上海市"},
        {"record_id": "C", "name": "李小明", "phones": ["13987654321"]},
        {"record_id": "D", "name": "上海华信科技有限公司", "former_names": ["上海华新科贸公司"]},
        {"record_id": "E", "name": "王芳", "birth_date": "1990-01-02", "region": "浙江省杭州市"},
    )
    return office


def test_an_equal_number_is_the_same_customer_whatever_the_name(people: Office) -> None:
    by_name = first(people, {"name": "张伟", "id_number": OTHER})
    renamed = first(people, Entry("欧阳震华", id_number=ONE))
    old_form = first(people, Entry("张伟", id_number=OTHER[:6] + OTHER[8:17]))

    assert (by_name.record_id, by_name.verdict, by_name.score) == ("B", "same", 1.0)
    assert "证件号码一致" in told(by_name)
    assert (renamed.record_id, renamed.verdict) == ("A", "same")
    assert (old_form.record_id, old_form.verdict) == ("B", "same")


def test_another_number_lowers_the_verdict_and_one_slip_does_not(people: Office) -> None:
    alone = first(people, "李小明")
    people.feed({"record_id": "C", "name": "李小明", "id_number": THIRD})

    other = first(people, Entry("李小明", id_number=right("11010119900307001")))
    slipped = first(people, Entry("李小明", id_number=slip(THIRD)))

    assert (alone.record_id, alone.verdict) == ("C", "same")
    assert (other.record_id, other.verdict) == ("C", "possible")
    assert "证件号码不同" in told(other)
    assert (slipped.record_id, slipped.verdict) == ("C", "same")
    assert "证件号码差一位" in told(slipped)


def test_a_line_without_a_name_is_screened_by_number_and_telephone(people: Office) -> None:
    by_number = first(people, Entry("", id_number=ONE))
    by_phone = first(people, Entry(" ", phones="13987654321"))

    assert (by_number.record_id, by_number.verdict) == ("A", "same")
    assert (by_phone.record_id, by_phone.verdict) == ("C", "possible")
    assert told(by_phone) == ["电话一致"]
    assert people.archive.match([Entry("", birth_date="1990-01-02")], user="admin") == ((),)


def test_persons_of_one_name_are_told_apart_by_what_else_the_line_says(people: Office) -> None:
    alone = people.archive.match(["张伟"], user="admin")[0]
    (by_phone, other) = people.archive.match([Entry("张伟", phones="13812345678")], user="admin")[0]

    assert [(hit.record_id, hit.verdict) for hit in alone] == [("A", "likely"), ("B", "likely")]
    assert "同名 2 份" in told(alone[0])
    assert (by_phone.record_id, by_phone.verdict) == ("A", "same")
    assert (other.record_id, other.verdict) == ("B", "likely")


def test_facts_lift_a_name_with_a_slip_but_never_to_the_same(people: Office) -> None:
    alone = first(people, "李晓明")
    with_phone = first(people, Entry("李晓明", phones="139-8765-4321"))

    assert alone.verdict == "possible"
    assert with_phone.verdict == "likely"
    assert 1 > with_phone.score > alone.score


def test_another_birthday_speaks_against_the_same_name(people: Office) -> None:
    same = first(people, Entry("王芳", birth_date="1990年1月2日", region="杭州"))
    other = first(people, Entry("王芳", birth_date="1971-05-06"))

    assert (same.verdict, "出生日期一致" in told(same)) == ("same", True)
    assert (other.verdict, "出生日期不同" in told(other)) == ("possible", True)


def test_companies_are_found_by_former_names_and_slips(people: Office) -> None:
    former, homophone = (
        first(people, name) for name in ("上海华新科贸公司", "上海华欣科技有限公司")
    )

    assert (former.record_id, former.verdict, former.channels) == ("D", "same", ("精确",))
    assert (homophone.record_id, homophone.verdict) == ("D", "possible")
    assert "同音 欣→信" in told(homophone)


def test_among_very_many_of_one_name_the_birthday_finds_the_one(office: Office) -> None:
    days = [f"1980-{month:02d}-{day:02d}" for month in range(1, 6) for day in range(1, 27)]
    office.feed(
        *({"record_id": f"R{n:03d}", "name": "张伟", "birth_date": d} for n, d in enumerate(days))
    )

    alone = first(office, "张伟")
    born = first(office, Entry("张伟", birth_date=days[-1]))

    assert "同名 100 份以上" in told(alone)
    assert (born.record_id, born.verdict) == (f"R{len(days) - 1:03d}", "same")


def test_a_telephone_of_very_many_takes_nothing_from_other_lines(office: Office) -> None:
    office.feed(
        *(
            {"record_id": f"R{n:03d}", "name": f"客户{n}号店", "phones": ["13812345678"]}
            for n in range(140)
        ),
        {"record_id": "Z", "name": "欧阳锋", "phones": ["13987654321"]},
    )
    crowded = Entry("客户7号店", phones="13812345678")
    other = Entry("欧阳烽", phones="13987654321")

    together = office.archive.match([crowded, other], user="admin")

    assert [hits[0].record_id for hits in together] == ["R007", "Z"]
    assert together[1][0].verdict == "likely"
    assert together == tuple(office.archive.match([e], user="admin")[0] for e in (crowded, other))


def test_who_has_the_number_in_a_record_one_may_not_see_is_not_found(people: Office) -> None:
    people.hire(li="employee at 总行")
    people.feed({"record_id": "L", "name": "张伟", "owner": "li", "department": "总行"})

    hit = first(people, Entry("张伟", id_number=ONE), user="li")

    assert (hit.record_id, hit.verdict) == ("L", "same")
    assert told(hit) == []


def test_each_chunk_is_logged_without_names(people: Office) -> None:
    people.archive.match(["张伟"] * (CHUNK + 1), user="admin", limit=1)

    entries = people.application.audit.search(AuditFilter(action=Action.MATCH), "admin")
    details = [one.entry.detail for one in entries]
    assert [detail["lines"] for detail in details] == [1, CHUNK]
    assert "张伟" not in str(details)
    assert len({str(detail["found"]) for detail in details}) == 2


@pytest.mark.parametrize(
    "line", [{"nme": "张伟"}, {"id_number": ONE}, {"name": 5}, 5, None, {"name": "甲", "电话": 1}]
)
def test_a_line_that_is_none_is_refused(office: Office, line: Any) -> None:
    with pytest.raises(InvalidRequestError):
        office.archive.match([line], user="admin")


def test_no_lines_have_no_answers(office: Office) -> None:
    assert office.archive.match([], user="admin") == ()
    assert office.archive.match(["", "——"], user="admin") == ((), ())


# One by one and together -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Office]:
    """Names that are easily confused, with numbers that several share."""
    with Office(copied(template, tmp_path_factory.mktemp("crowd") / "workspace")) as office:
        dice = random.Random(5)
        rows = [_row(f"R{number:03d}", dice) for number in range(300)]
        for start in range(0, 300, 100):
            office.feed(*rows[start : start + 100])
        office.hire(li="employee at 总行", boss="manager at 总行")
        yield office


SURNAMES, GIVEN = "张章王汪李黎", ("伟", "玮", "小明", "晓明", "建国", "丽")
NUMBERS = tuple(right(f"1101051990010{day}00{one}") for day in range(1, 5) for one in range(1, 9))
PHONES = tuple(f"1380000000{last}" for last in range(10))


def _name(dice: random.Random) -> str:
    if dice.random() < 0.7:
        return dice.choice(SURNAMES) + dice.choice(GIVEN)
    return dice.choice(("上海", "北京")) + dice.choice(("华信", "华新", "长江")) + "科技有限公司"


def _row(record_id: str, dice: random.Random) -> dict[str, Any]:
    row: dict[str, Any] = {"record_id": record_id, "name": _name(dice), "department": "总行"}
    if dice.random() < 0.5:
        row["id_number"] = dice.choice(NUMBERS)
    if dice.random() < 0.5:
        row["phones"] = [dice.choice(PHONES)]
    row["owner"] = dice.choice(("admin", "li"))
    return row


LINES = st.builds(
    Entry,
    st.one_of(
        st.builds(str.__add__, st.sampled_from(SURNAMES), st.sampled_from(GIVEN)),
        st.sampled_from(("上海华欣科技公司", "zhangwei", "张*明", "长江", "", "360", "李先生")),
    ),
    st.sampled_from(("", *NUMBERS, *map(slip, NUMBERS[:4]), "乱写")),
    st.sampled_from(("", *PHONES, "、".join(PHONES[:3]))),
    st.sampled_from(("", "1990-01-01", "1990", "不详")),
    st.sampled_from(("", "上海", "北京市")),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(LINES, max_size=12), st.sampled_from(("admin", "li", "boss")), st.integers(0, 5))
def test_lines_together_are_answered_as_each_alone(
    crowd: Office, lines: list[Entry], user: str, limit: int
) -> None:
    together = crowd.archive.match(lines, user=user, limit=limit)

    assert together == tuple(
        crowd.archive.match([line], user=user, limit=limit)[0] for line in lines
    )
