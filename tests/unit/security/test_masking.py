from dataclasses import FrozenInstanceError
from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.domain.identifiers import person_check_char
from archsearch.domain.record import Record, RecordId, Values
from archsearch.domain.schema import FieldSpec, FieldType, Schema, Sensitivity
from archsearch.security.masking import (
    DEFAULT_RULES,
    HIDDEN,
    Mask,
    MaskRule,
    MaskStyle,
    mask,
    mask_record,
    mask_value,
)
from archsearch.security.prose import Number, mask_text, numbers_in, without_numbers

C2, C3 = Sensitivity.C2, Sensitivity.C3
SCHEMA = Schema(
    1,
    (
        FieldSpec("record_id", "档号", FieldType.KEYWORD),
        FieldSpec("name", "客户名称", FieldType.NAME),
        FieldSpec("tags", "标签", FieldType.TAGS, many=True),
        FieldSpec("source_id", "来源编号", FieldType.KEYWORD),
        FieldSpec("id_number", "证件号码", FieldType.ID_NUMBER, sensitivity=C2),
        FieldSpec("birth_date", "出生日期", FieldType.DATE, sensitivity=C2),
        FieldSpec("phones", "电话", FieldType.PHONE, many=True, sensitivity=C2),
        FieldSpec("email", "电子邮箱", FieldType.EMAIL, sensitivity=C2),
        FieldSpec("address", "地址", FieldType.ADDRESS),
        FieldSpec(
            "contacts",
            "联系人",
            FieldType.GROUP,
            many=True,
            fields=(
                FieldSpec("contacts.name", "联系人姓名", FieldType.NAME),
                FieldSpec("contacts.phone", "联系人电话", FieldType.PHONE, sensitivity=C2),
            ),
        ),
        FieldSpec(
            "finance",
            "财务",
            FieldType.GROUP,
            fields=(FieldSpec("finance.income", "收入", FieldType.AMOUNT, sensitivity=C3),),
        ),
        FieldSpec(
            "hidden",
            "密组",
            FieldType.GROUP,
            sensitivity=C3,
            fields=(FieldSpec("hidden.note", "内容", FieldType.TEXT),),
        ),
        FieldSpec("notes", "备注", FieldType.TEXT),
        FieldSpec("since", "开户日期", FieldType.DATE),
    ),
)

digits = st.text("0123456789", min_size=1, max_size=24)
secrets = st.one_of(st.text(min_size=1, max_size=24), digits)
people = st.builds(
    lambda body: body + person_check_char(body),
    st.builds(
        lambda place, born, sequence: f"{place}{born:%Y%m%d}{sequence:03d}",
        st.sampled_from(["110105", "440524", "320102"]),
        st.dates(date(1920, 1, 1), date(2025, 12, 31)),
        st.integers(0, 999),
    ),
)


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (FieldType.ID_NUMBER, "11010519491231002X", "110***********002X"),
        (FieldType.ID_NUMBER, "91350100M000100Y43", "913***********0Y43"),
        (FieldType.ID_NUMBER, "E12345678", HIDDEN),
        (FieldType.ID_NUMBER, "E1234567890", "E12****7890"),
        (FieldType.PHONE, "13812345678", "138****5678"),
        (FieldType.PHONE, "010-62345678", "010*****5678"),
        (FieldType.PHONE, "62345678", HIDDEN),
        (FieldType.PHONE, "110", HIDDEN),
        (FieldType.EMAIL, "zhang@example.com", "z***@example.com"),
        (FieldType.EMAIL, "z@example.com", "***@example.com"),
        (FieldType.EMAIL, "no-address", HIDDEN),
        (FieldType.EMAIL, "zhang@", HIDDEN),
        (FieldType.EMAIL, "@example.com", HIDDEN),
        (FieldType.EMAIL, "@", HIDDEN),
        (FieldType.EMAIL, "zh@a@b", "z***@b"),
        (FieldType.DATE, "1990-05-06", "1990-**-**"),
        (FieldType.DATE, "1990-05", "1990-**-**"),
        (FieldType.DATE, "1990", HIDDEN),
        (FieldType.DATE, "19905", "1990-**-**"),
        (FieldType.DATE, "五月六日生", HIDDEN),
        (FieldType.AMOUNT, 12000, HIDDEN),
        (FieldType.AMOUNT, 0, HIDDEN),
        (FieldType.TEXT, "两套房", HIDDEN),
        (FieldType.NAME, "张伟", HIDDEN),
        (FieldType.NUMBER, True, HIDDEN),
        (FieldType.TEXT, None, None),
        (FieldType.PHONE, ["13812345678", "110"], ["138****5678", HIDDEN]),
    ],
)
def test_values_are_masked_by_type(kind: FieldType, value: Any, shown: Any) -> None:
    assert mask_value(value, kind) == shown


