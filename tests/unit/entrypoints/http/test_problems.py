"""Errors as documents."""

import inspect

import pytest

from archsearch import errors
from archsearch.entrypoints.http.problems import STATUSES, TITLES, problem_of, status_of
from tests.unit.entrypoints.http.conftest import Door

ALL = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.ArchsearchError)
]


@pytest.mark.parametrize("kind", ALL)
def test_every_error_has_a_status_of_its_own_and_a_title(
    kind: type[errors.ArchsearchError],
) -> None:
    assert kind in STATUSES
    assert STATUSES[kind] in TITLES


def test_an_error_made_elsewhere_answers_like_what_it_comes_from() -> None:
    class LocalError(errors.NotFoundError):
        code = "local"

    assert status_of(LocalError("x")) == 404


def test_who_tries_too_often_is_told_how_long_to_wait() -> None:
    answer = problem_of(errors.LoginWaitError("请稍候。", 30), "id")

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")


def test_a_mistake_in_a_query_says_where(door: Door) -> None:
    answer = door.post("/search", {"query": "张伟 ("}, "admin")

    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, told["code"], told["position"]) == (400, "query_syntax", 4)
    assert told["instance"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"query": 5}, "body.query"),
        ({"limit": "20"}, "body.limit"),
        ({"limit": -1}, "body.limit"),
        ({"秘密": 1}, "body"),
        ({"filters": {"秘密": {"秘密": {"秘密": 1}}}}, "body.filters"),
        ([], "body"),
    ],
)
def test_a_body_that_is_wrong_is_described_without_repeating_it(
    door: Door, body: object, place: str
) -> None:
    answer = door.post("/search", body, "admin")

    told = answer.json()
    assert (answer.status_code, told["code"]) == (400, "request_invalid")
    assert {each["place"] for each in told["errors"]} == {place}
    assert "秘密" not in answer.text


def test_no_body_that_cannot_be_read_is_a_failure_of_the_server(door: Door) -> None:
    headers = {
        "Authorization": f"Bearer {door.token('admin')}",
        "Content-Type": "application/json",
    }
    for body in (b"{", b"\xff", b"[" * 100_000, b'{"query": "\\ud800"}', b"1e999", b"NaN", b"\0"):
        answer = door.client.post("/api/v1/search", content=body, headers=headers)

        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_parameter_that_is_given_twice_is_refused_unless_there_may_be_several(door: Door) -> None:
    twice = door.get("/borrow?limit=1&limit=2", "admin")
    several = door.get("/search?facet=region&facet=tags", "admin")

    assert twice.status_code == 400
    assert twice.json()["detail"] == "请求不符合接口的要求：query 有参数给了不止一次。"
    assert several.status_code == 200


def test_unknown_addresses_and_methods_are_told_alike_everywhere(door: Door) -> None:
    assert door.get("/nowhere").json()["code"] == "not_found"
    answer = door.ask("PUT", "/search")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
