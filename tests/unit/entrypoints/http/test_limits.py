"""Rates, cursors, repeated requests, tasks."""

import os
from dataclasses import replace
from threading import Event
from typing import Any

import httpx2
import pytest

from archsearch.entrypoints.http.tasks import STRETCH
from archsearch.storage.door_book import TaskRow
from tests.offices import named
from tests.unit.entrypoints.http.conftest import Door


def limited(door: Door, **limits: Any) -> None:
    """Change what is configured about the server."""
    settings = door.office.application.settings
    server = replace(settings.options.server, **limits)
    door.office.application.settings = replace(
        settings, options=replace(settings.options, server=server)
    )


def test_answers_tell_what_is_left_of_the_rate_and_when_to_come_again(door: Door) -> None:
    rate = replace(door.office.application.settings.options.server.rate, burst=2)
    limited(door, rate=rate)
    token = {"Authorization": f"Bearer {door.token('admin')}"}

    told = [door.get("/session", **token) for _ in range(3)]

    assert [each.status_code for each in told] == [200, 200, 429]
    assert [each.headers["ratelimit-remaining"] for each in told] == ["1", "0", "0"]
    assert {each.headers["ratelimit-limit"] for each in told} == {"2"}
    assert told[2].headers["retry-after"] == "1"
    assert told[2].json()["code"] == "rate_limited"
    other = {"Authorization": f"Bearer {door.token('admin', 'read')}"}
    assert door.get("/session", **other).status_code == 200
    door.office.clock.turn(seconds=1)
    assert door.get("/session", **token).status_code == 200


