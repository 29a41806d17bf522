"""The committed sample: what the generator makes, right where it claims to be, wrong where it says.

The pipeline's own readers, normalisation and checks are held against it elsewhere; here everything
is looked at with other means.
"""

import csv
import gzip
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from archsearch.domain.access import Principal, Role
from archsearch.domain.record import Record, RecordId
from tests.policies import scope_of
from tools.make_sample_data import FOLDER, main
from tools.sample_data.customers import Customer
from tools.sample_data.layout import Sheaf, make_sheaves
from tools.sample_data.words import places, words

REGIONS = FOLDER.parent / "config" / "regions.csv"
LEVELS = ("公开", "内部", "秘密", "机密")
LARGEST = 6_000_000
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@cache
def sheaves() -> tuple[Sheaf, ...]:
    return tuple(make_sheaves())


def customers() -> list[Customer]:
    return [customer for sheaf in sheaves() for customer in sheaf.customers]


@cache
def committed(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text("utf-8"))
    return content


def contents(folder: Path) -> dict[str, bytes]:
    by_hand = {"README.md", ".gitattributes"}
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in by_hand)
    files = (path for path in files if path.relative_to(folder).parts[0] != "inbox")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / "records" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def personal_numbers() -> Iterator[tuple[str, Customer]]:
    for customer in customers():
        number = customer.get("id_number", "")
        if customer["nature"] == "个人" and re.fullmatch(r"\d{17}[\dX]", number):
            yield number, customer


def test_the_generator_makes_exactly_the_committed_files(tmp_path: Path) -> None:
    main(tmp_path)

    made, kept = contents(tmp_path), contents(FOLDER)

    assert made.keys() == kept.keys()
    assert [path for path, content in made.items() if content != kept[path]] == []


def test_the_sample_stays_small() -> None:
    assert sum(map(len, contents(FOLDER).values())) < LARGEST


def test_two_thousand_customers_go_in_and_three_in_a_hundred_rows_do_not() -> None:
    expected = committed("expected.yaml")

    accepted = sum(file["accepted"] for file in expected["files"].values())
    rejected = sum(file["rejected"] for file in expected["files"].values())

    assert accepted == len(customers()) == 2_000
    assert rejected == len(expected["rejected"]) == 60
    assert {customer["nature"] for customer in customers()} == {"个人", "企业", "政府"}


def test_every_format_is_there() -> None:
    endings = {"".join(Path(path).suffixes) for path in contents(FOLDER / "records")}

    assert endings == {".json", ".jsonl", ".jsonl.gz", ".csv", ".tsv", ".xlsx", ".yaml", ".xml"}


def test_record_ids_are_unique_and_each_customer_has_notes() -> None:
    ids = [customer["record_id"] for customer in customers()]

    assert len(set(ids)) == len(ids)
    assert all(re.search(r"[\u4e00-\u9fff]{2}", customer["notes"]) for customer in customers())


def test_personal_numbers_are_rightly_checked_and_belong_to_nobody() -> None:
    numbers = [number for number, _ in personal_numbers()]

    assert len(numbers) > 1_000
    for number in numbers:
        remainder = 0
        for digit in number[:17]:
            remainder = (remainder + int(digit)) * 2 % 11
        assert (remainder + "0123456789X".index(number[17])) % 11 == 1
        assert int(number[14:17]) >= 700


def test_personal_numbers_agree_with_birth_date_and_gender() -> None:
    for number, customer in personal_numbers():
        assert customer["birth_date"].replace("-", "") == number[6:14]
        assert customer["gender"] == "女男"[int(number[16]) % 2]


def test_credit_codes_are_rightly_checked() -> None:
    codes = [
        customer["id_number"]
        for customer in customers()
        if customer["nature"] != "个人" and customer.get("id_number")
    ]

    assert len(codes) > 700
    for code in codes:
        assert re.fullmatch(rf"[{ALPHABET}]{{2}}\d{{6}}[{ALPHABET}]{{10}}", code)
        weighted = sum(ALPHABET.index(char) * 3**place for place, char in enumerate(code[:17]))
        assert (weighted + ALPHABET.index(code[17])) % 31 == 0