def test_rules_can_be_changed() -> None:
    rules = {FieldType.ID_NUMBER: MaskRule(MaskStyle.ENDS, 6, 4)}

    assert mask_value("11010519491231002X", FieldType.ID_NUMBER, rules) == "110105********002X"
    assert mask_value("13812345678", FieldType.PHONE, rules) == HIDDEN


@given(secrets, st.integers(0, 8), st.integers(0, 8))
def test_a_mask_shows_no_more_than_its_rule_and_hides_at_least_four(
    value: str, first: int, last: int
) -> None:
    rules = {FieldType.PHONE: MaskRule(MaskStyle.ENDS, first, last)}

    shown = mask_value(value, FieldType.PHONE, rules)

    assert isinstance(shown, str)
    if shown != HIDDEN:
        assert shown[:first] == value[:first]
        assert shown[first : len(shown) - last] == "*" * (len(value) - first - last)
        assert len(value) - first - last >= 4


def test_group_members_are_masked_and_open_fields_stay() -> None:
    values: Values = {
        "record_id": "A-1",
        "name": "张伟",
        "contacts": [{"name": "李四", "phone": "13987654321"}, {"name": "王五"}],
        "finance": {"income": 120000},
        "hidden": {"note": "机密"},
        "notes": "按时还款。",
        "unknown": "x",
    }

    masked = mask(SCHEMA, values)

    assert masked == {
        "record_id": "A-1",
        "name": "张伟",
        "contacts": [{"name": "李四", "phone": "139****4321"}, {"name": "王五"}],
        "finance": {"income": HIDDEN},
        "hidden": HIDDEN,
        "notes": "按时还款。",
    }
    assert values["finance"] == {"income": 120000}