class TestCursors:
    @pytest.fixture(autouse=True)
    def records(self, door: Door) -> None:
        door.office.hire(li="manager at 甲")
        door.office.feed(*({**row, "department": "甲"} for row in named("abcde")))

    @staticmethod
    def page(door: Door, cursor: str | None = None, user: str = "admin", **asked: Any) -> Any:
        body = {"sort": "record_id", "limit": 2, **asked}
        return door.post("/search", {**body, "cursor": cursor} if cursor else body, user)

    def test_a_walk_with_cursors_sees_every_record_once(self, door: Door) -> None:
        page = self.page(door).json()
        seen = [hit["record_id"] for hit in page["hits"]]
        while page["next_cursor"]:
            page = self.page(door, page["next_cursor"]).json()
            seen += [hit["record_id"] for hit in page["hits"]]

        assert sorted(seen) == ["a", "b", "c", "d", "e"]

    def test_a_cursor_is_for_nobody_else_and_no_other_search(self, door: Door) -> None:
        cursor = self.page(door).json()["next_cursor"]

        assert self.page(door, cursor).status_code == 200
        for answer in (
            self.page(door, cursor, "li"),
            self.page(door, cursor, query="a"),
            self.page(door, cursor, limit=1),
            self.page(door, cursor, sort="name"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")

    def test_no_cursor_that_was_changed_is_one(self, door: Door) -> None:
        cursor = self.page(door).json()["next_cursor"]
        changed = [cursor[:at] + ("B" if cursor[at] == "A" else "A") + cursor[at + 1 :]
                   for at in range(len(cursor))]  # fmt: skip

        for each in [*changed, cursor[:-1], cursor + "A", cursor + "=", "", "é", "A" * 100]:
            answer = door.post(
                "/search", {"sort": "record_id", "limit": 2, "cursor": each}, "admin"
            )
            assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")

    def test_a_right_that_ends_between_two_pages_ends_the_walk(self, door: Door) -> None:
        first = self.page(door, user="li").json()
        assert first["total"] == 5
        door.office.application.users.move("li", ["乙"], "admin")

        second = self.page(door, first["next_cursor"], user="li").json()

        assert (second["total"], second["hits"]) == (0, [])


class TestRepeats:
    @staticmethod
    def begin(door: Door, key: str, user: str = "admin", names: list[str] | None = None) -> Any:
        return door.post(
            "/tasks/match", {"names": names or ["张伟"]}, user, **{"Idempotency-Key": key}
        )

    def test_a_request_sent_again_is_answered_as_it_was_and_done_once(self, door: Door) -> None:
        first, second = self.begin(door, "k"), self.begin(door, "k")

        assert first.status_code == second.status_code == 202
        assert first.content == second.content
        assert first.headers["location"] == second.headers["location"]
        assert second.headers["idempotency-replayed"] == "true"
        assert len(door.get("/tasks", "admin").json()["items"]) == 1

    def test_a_key_is_for_one_request_of_one_user(self, door: Door) -> None:
        door.office.hire(li="employee at 甲")
        first = self.begin(door, "k")

        assert self.begin(door, "k", names=["李四"]).json()["code"] == "idempotency_reused"
        assert self.begin(door, "k", "li").json()["id"] != first.json()["id"]

    @pytest.mark.parametrize("key", ["", "x" * 201])
    def test_what_cannot_be_a_key_is_refused(self, door: Door, key: str) -> None:
        assert self.begin(door, key).json()["code"] == "idempotency_key"

    def test_of_what_was_refused_nothing_is_kept(self, door: Door) -> None:
        limited(door, max_tasks=1)
        self.begin(door, "k")

        assert self.begin(door, "m").status_code == 409
        limited(door, max_tasks=2)
        assert self.begin(door, "m").status_code == 202

    def test_a_request_whose_end_is_unknown_is_not_done_again(self, door: Door) -> None:
        door.app.state.house.book.finish = lambda *_: None
        assert self.begin(door, "k").status_code == 202

        answer = self.begin(door, "k")

        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_pending")

    def test_nothing_that_is_kept_can_be_read_on_the_disk(self, door: Door) -> None:
        door.office.feed({"record_id": "A-1", "name": "张伟鹏"})
        task = self.begin(door, "k", names=["张伟鹏"]).json()["id"]
        ended(door, task)

        house = door.app.state.house
        files = [house.book._path, *house.book._path.parent.glob("door.db-*")]

        assert all("张伟鹏".encode() not in each.read_bytes() for each in files)


def ended(door: Door, task: str) -> dict[str, Any]:
    """Wait for a task of the administrator's; the pool's end is the task's."""
    house = door.app.state.house
    house.tasks._pool.submit(int).result(30)
    shown: dict[str, Any] = door.get(f"/tasks/{task}", "admin").json()
    return shown


class TestTasks:
    @staticmethod
    def begun(door: Door, names: list[str]) -> str:
        answer = door.post("/tasks/match", {"names": names}, "admin")
        assert answer.headers["location"].endswith(answer.json()["id"])
        return str(answer.json()["id"])

    @staticmethod
    def result(door: Door, task: str, parameters: str = "", user: str = "admin") -> httpx2.Response:
        return door.get(f"/tasks/{task}/result{parameters}", user)

    def test_a_long_list_comes_to_the_same_as_a_short_one(self, door: Door) -> None:
        door.office.feed(*named(["张伟", "王芳", "李娜"]))
        names = ["张伟", "王芳", "章伟"] * (STRETCH // 2)
        task = self.begun(door, names)

        shown = ended(door, task)
        direct = door.post("/match", {"names": names}, "admin").json()["items"]

        assert (shown["state"], shown["done"], shown["total"]) == ("done", 300, 300)
        assert self.result(door, task).json()["items"] == direct
        across = self.result(door, task, f"?offset={STRETCH - 1}&limit=2").json()["items"]
        assert across == direct[STRETCH - 1 : STRETCH + 1]

    def test_a_task_is_for_who_began_it_and_nobody_else(self, door: Door) -> None:
        door.office.hire(li="employee at 甲", other="administrator")
        task = self.begun(door, ["张伟"])
        ended(door, task)
        narrower = {"Authorization": f"Bearer {door.token('admin', 'read')}"}

        for user in ("li", "other"):
            for path in (f"/tasks/{task}", f"/tasks/{task}/result"):
                hidden, missing = door.get(path, user), door.get("/tasks/x", user)
                assert (hidden.status_code, hidden.json()["detail"]) == (
                    missing.status_code,
                    missing.json()["detail"],
                )
            assert door.ask("DELETE", f"/tasks/{task}", user=user).status_code == 404
        assert door.get(f"/tasks/{task}", **narrower).status_code == 404
        assert self.result(door, task).status_code == 200

    def test_what_one_may_no_longer_see_is_not_in_a_result_any_more(self, door: Door) -> None:
        door.office.hire(li="employee at 乙")
        door.office.feed({"record_id": "A-1", "name": "张伟", "department": "甲"})
        door.office.grant("A-1", "li", days=1)
        task = door.post("/tasks/match", {"names": ["张伟"]}, "li").json()["id"]
        door.app.state.house.tasks._pool.submit(int).result(30)
        lent = self.result(door, task, user="li").json()["items"]
        door.office.clock.turn(hours=24)
        limited(door, task_hours=48)

        assert [hit["record_id"] for hit in lent[0]] == ["A-1"]
        assert self.result(door, task, user="li").json()["items"] == [[]]

    def test_a_task_that_its_process_left_has_failed(self, door: Door) -> None:
        house = door.app.state.house
        task = self.begun(door, ["张伟"])
        ended(door, task)
        with house.book._writing() as connection:
            connection.execute("UPDATE tasks SET state = 'running', pid = ?", (2**22 + 1,))

        shown = door.get(f"/tasks/{task}", "admin").json()

        assert (shown["state"], shown["code"]) == ("failed", "interrupted")
        assert self.result(door, task).json()["code"] == "task_unfinished"

    def test_a_task_of_who_was_disabled_meanwhile_fails(self, door: Door) -> None:
        door.office.hire(li="employee at 甲")
        house, go_on = door.app.state.house, Event()
        house.tasks._pool.submit(go_on.wait, 30)
        door.post("/tasks/match", {"names": ["张伟"]}, "li")
        door.office.application.users.disable("li", "admin", disabled=True)
        go_on.set()
        house.tasks._pool.submit(int).result(30)

        states = house.book._rows("SELECT state, code FROM tasks")

        assert states == [("failed", "access_denied")]

    def test_a_task_that_is_dropped_stops_and_is_gone(self, door: Door) -> None:
        house, go_on = door.app.state.house, Event()
        house.tasks._pool.submit(go_on.wait, 30)
        task = self.begun(door, ["张伟"])

        assert door.ask("DELETE", f"/tasks/{task}", user="admin").status_code == 204
        go_on.set()
        house.tasks._pool.submit(int).result(30)

        assert door.get("/tasks", "admin").json()["items"] == []
        assert house.book._rows("SELECT * FROM parts") == []

    def test_nobody_has_more_tasks_than_allowed(self, door: Door) -> None:
        limited(door, max_tasks=1)
        self.begun(door, ["张伟"])

        answer = door.post("/tasks/match", {"names": ["李四"]}, "admin")

        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")

    def test_a_task_under_way_shows_how_far_it_is(self, door: Door) -> None:
        house = door.app.state.house
        token = door.token("admin")
        guest = house.archive.doors.token(token).caller
        from archsearch.entrypoints.http.entry import Guest  # noqa: PLC0415

        row = TaskRow("t", "match", "running", 0, 9, 1.0, None, os.getpid(), "")
        house.book.add_task(row, Guest(guest, house).owner, 5, 0)
        house.book.part("t", 0, b"", 3)

        shown = door.get("/tasks/t", "admin").json()

        assert (shown["state"], shown["done"], shown["total"]) == ("running", 3, 9)
        assert self.result(door, "t").status_code == 409
