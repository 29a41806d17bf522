"""The sample data, taken in whole: every verdict, every record found, every query answered."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

import archsearch
from archsearch.errors import NotFoundError
from archsearch.services.ingest import IngestReport
from tools.sample_data.layout import make_sheaves

SAMPLE = Path(__file__).parents[2] / "sample_data"
RECORDS = SAMPLE / "records"
HAN = re.compile("[一-鿿]{2,6}")


def load(name: str) -> Any:
    return yaml.safe_load((SAMPLE / name).read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Sample:
    archive: archsearch.Archive
    report: IngestReport


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    workspace = tmp_path_factory.mktemp("sample") / "workspace"
    archsearch.init(workspace)
    with archsearch.open(workspace) as archive:
        for user in load("users.yaml")["users"]:
            if user["name"] != "admin":
                archive.add_user(
                    user["name"],
                    role=user["role"],
                    departments=user["departments"],
                    clearance=user["clearance"],
                )
        yield Sample(archive, archive.ingest(RECORDS, user="admin"))


def test_every_bad_row_gets_exactly_its_expected_verdict(sample: Sample) -> None:
    expected = {
        (row["file"], row["number"]): set(row["codes"]) for row in load("expected.yaml")["rejected"]
    }

    found = defaultdict(set)
    for problem in sample.report.rejected:
        if problem.where.number:
            found[problem.where.source, problem.where.number].add(problem.code)

    assert found == expected
    assert sample.report.rejected_rows == len(expected)


def test_every_good_row_is_accepted(sample: Sample) -> None:
    files = load("expected.yaml")["files"].values()

    assert sample.report.accepted == sum(file["accepted"] for file in files)
    assert (sample.report.updated, sample.report.unchanged) == (0, 0)


def test_every_record_is_found_by_record_id_by_name_and_by_a_word_of_its_notes(
    sample: Sample,
) -> None:
    def found(query: str) -> set[str]:
        page = sample.archive.search(query, user="admin", mode="exact", limit=1000)
        return {hit.record_id for hit in page.hits}

    everyone = [customer for sheaf in make_sheaves() for customer in sheaf.customers]
    assert len(everyone) == sample.report.accepted
    for customer in everyone:
        record_id, word = customer["record_id"], HAN.findall(customer["notes"])[0]
        assert found(record_id) == {record_id}
        assert record_id in found(f'客户名称:"{customer["name"]}"')
        assert record_id in found(f'备注:"{word}" 档号:{record_id}')


def test_a_second_ingest_finds_everything_unchanged(sample: Sample) -> None:
    again = sample.archive.ingest(RECORDS, user="admin")

    assert (again.accepted, again.updated) == (0, 0)
    assert again.unchanged == sample.report.accepted
    assert again.rejected_rows == sample.report.rejected_rows
    assert [path.name for path in again.rejects] == [path.name for path in sample.report.rejects]


@pytest.mark.parametrize("query", load("queries.yaml")["queries"], ids=lambda query: query["id"])
def test_the_right_records_are_found(sample: Sample, query: dict[str, Any]) -> None:
    page = sample.archive.search(
        query["query"],
        user=query.get("user", "admin"),
        mode=query["mode"],
        filters=query.get("filters"),
        limit=query.get("within", 20),
    )

    found = {hit.record_id for hit in page.hits}
    assert found >= set(query["expected"])
    assert not found & set(query.get("without", ()))
    if query.get("exact"):
        assert page.total == len(query["expected"])


USERS = {user["name"]: user for user in load("users.yaml")["users"]}
LEVELS = ("公开", "内部", "秘密", "机密")


def may_see(user: dict[str, Any], customer: dict[str, Any]) -> bool:
    """The rules of the archive regulations, written down once more, apart from the program."""
    if LEVELS.index(customer["secrecy"]) > LEVELS.index(user["clearance"]):
        return False
    if user["role"] == "administrator":
        return True
    if user["role"] == "manager":
        path = customer["department"].split("/")
        tops = [top.split("/") for top in user["departments"]]
        return any(path[: len(top)] == top for top in tops)
    if user["role"] == "employee" and user["departments"]:
        return bool(customer["owner"] == user["name"])
    return False


@pytest.fixture(scope="module")
def everyone() -> dict[str, dict[str, Any]]:
    return {c["record_id"]: c for sheaf in make_sheaves() for c in sheaf.customers}


@pytest.mark.parametrize("name", list(USERS))
def test_a_user_sees_exactly_what_the_rules_say(
    sample: Sample, everyone: dict[str, dict[str, Any]], name: str
) -> None:
    visible = {i for i, customer in everyone.items() if may_see(USERS[name], customer)}
    hidden = everyone.keys() - visible

    found: set[str] = set()
    for offset in range(0, len(everyone), 1000):
        page = sample.archive.search("", user=name, limit=1000, offset=offset, facets=["status"])
        found.update(hit.record_id for hit in page.hits)
        assert page.total == len(visible)
        assert sum(count for _, count in page.facets["status"]) == len(visible)
    assert found == visible

    for record_id in [*sorted(visible)[::20], *sorted(hidden)[::20]]:
        name_of = everyone[record_id]["name"]
        matched = sample.archive.match([name_of], user=name, limit=50)[0]
        suggested = sample.archive.suggest(name_of, user=name, limit=50)
        assert (record_id in visible) == shown(sample, record_id, name)
        assert {hit.record_id for hit in matched} <= visible
        assert (record_id in {hit.record_id for hit in matched}) == (record_id in visible)
        assert {each.record_id for each in suggested} <= visible
        assert any(each.text == name_of for each in suggested) == any(
            everyone[other]["name"] == name_of for other in visible
        )


@pytest.mark.parametrize("name", list(USERS))
def test_facets_count_what_a_user_may_see(
    sample: Sample, everyone: dict[str, dict[str, Any]], name: str
) -> None:
    keys = ["value_tier", "nature", "department", "owner", "secrecy", "tags"]
    page = sample.archive.search("", user=name, facets=keys, limit=0)

    expected: dict[str, Counter[str]] = {key: Counter() for key in keys}
    for customer in everyone.values():
        if not may_see(USERS[name], customer):
            continue
        for key in keys:
            value = customer.get(key, [])
            for each in value if isinstance(value, list) else [value]:
                parts = each.split("/") if key == "department" else [each]
                for end in range(len(parts)):
                    expected[key]["/".join(parts[: end + 1])] += 1
    assert {key: Counter(dict(counts)) for key, counts in page.facets.items()} == expected


def shown(sample: Sample, record_id: str, user: str) -> bool:
    try:
        return sample.archive.get(record_id, user=user).record_id == record_id
    except NotFoundError:
        return False