def test_own_secrets_are_hidden_wherever_else_they_stand() -> None:
    values: Values = {
        "record_id": "A-1",
        "name": "张伟",
        "email": "zhang.wei@example.com",
        "id_number": "91350100M000100Y43",
        "source_id": "91350100M000100Y43",
        "tags": ["邮箱zhang.wei@example.com"],
        "notes": "信用代码91350100M000100Y43，邮箱 zhang.wei@example.com。",
    }

    masked = orjson.dumps(mask(SCHEMA, values)).decode()

    assert "91350100M000100Y43" not in masked
    assert "zhang.wei" not in masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("证件11010519491231002X。", "证件110***********002X。"),
        ("证件11010519491231002x。", "证件110***********002x。"),
        ("证件 110105 19491231 002X 已核", "证件 110*** ******** 002X 已核"),
        ("１１０１０５１９４９１２３１００２Ｘ", "１１０***********００２Ｘ"),
        ("电话13812345678，", "电话138****5678，"),
        ("电话 138-1234-5678", "电话 138-****-5678"),
        ("电话 138 1234 5678", "电话 138 **** 5678"),
        ("+86 13812345678", "+86 138****5678"),
        ("+8613812345678", "+86138****5678"),
        ("旧证110105491231002", "旧证110********1002"),
        ("座机010-62345678", "座机010-*****678"),
        ("座机0102345678", "座机010****678"),
        ("座机010) -2345678", "座机010) -****678"),
        ("卡号6222021234567890128", "卡号622************0128"),
        ("卡号 6222 0212 3456 7890 128 尾", "卡号 622* **** **** ***0 128 尾"),
        ("13812345678、13987654321", "138****5678、139****4321"),
        ("13812345678 13987654321", "138****5678 139****4321"),
        ("tel13812345678、微信wx13987654321", "tel138****5678、微信wx139****4321"),
        ("ID11010519491231002X", "ID110***********002X"),
        ("13812345678X", "138****5678X"),
        ("138－1234－5678", "138－****－5678"),
        ("138\u20111234\u20115678", "138\u2011****\u20115678"),
        ("座机021-6234-5678", "座机021-****-*678"),
        ("房号1201 13812345678", "房号1201 138****5678"),
        ("编号A12345678901234", "编号A12345678901234"),
        ("账号1234567890123456，", "账号123*********3456，"),
        ("账号 1234 5678 9012 3456 7", "账号 123* **** **** *456 7"),
        ("账号201234567890", "账号201*****7890"),
        ("2024-03-05 100000 001", "2024-03-05 100000 001"),
        ("档号 A001-GR-2026-000017", "档号 A001-GR-2026-000017"),
        ("2024-01-05 至 2024-12-31 共 12 期", "2024-01-05 至 2024-12-31 共 12 期"),
        ("贷款 1,200,000.00 元，2024年3月5日", "贷款 1,200,000.00 元，2024年3月5日"),
        ("流水号 20240305000123", "流水号 20240305000123"),
        ("A12345678901234", "A12345678901234"),
        ("A1234 5678 9012", "A1234 5678 9012"),
        ("ID110105491231002", "ID110********1002"),
        ("ID110101199003070010", "ID110***********0010"),
        ("ID11010549123100X", "ID11010549123100X"),
        ("ID990105194912310058", "ID990105194912310058"),
        ("ID12345678901234567X", "ID12345678901234567X"),
        ("NO6222021234567890128", "NO622************0128"),
        ("NO6222021234567890127", "NO6222021234567890127"),
        ("账号 1234 5678 9012", "账号 123* **** 9012"),
        ("账号 1234 5678 9012 3456", "账号 123* **** **** 3456"),
        ("账号 1234 5678 90123", "账号 1234 5678 90123"),
        ("账号 12345 6789 0123", "账号 12345 6789 0123"),
        ("账号 123 4567 8901", "账号 123 4567 8901"),
        ("户1234 5678 901 2345", "户1234 5678 901 2345"),
        ("账号12345678901234X", "账号123*******1234X"),
        ("账号 1234 5678 9012 X", "账号 123* **** 9012 X"),
        ("0102345678", "010****678"),
        ("证件 110105 19491231 002 X 已核", "证件 110*** ******** 002 X 已核"),
        ("账号" + "5" * 30, "账号555" + "*" * 23 + "5555"),
        ("账号" + "5" * 31, "账号" + "5" * 31),
        ("1X12345678901234", "1X12345678901234"),
        ("20240305000123，010X62345678", "20240305000123，010X62345678"),
        ("20240305000123，0571-6234X5678", "20240305000123，0571-6234X5678"),
        ("+86X21 62345678", "+86X21 62345678"),
        (
            "证\t" + "\t".join("11010519491231002X") + "\t号",
            "证\t1\t1\t0" + "\t*" * 11 + "\t0\t0\t2\tX\t号",
        ),
        (
            " ".join("11010519491231002X") + "\n" + " ".join("13812345678"),
            "1 1 0" + " *" * 11 + " 0 0 2 X\n1 3 8 * * * * 5 6 7 8",
        ),
        (
            " ".join("110105194912310026") + "\n" + " ".join("13812345678"),
            "1 1 0" + " *" * 11 + " 0 0 2 6\n1 3 8 * * * * 5 6 7 8",
        ),
        ("户 " + " ".join("123456789012"), "户 1 2 3 * * * * * 9 0 1 2"),
        ("1\n2\n3\n4\n5\n6\n7\n8\n9\n0\n1\n2", "1\n2\n3\n4\n5\n6\n7\n8\n9\n0\n1\n2"),
        ("2 0 2 4 0 3 0 5 0 0 0 1 2 3", "2 0 2 4 0 3 0 5 0 0 0 1 2 3"),
        ("1 2 3 4 5 6 7 8 9 10 11 12", "1 2 3 4 5 6 7 8 9 10 11 12"),
        ("出生日期 1981年9月10日 住", "出生日期 ****年*月**日 住"),
        ("出生日期：1981-09-10", "出生日期：****-**-**"),
        ("出生\t19810910\t女", "出生\t********\t女"),
        ("生于１９８１年９月，未婚", "生于****年*月，未婚"),
        ("生日(2001.1.2)", "生日(****.*.*)"),
        ("出生 1 9 8 1", "出生 1 9 8 1"),
        ("出生 198109101234", "出生 198109101234"),
        ("出生地：1981年建市", "出生地：1981年建市"),
        ("1981年9月10日开户", "1981年9月10日开户"),
        ("生于 1981年9月10日，电话 13812345678", "生于 ****年*月**日，电话 138****5678"),
        ("没有数字", "没有数字"),
        ("", ""),
    ],
)
def test_personal_numbers_inside_prose_are_masked(text: str, shown: str) -> None:
    assert mask_text(text) == shown


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+86-138-1234-5678", "13812345678"),
        ("0086 13812345678", "13812345678"),
        ("房号1201 13812345678", "13812345678"),
        ("+86 21 62345678", "02162345678"),
        ("021-6234-5678", "02162345678"),
        ("+86 021 62345678", "02162345678"),
        ("0086 21 62345678", "02162345678"),
        ("0086-021-62345678", "02162345678"),
        ("证件 " + " ".join("11010519491231002X"), "11010519491231002X"),
    ],
)
def test_a_number_is_the_same_however_it_is_written(text: str, number: str) -> None:
    assert without_numbers(text)[1] == (number,)