def test_companies_show_real_variety() -> None:
    names = [one["name"] for one in customers() if one["nature"] == "企业"]

    assert len(set(names)) == len(names)
    assert len({name[:6] for name in names}) > 0.8 * len(names)
    for form in ("股份有限公司", "（有限合伙）", "合作社", "厂", "集团有限公司", "分公司", "）"):
        assert any(form in name for name in names), form


def test_hard_names_are_among_the_customers() -> None:
    names = {customer["name"] for customer in customers()}

    assert {"张䶮", "陈㛃", "李𬱖", "张伟", "章伟", "张玮", "刘堃", "刘坤", "陳國強"} <= names
    assert any("·" in name for name in names)
    assert any(name[:2] in words("names")["compound_surnames"] for name in names)
    assert not names & set(words("names")["avoid"])


def test_places_are_those_of_the_region_table() -> None:
    with REGIONS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if line[0] != "#"))
    known = {row["code"]: row for row in rows if not row["until"]}

    for place in places():
        names: list[str] = []
        code = place.code
        while code in known:
            names.insert(0, known[code]["name"])
            code = known[code]["parent"]
        assert place.path.split("/") == [code, *names]


def test_the_gb18030_file_is_not_utf8() -> None:
    content = (FOLDER / "records" / "retail_export_gb18030.csv").read_bytes()

    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    assert content.decode("gb18030").startswith("客户编号,姓名,")


def test_the_gzip_file_unpacks_to_its_rows() -> None:
    path = FOLDER / "records" / "persons_southwest.jsonl.gz"

    lines = gzip.decompress(path.read_bytes()).splitlines()

    assert len(lines) == committed("expected.yaml")["files"][path.name]["accepted"]


def test_bad_rows_stand_where_they_are_said_to_stand() -> None:
    name = "retail_export_utf8.csv"
    told = [entry for entry in committed("expected.yaml")["rejected"] if entry["file"] == name]
    rows = list(enumerate(table(name), 1))

    mangled = [number for number, row in rows if "E+" in row["证件号码"] + row["电话"]]
    nameless = [number for number, row in rows if not row["客户名称"].strip()]

    assert mangled == [entry["number"] for entry in told if entry["codes"] == ["excel_mangled"]]
    assert nameless == [entry["number"] for entry in told if entry["codes"] == ["required_missing"]]


def test_users_of_every_role_see_different_parts() -> None:
    users = committed("users.yaml")["users"]
    records = [Record(RecordId(one["record_id"]), 1, one) for one in customers()]

    seen = {
        user["name"]: {
            record.record_id
            for record in records
            if scope_of(principal_of(user), LEVELS).permits(record)
        }
        for user in users
    }

    assert len(users) == 8
    assert {user["role"] for user in users} == set(Role) - {Role.PROGRAM}
    assert len(seen["admin"]) == 2_000
    assert seen["sun.wei"] == seen["he.lin"] == set()
    for name in ("zhou.min", "wang.jun", "li.na", "zhang.qiang", "chen.jing"):
        assert 0 < len(seen[name]) < 1_000, name
    assert seen["li.na"] <= seen["zhou.min"]
    assert not seen["li.na"] & seen["wang.jun"]


def test_queries_expect_records_that_are_there() -> None:
    queries = committed("queries.yaml")["queries"]
    ids = {customer["record_id"] for customer in customers()}

    assert len(queries) >= 60
    assert len({query["id"] for query in queries}) == len(queries)
    for query in queries:
        assert query["expected"]
        assert ids >= set(query["expected"])
        assert len(query["expected"]) <= query["within"]
        assert not set(query.get("without", ())) & set(query["expected"])


def test_queries_cover_the_kinds_of_search() -> None:
    kinds = {query["kind"].split()[0] for query in committed("queries.yaml")["queries"]}

    assert kinds >= {"姓名", "子串", "拼音", "首字母", "同音", "错字", "缺字", "多字", "换位"}
    assert kinds >= {"证件号码", "电话", "电话后四位", "证件号码后四位", "档号", "备注"}
    assert kinds >= {"字段", "筛选", "曾用名", "简称", "繁简"}


def principal_of(user: Mapping[str, Any]) -> Principal:
    return Principal(
        user["name"], Role(user["role"]), frozenset(user["departments"]), user["clearance"]
    )
