"""Finding and reading: the same answers as the Python API's."""

from dataclasses import fields
from typing import Any, get_type_hints

import orjson
import pytest
from pydantic import BaseModel

from archsearch.domain.query import Hit, Page, Reason, Snippet, Suggestion
from archsearch.domain.record import Record
from archsearch.domain.screening import Entry
from archsearch.entrypoints.cli.jsontext import plain
from archsearch.entrypoints.http import models
from tests.unit.entrypoints.http.conftest import Door

ROWS: list[dict[str, Any]] = [
    {
        "record_id": "A-1",
        "name": "张伟",
        "tags": ["授信"],
        "phones": "13812345678",
        "region": "上海市",
    },
    {"record_id": "A-2", "name": "章伟", "tags": ["逾期"], "notes": "与张伟是亲属"},
    {"record_id": "乙/3", "name": "中国农业发展银行", "nature": "企业"},
]


@pytest.fixture(autouse=True)
def records(door: Door) -> None:
    door.office.feed(*ROWS)


def same(shown: dict[str, Any], page: Page) -> bool:
    """Compare but for the time it took."""
    expected = orjson.loads(orjson.dumps(plain(page)))
    shown.pop("next_cursor")
    return {**shown, "took_ms": 0} == {**expected, "took_ms": 0}


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"query": "张伟"},
        {"query": "zhangwei", "mode": "fuzzy", "limit": 1, "offset": 1},
        {"query": "张伟", "filters": {"tags": ["授信"]}, "facets": ["tags", "region"]},
        {"sort": "-name", "facets": ["nature"]},
    ],
)
def test_a_search_answers_as_the_python_api_does(door: Door, asked: dict[str, Any]) -> None:
    answer = door.post("/search", asked, "admin")

    assert answer.status_code == 200
    assert same(answer.json(), door.office.archive.search(user="admin", **asked))


def test_a_search_by_address_answers_like_one_by_body(door: Door) -> None:
    by_address = door.get(
        "/search?query=张伟&filter=tags=授信&filter=tags=逾期&facet=tags&limit=5", "admin"
    )
    by_body = door.post(
        "/search",
        {"query": "张伟", "filters": {"tags": ["授信", "逾期"]}, "facets": ["tags"], "limit": 5},
        "admin",
    )

    assert by_address.status_code == 200
    assert {**by_address.json(), "took_ms": 0} == {**by_body.json(), "took_ms": 0}


def test_an_address_with_what_is_not_known_is_refused(door: Door) -> None:
    assert door.get("/search?q=张伟", "admin").status_code == 400
    assert door.get("/search?filter=张伟", "admin").json()["code"] == "request_invalid"


def test_facets_suggestions_and_matches_are_those_of_the_python_api(door: Door) -> None:
    archive = door.office.archive
    names: list[Any] = ["张伟", {"name": "章伟", "phones": ["13812345678"]}]

    facets = door.post("/facets", {"facets": ["tags"]}, "admin").json()
    suggested = door.get("/suggest?text=zhangw", "admin").json()["items"]
    matched = door.post("/match", {"names": names}, "admin").json()["items"]

    assert facets["facets"]["tags"] == [["授信", 1], ["逾期", 1]]
    assert facets["total"] == 3
    assert suggested == plain(archive.suggest("zhangw", user="admin"))
    assert matched == orjson.loads(orjson.dumps(plain(archive.match(names, user="admin"))))


def test_a_record_is_shown_masked_and_revealed_for_a_reason(door: Door) -> None:
    shown = door.get("/records/A-1", "admin")
    revealed = door.post("/records/A-1/reveal", {"reason": "核对来电"}, "admin")
    unreasoned = door.post("/records/A-1/reveal", {"reason": ""}, "admin")

    assert shown.json() == plain(door.office.archive.get("A-1", user="admin"))
    assert shown.headers["etag"] == '"1"'
    assert shown.json()["values"]["phones"] == ["138****5678"]
    assert revealed.json()["values"]["phones"] == ["13812345678"]
    assert unreasoned.status_code == 400


def test_a_record_is_found_whatever_its_id_is_written_with(door: Door) -> None:
    assert door.get("/records/乙%2F3", "admin").json()["record_id"] == "乙/3"


def test_a_hidden_record_answers_byte_for_byte_like_a_missing_one(door: Door) -> None:
    door.office.hire(li="employee at 甲")

    for method, tail, body in (("GET", "", None), ("POST", "/reveal", {"reason": "核对"})):
        told = [
            door.ask(method, f"/records/{name}{tail}", body, user="li") for name in ("A-1", "A-9")
        ]
        ids = [each.headers.pop("x-request-id") for each in told]
        for each in told:
            # How much one has asked for says nothing of records.
            assert each.headers.pop("ratelimit-remaining")
        bodies = [each.text.replace(found, "") for each, found in zip(told, ids, strict=True)]

        assert [each.status_code for each in told] == [404, 404]
        assert bodies[0] == bodies[1]
        assert told[0].headers == told[1].headers


@pytest.mark.parametrize("sent", [10**9 + 1, -1])
def test_no_page_is_beyond_bounds(door: Door, sent: int) -> None:
    assert door.post("/search", {"limit": sent}, "admin").status_code == 400
    assert door.post("/search", {"offset": sent}, "admin").status_code == 400


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (models.PageModel, Page),
        (models.HitModel, Hit),
        (models.SnippetModel, Snippet),
        (models.SuggestionModel, Suggestion),
        (models.RecordModel, Record),
        (models.LineModel, Entry),
    ],
)
def test_the_description_names_what_the_python_api_names(model: type[BaseModel], kind: Any) -> None:
    told = [name for name in model.model_fields if name != "next_cursor"]
    assert told == [each.name for each in fields(kind)]


def test_reasons_are_described_as_they_are() -> None:
    assert list(models.ReasonModel.model_fields) == list(get_type_hints(Reason))