def test_numbers_are_taken_out_of_prose_wherever_they_stand() -> None:
    text = "电话138-1234-5678或010-62345678，卡6222021234567890128"
    plain, numbers = without_numbers(text)

    assert numbers == ("13812345678", "01062345678", "6222021234567890128")
    assert not any(character.isdigit() for character in plain)
    assert "".join(plain.split()) == "电话--或-，卡"
    assert len(plain) == len(text)


def test_a_day_of_birth_is_taken_out_of_prose_and_not_to_be_found() -> None:
    plain, numbers = without_numbers("生于1981年9月10日，电话13812345678")

    assert numbers == ("13812345678",)
    assert not any(character.isdigit() for character in plain)


@given(people, st.text("张伟，。 \nabc", max_size=8), st.text("张伟，。 \nbc", max_size=8))
def test_id_numbers_in_prose_are_always_found(number: str, before: str, after: str) -> None:
    text = f"{before}。{number}。{after}"

    masked = mask_text(text)

    assert number not in masked
    assert number[6:14] not in masked
    assert len(masked) == len(text)


@given(st.text("0123456789 -X（）()+.张\u200b１２", max_size=60))
def test_masking_prose_keeps_length_and_everything_but_digits(text: str) -> None:
    masked = mask_text(text)

    assert len(masked) == len(text)
    assert all(
        new in (old, "*") and (old == new or old.isdigit())
        for old, new in zip(text, masked, strict=True)
    )
    assert mask_text(masked) == masked


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "id_number": people,
            "email": st.from_regex(r"[a-z]{4,12}@example\.com", fullmatch=True),
            "phones": st.lists(
                st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), min_size=1, max_size=3
            ),
        },
    ),
    st.integers(10**6, 10**9),
)
def test_no_full_secret_is_left_in_the_json(sensitive: dict[str, Any], income: int) -> None:
    told = orjson.dumps(sensitive).decode()
    flat = [*sensitive.get("phones", []), sensitive.get("id_number"), sensitive.get("email")]
    values: Values = {
        "record_id": "A-1",
        "name": "张伟" + told,
        **sensitive,
        "tags": [told, "授信"],
        "address": told,
        "contacts": [{"name": told, "phone": "13800000000"}],
        "finance": {"income": income},
        "notes": told,
    }
    record = Record(RecordId("A-1"), 1, values, original={**values, "hidden": {"note": told}})

    shown = mask_record(SCHEMA, record)

    written = orjson.dumps([shown.values, dict(shown.original)]).decode()
    assert not [secret for secret in flat if secret and secret in written]
    assert str(income) not in written
    assert "13800000000" not in written
    assert record.values["notes"] == told


def test_a_secret_inside_another_leaves_nothing_of_it() -> None:
    values: Values = {
        "email": "zhang.wei@example.com",
        "phones": ["wei@example.com"],
        "tags": ["zhang.wei@example.com"],
    }

    assert mask(SCHEMA, values)["tags"] == ["*" * len("zhang.wei@example.com")]


