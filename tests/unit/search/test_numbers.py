"""Numbers half remembered; mended, masked and in parts."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archsearch
from archsearch.domain.identifiers import person_check_char, uscc_check_char
from archsearch.domain.plan import Channel
from archsearch.domain.schema import FieldSpec, FieldType
from archsearch.search.numbers import is_uscc, other_forms
from tests.offices import Office, named

PERSON = "11010519491231002X"
FIRM = "91350100M000100Y43"
PHONE = "13812345678"
LANDLINE = "01065551234"


@pytest.fixture
def customers(office: Office) -> Office:
    office.feed(
        {"record_id": "P", "name": "张伟", "id_number": PERSON, "phones": PHONE},
        {"record_id": "F", "name": "甲公司", "id_number": FIRM, "phones": "010-65551234"},
        {"record_id": "O", "name": "李明", "id_number": "110105491231002", "phones": "13900000000"},
    )
    return office


def hits(office: Office, text: str, **more: Any) -> dict[str, list[str]]:
    found = office.archive.search(text, user="admin", **more).hits
    return {str(hit.record_id): [str(channel) for channel in hit.channels] for hit in found}


@pytest.mark.parametrize(
    ("text", "record", "channel"),
    [
        ("11010519491231012X", "P", Channel.WRONG),
        ("11010519491213002X", "P", Channel.SWAPPED),
        ("1101051949123102X", "P", Channel.MISSING),
        ("110105194912311002X", "P", Channel.EXTRA),
        ("1IOIO51949l23IOO2X", "P", Channel.LOOKALIKE),
        ("110***********002X", "P", Channel.MASKED),
        ("110105********002X", "P", Channel.MASKED),
        ("110xxxxxxxxxxx002X", "P", Channel.MASKED),
        ("002X", "P", Channel.SUBSTRING),
        ("31002X", "P", Channel.SUBSTRING),
        ("91350100M000100Y34", "F", Channel.SWAPPED),
        ("9135O1OOMOOO100Y43", "F", Channel.LOOKALIKE),
        ("0Y43", "F", Channel.SUBSTRING),
        ("913***********0Y43", "F", Channel.MASKED),
        ("13812345679", "P", Channel.WRONG),
        ("13812354678", "P", Channel.SWAPPED),
        ("1381235678", "P", Channel.MISSING),
        ("138123456778", "P", Channel.EXTRA),
        ("I38I2345678", "P", Channel.LOOKALIKE),
        ("138****5678", "P", Channel.MASKED),
        ("5678", "P", Channel.SUBSTRING),
        ("1234", "P", Channel.SUBSTRING),
        ("010-65551243", "F", Channel.SWAPPED),
        ("+86138-1234-5679", "P", Channel.WRONG),
        ("010-65551243转8", "F", Channel.SWAPPED),
    ],
)
def test_a_number_is_found_by_what_is_left_of_it(
    customers: Office, text: str, record: str, channel: Channel
) -> None:
    assert channel in hits(customers, text)[record]
    if channel is not Channel.MASKED:
        assert record not in hits(customers, text, mode="exact")


@pytest.mark.parametrize(
    "text", ["110105491231002", "110105 19491231 002X", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_numbers_of_both_generations_are_the_same(customers: Office, text: str) -> None:
    assert hits(customers, text, mode="exact").keys() == {"P", "O"}


@pytest.mark.parametrize("text", ["91350100 M000100Y 43", "91350100-m000100y-43"])
def test_a_registration_number_may_be_written_in_groups(customers: Office, text: str) -> None:
    assert hits(customers, text, mode="exact").keys() == {"F"}


@pytest.mark.parametrize(
    "text",
    [
        "1949-12-31",
        "1949年12月31日",
        "一九四九年十二月三十一日",
        "19491231",
        "１９４９／１２／３１",
    ],
)
def test_a_day_of_birth_is_found_in_any_form(customers: Office, text: str) -> None:
    assert hits(customers, text, mode="exact").keys() == {"P", "O"}


def test_masked_digits_cannot_be_guessed_one_by_one(customers: Office) -> None:
    """All that a mask shows is used; who adds a digit learns nothing from the answer."""
    for digit in "0123456789":
        assert hits(customers, f"138{digit}***5678").keys() == {"P"}


@pytest.mark.parametrize("text", ["138****0000", "13899999999", "0000", "110105194912310"])
def test_other_numbers_are_not_found(customers: Office, text: str) -> None:
    assert "P" not in hits(customers, text)


@pytest.mark.parametrize(
    ("off", "text"),
    [
        ("wrong", "13812345679"),
        ("swapped", "13812354678"),
        ("missing", "1381235678"),
        ("extra", "138123456778"),
        ("lookalike", "I38I2345678"),
        ("masked", "138****5678"),
        ("substring", "5678"),
    ],
)
def test_a_channel_that_is_switched_off_finds_nothing(tmp_path: Path, off: str, text: str) -> None:
    archsearch.init(tmp_path / "w")
    (tmp_path / "w/archsearch.yaml").write_text(f"search:\n  channels: {{{off}: false}}\n")
    with archsearch.open(tmp_path / "w") as archive:
        archive.ingest([{"record_id": "P", "name": "张伟", "phones": PHONE}], user="admin")

        assert archive.search(text, user="admin").total == 0


SPEC = FieldSpec("id", "证件", FieldType.ID_NUMBER)


@given(
    st.sampled_from(["110105", "330102", "440301"]),
    st.dates(date(1900, 1, 1), date(1999, 12, 31)),
    st.integers(0, 999),
)
def test_old_and_new_numbers_lead_to_each_other(region: str, day: date, sequence: int) -> None:
    first = f"{region}{day:%Y%m%d}{sequence:03d}"
    new = first + person_check_char(first)

    [old] = other_forms(SPEC, new)

    assert list(other_forms(SPEC, old)) == [new]


def test_a_registration_number_is_known_by_its_check_character() -> None:
    assert is_uscc(FIRM)
    assert uscc_check_char(FIRM[:17]) == "3"
    assert not is_uscc("91350100M000100Y44")
    assert not is_uscc(PERSON)


def test_names_in_a_question_are_found(office: Office) -> None:
    office.feed(*named(["R"]), {"record_id": "N", "name": "尉迟兰平"})

    page = office.archive.search("昨天来网点的尉迟兰平先生的电话是多少", user="admin")

    assert page.hits[0].record_id == "N"


HOUSE = ["解放路一百零五号", "解放路一〇五号", "解放路105号"]


@pytest.mark.parametrize("kept", HOUSE)
@pytest.mark.parametrize("text", HOUSE)
def test_the_number_of_a_house_may_be_written_in_han(office: Office, text: str, kept: str) -> None:
    office.feed({"record_id": "A", "name": "甲", "address": f"杭州市{kept}三栋"})

    assert office.archive.search(text, user="admin", mode="exact").total == 1


def test_an_address_is_told_from_others_by_what_stands_next_to_what(office: Office) -> None:
    office.feed(
        {"record_id": "A", "name": "甲", "address": "福建省福州市鼓楼区人民路3号2栋2单元4室"},
        {"record_id": "B", "name": "福州鼓楼商行", "address": "福建省福州市人民路9号"},
    )

    page = office.archive.search("福建福州鼓楼人民路3号2栋2单元4室", user="admin")

    assert (page.mode, page.hits[0].record_id) == ("evidence", "A")
