from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.domain.identifiers import (
    PROVINCES,
    USCC_ALPHABET,
    Gender,
    IdentifierFault,
    IdentifierKind,
    classify,
    is_registration_number,
    lengthen,
    organisation_check_char,
    person_check_char,
    read_person,
    registration_check_digit,
    uscc_check_char,
)

FORMAT, BIRTH, CHECKSUM = IdentifierFault

person_bodies = st.builds(
    lambda province, place, born, sequence: f"{province}{place:04d}{born:%Y%m%d}{sequence:03d}",
    st.sampled_from(sorted(PROVINCES)),
    st.integers(0, 9999),
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.integers(0, 999),
)
uscc_bodies = st.builds(
    lambda head, province, place, tail: f"{head}{province}{place:04d}{tail}",
    st.sampled_from(["11", "12", "51", "91", "92", "93", "A1", "N2", "Y1"]),
    st.sampled_from(sorted(PROVINCES)),
    st.integers(0, 9999),
    st.text(USCC_ALPHABET, min_size=9, max_size=9),
)


@pytest.mark.parametrize(
    ("compute", "body", "check"),
    [
        # The example in GB 11643-1999, the examples of GB 32100 and GB 11714 in common use.
        (person_check_char, "11010519491231002", "X"),
        (person_check_char, "44052418800101001", "4"),
        (uscc_check_char, "91350100M000100Y4", "3"),
        (organisation_check_char, "D2143569", "X"),
        (registration_check_digit, "11010800000001", "6"),
    ],
)
def test_check_characters_are_those_of_the_standards_examples(
    compute: Callable[[str], str], body: str, check: str
) -> None:
    assert compute(body) == check


@given(person_bodies)
def test_a_personal_number_with_its_check_character_is_faultless(body: str) -> None:
    number = body + person_check_char(body)

    found = classify(number)

    assert (found.kind, found.fault) == (IdentifierKind.PERSON, None)
    assert found.person is not None
    assert found.person.region == body[:6]
    assert found.person.birth_date.strftime("%Y%m%d") == body[6:14]
    assert found.person.gender is (Gender.MALE if int(body[16]) % 2 else Gender.FEMALE)


@given(person_bodies, st.integers(14, 16), st.integers(1, 9))
def test_one_wrong_digit_in_the_sequence_is_a_checksum_fault(
    body: str, place: int, shift: int
) -> None:
    check = person_check_char(body)
    wrong = body[:place] + str((int(body[place]) + shift) % 10) + body[place + 1 :]

    found = classify(wrong + check)

    assert found.fault is CHECKSUM
    assert found.person is None


@given(uscc_bodies)
def test_a_uscc_with_its_check_character_is_faultless_unless_it_reads_as_a_person(
    body: str,
) -> None:
    found = classify(body + uscc_check_char(body))

    assert found.fault is None
    assert found.kind is IdentifierKind.USCC or found.person is not None


@given(uscc_bodies, st.integers(8, 16), st.integers(1, 30))
def test_one_wrong_character_of_a_uscc_changes_its_check_character(
    body: str, place: int, shift: int
) -> None:
    other = USCC_ALPHABET[(USCC_ALPHABET.index(body[place]) + shift) % 31]

    assert uscc_check_char(body[:place] + other + body[place + 1 :]) != uscc_check_char(body)


@given(st.text("0123456789", min_size=14, max_size=14))
def test_a_registration_number_with_its_check_digit_is_recognised(body: str) -> None:
    assert is_registration_number(body + registration_check_digit(body))


@given(
    st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(0, 999), st.sampled_from(["110105"])
)
def test_lengthening_keeps_region_birth_date_and_sequence(
    born: date, sequence: int, region: str
) -> None:
    short = f"{region}{born:%y%m%d}{sequence:03d}"

    person = read_person(lengthen(short))

    assert person is not None
    assert (person.region, person.birth_date, person.sequence) == (region, born, sequence)
    assert classify(lengthen(short)).fault is None
    assert classify(short).kind is IdentifierKind.PERSON_15


@pytest.mark.parametrize(
    ("text", "kind", "fault"),
    [
        ("11010519491231002X", IdentifierKind.PERSON, None),
        ("110105194912310021", IdentifierKind.PERSON, CHECKSUM),
        ("110105194913310025", IdentifierKind.PERSON, BIRTH),
        ("110105190002290021", IdentifierKind.PERSON, BIRTH),
        ("1101051949123100X2", IdentifierKind.USCC, CHECKSUM),
        ("11010519491231002", IdentifierKind.PERSON, FORMAT),
        ("1101051949123100211", IdentifierKind.PERSON, FORMAT),
        ("13812345678", IdentifierKind.PERSON, FORMAT),
        ("110105491231002", IdentifierKind.PERSON_15, None),
        ("110105491331002", IdentifierKind.PERSON_15, BIRTH),
        ("110108000000016", IdentifierKind.REGISTRATION, None),
        ("91350100M000100Y43", IdentifierKind.USCC, None),
        ("91350100M000100Y45", IdentifierKind.USCC, CHECKSUM),
        ("91350100M000100I43", IdentifierKind.USCC, FORMAT),
        ("9135O100M000100Y43", IdentifierKind.USCC, FORMAT),
        ("911301010000000001", IdentifierKind.USCC, CHECKSUM),
        ("D2143569X", IdentifierKind.ORGANISATION, None),
        ("E12345678", IdentifierKind.OTHER, None),
        ("H1234567890", IdentifierKind.OTHER, None),
        ("12345678", IdentifierKind.OTHER, None),
        ("军字第12345号", IdentifierKind.OTHER, FORMAT),
        ("PASSPORT", IdentifierKind.OTHER, FORMAT),
        ("", IdentifierKind.OTHER, FORMAT),
    ],
)
def test_identifiers_are_told_apart(
    text: str, kind: IdentifierKind, fault: IdentifierFault | None
) -> None:
    found = classify(text)

    assert (found.kind, found.fault) == (kind, fault)


def test_residence_permits_count_as_personal_numbers() -> None:
    for region in ("810000", "830000", "931840"):
        body = f"{region}19900101003"

        assert classify(body + person_check_char(body)).person is not None


@given(st.text(max_size=40))
def test_any_text_can_be_classified(text: str) -> None:
    found = classify(text)

    assert found.person is None or found.fault is None