def test_what_stands_in_a_sensitive_group_is_a_secret_elsewhere() -> None:
    values: Values = {"hidden": {"note": "地下室保险柜"}, "notes": "见地下室保险柜。"}

    assert mask(SCHEMA, values) == {"hidden": HIDDEN, "notes": "见******。"}


def test_one_mask_serves_many_records() -> None:
    shared = Mask(SCHEMA, {FieldType.PHONE: MaskRule(MaskStyle.ENDS, 0, 4)})

    assert shared.values({"phones": ["13812345678"]}) == {"phones": ["*******5678"]}
    assert shared.values({"email": "zhang@example.com"}) == {"email": HIDDEN}


def test_sensitive_originals_are_left_out() -> None:
    record = Record(
        RecordId("A-1"),
        1,
        {"phones": ["13812345678"], "contacts": [{"name": "李四", "phone": "13987654321"}]},
        original={
            "phones": "138 1234 5678",
            "contacts": [{"phone": "139-8765-4321", "name": "李 四"}],
            "notes": "打 138 1234 5678",
            "tags": 7,
        },
    )

    assert mask_record(SCHEMA, record).original == {
        "contacts": [{"name": "李 四"}],
        "notes": "打 *************",
        "tags": 7,
    }


def test_the_default_rules_show_something_of_four_types_only() -> None:
    assert set(DEFAULT_RULES) == {
        FieldType.ID_NUMBER,
        FieldType.PHONE,
        FieldType.EMAIL,
        FieldType.DATE,
    }


def test_the_record_id_stays_usable_though_a_secret_stands_in_it() -> None:
    values: Values = {
        "record_id": "A-E12345678",
        "id_number": "E12345678",
        "source_id": "E12345678",
    }

    assert mask(SCHEMA, values) == {
        "record_id": "A-E12345678",
        "id_number": HIDDEN,
        "source_id": "*" * 9,
    }


def test_a_rule_without_more_shows_nothing_and_ends_are_shown_as_far_as_it_says() -> None:
    rules = {
        FieldType.PHONE: MaskRule(MaskStyle("ends")),
        FieldType.EMAIL: MaskRule(MaskStyle("email")),
        FieldType.DATE: MaskRule(MaskStyle("year")),
        FieldType.TEXT: MaskRule(MaskStyle("full"), 9, 9),
    }

    assert MaskRule() == MaskRule(MaskStyle.FULL, 0, 0)
    assert mask_value("13812345678", FieldType.PHONE, rules) == "*" * 11
    assert mask_value("ab@c", FieldType.EMAIL, rules) == "a***@c"
    assert mask_value("1990-05-06", FieldType.DATE, rules) == "1990-**-**"
    assert mask_value("13812345678", FieldType.TEXT, rules) == HIDDEN
    with pytest.raises(FrozenInstanceError):
        rules[FieldType.PHONE].first = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("value", "shown"),
    [("12345", False), ("123456", True), ("1234567", True)],
)
def test_values_of_six_characters_are_looked_for_elsewhere(value: str, shown: bool) -> None:
    masked = mask(SCHEMA, {"hidden": value, "tags": [f"x{value}y"]})

    assert masked["tags"] == [f"x{'*' * len(value)}y" if shown else f"x{value}y"]


def test_numbers_are_hidden_in_prose_and_are_codes_in_keys() -> None:
    values: Values = {
        "name": "张伟13812345678",
        "address": "座机010-62345678",
        "notes": "电话13812345678",
        "source_id": "13812345678",
        "tags": ["13812345678", 7],
        "contacts": [{"name": "李四13812345678"}],
    }

    assert mask(SCHEMA, values) == {
        "name": "张伟138****5678",
        "address": "座机010-*****678",
        "notes": "电话138****5678",
        "source_id": "13812345678",
        "tags": ["13812345678", 7],
        "contacts": [{"name": "李四138****5678"}],
    }


def test_open_values_that_nobody_writes_freely_stay_as_they_are() -> None:
    values: Values = {"birth_date": "1990-05-06", "since": "1990-05-06", "notes": "生于1990-05-06"}

    assert mask(SCHEMA, values) == {
        "birth_date": "1990-**-**",
        "since": "1990-05-06",
        "notes": "生于**********",
    }


