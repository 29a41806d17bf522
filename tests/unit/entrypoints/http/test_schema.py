"""Requests of every kind that the description allows, and of kinds that it does not."""

import os
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, checks

from tests.offices import Office, copied
from tests.unit.entrypoints.http.conftest import Door, door_to

COUNT = int(os.environ.get("ARCHSEARCH_REQUESTS", "20000"))
"""Of the slow run, over all operations together."""

OPERATIONS = 80
CHECKS = (
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
)


@pytest.fixture(scope="module")
def fuzzed(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A small archive whose administrator asks; nobody's rate is limited."""
    with Office(copied(template, tmp_path_factory.mktemp("fuzz") / "workspace")) as office:
        office.hire(li="employee at 甲", boss="manager at 甲")
        office.feed(
            {"record_id": "A-1", "name": "张伟", "department": "甲", "phones": "13812345678"}
        )
        office.grant("A-1", "li")
        with door_to(office) as door:
            unlimited(door)
            # It is rewritten there, tuples in a way that no longer means anything.
            schema = schemathesis.openapi.from_dict(deepcopy(door.app.openapi()))
            schema.app = door.app
            yield schema, door, {"Authorization": f"Bearer {door.token('admin')}"}


def unlimited(door: Door) -> None:
    door.app.state.house.book.take = lambda *_: FREE


FREE = type("Free", (), {"left": 1, "wait": 0.0, "full_in": 0.0})

QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


def test_no_request_makes_the_server_fail_or_answer_otherwise_than_described(fuzzed: Any) -> None:
    shower(fuzzed, 2, derandomize=True)


@pytest.mark.slow
def test_no_request_of_many_does(fuzzed: Any) -> None:
    shower(fuzzed, max(COUNT // OPERATIONS // len(MODES), 1), derandomize=False)


def shower(fuzzed: Any, examples: int, *, derandomize: bool) -> None:
    """Send so many requests of each operation, right ones and wrong ones."""
    schema, door, headers = fuzzed
    told = settings(
        max_examples=examples,
        deadline=None,
        derandomize=derandomize,
        suppress_health_check=QUIET,
        database=None,
        phases=(Phase.generate, Phase.shrink),
    )
    for found in schema.get_all_operations():
        operation = found.ok()
        described = door.app.openapi()["paths"][operation.path][operation.method]
        for mode in MODES:
            cases = operation.as_strategy(generation_mode=mode)
            try:
                told(given(case=cases)(sending(door, described, headers)))()
            except Unsatisfiable:
                # Of what has neither parameters nor body no request is wrong.
                assert mode is GenerationMode.NEGATIVE


def sending(door: Door, described: Any, headers: dict[str, str]) -> Callable[[Any], None]:
    """Make what sends one request and holds the answer to its description."""

    def send(case: Any) -> None:
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS)
        named = [(name, each) for name, several in answer.headers.items() for each in several]
        door.fits(
            described, httpx2.Response(answer.status_code, headers=named, content=answer.content)
        )

    return send