def test_what_is_missing_or_of_another_shape_is_not_shown_by_mistake() -> None:
    values: Values = {
        "phones": None,
        "notes": 7,
        "name": None,
        "finance": "月入120000",
        "contacts": ["李四", {"phone": None}],
        "unknown": "x",
    }

    assert mask(SCHEMA, values) == {
        "notes": 7,
        "finance": HIDDEN,
        "contacts": [HIDDEN, {}],
    }


@pytest.mark.parametrize(
    "contacts",
    [
        {"phone": "13987654321"},
        [{"phone": "13987654321"}],
        ["李四", {"nobody": 1, "name": "李四", "phone": "13987654321"}],
    ],
)
def test_secrets_in_groups_are_hidden_wherever_else_they_stand(contacts: Any) -> None:
    values: Values = {"unknown": 1, "tags": ["x13987654321"], "contacts": contacts}

    assert mask(SCHEMA, values)["tags"] == ["x***********"]


@pytest.mark.parametrize(
    "secrets",
    [("ab.zz@example.com", "zz@example.com"), ("zz.ab@example.com", "ab@example.com")],
)
def test_of_secrets_inside_each_other_the_longest_is_hidden(secrets: tuple[str, str]) -> None:
    whole, part = secrets
    values: Values = {"email": whole, "phones": [part], "tags": [whole]}

    assert mask(SCHEMA, values)["tags"] == ["*" * len(whole)]


def test_originals_are_prose_whatever_the_field() -> None:
    original: Values = {
        "unknown": "x",
        "tags": ["13812345678", 7, ["010-62345678"]],
        "source_id": "13812345678",
        "since": "E12345678",
        "id_number": "E12345678",
        "hidden": {"note": "x"},
    }
    record = Record(RecordId("A-1"), 1, {"name": "张伟", "notes": "证E12345678"}, original=original)

    shown = mask_record(SCHEMA, record)

    assert shown.original == {
        "tags": ["138****5678", 7, ["010-*****678"]],
        "source_id": "138****5678",
        "since": "*" * 9,
    }
    assert shown.values == {"name": "张伟", "notes": "证*********"}
    assert (shown.record_id, shown.version) == ("A-1", 1)


def test_rules_may_be_given_with_each_record() -> None:
    rules = {FieldType.PHONE: MaskRule(MaskStyle.ENDS, 0, 4)}
    values: Values = {"phones": ["13812345678"], "email": "zhang@example.com"}
    shown = {"phones": ["*******5678"], "email": HIDDEN}

    assert mask(SCHEMA, values, rules) == shown
    assert mask_record(SCHEMA, Record(RecordId("A"), 1, values), rules).values == shown
    assert mask_value(values["phones"], FieldType.PHONE, rules) == shown["phones"]


@given(st.from_regex(r"5[6-9][0-9]{13,17}", fullmatch=True))
def test_behind_letters_a_card_is_told_by_its_check_digit(number: str) -> None:
    doubled = "0246813579"
    total = sum(
        int(doubled[int(char)] if place % 2 else char)
        for place, char in enumerate(reversed(number))
    )
    ends = f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"

    assert mask_text(f"NO{number}") == f"NO{number if total % 10 else ends}"


def test_behind_letters_no_card_is_longer_than_nineteen() -> None:
    for length in (14, 20):
        number = "5" * (length - 1)
        for last in "0123456789":
            assert mask_text(f"NO{number}{last}") == f"NO{number}{last}"


def test_numbers_are_given_in_the_order_in_which_they_stand() -> None:
    assert without_numbers("13812345678 010-62345678")[1] == ("13812345678", "01062345678")
    assert without_numbers("010-62345678 13812345678")[1] == ("01062345678", "13812345678")
    assert without_numbers("13812345678 13812345678")[1] == ("13812345678",)
    assert without_numbers("没有")[1] == ()
    assert numbers_in("没有") == numbers_in("2024-01-05 至 2024-12-31") == []
    assert numbers_in("甲13812345678") == [
        Number("13812345678", tuple(range(1, 12)), tuple(range(4, 8)))
    ]
