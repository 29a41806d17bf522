"""Hashes of passwords."""

import threading

import pytest

from archsearch.security.passwords import HashCost, PasswordHasher, generated_password

CHEAPEST = HashCost(memory_kib=64, passes=1, lanes=1, at_once=2)
KEY = b"k" * 32


def test_only_the_password_itself_fits_its_hash() -> None:
    hasher = PasswordHasher(KEY, CHEAPEST)
    hashed = hasher.hash("correct horse")

    assert hasher.verify("correct horse", hashed)
    assert not hasher.verify("correct horse ", hashed)
    assert not hasher.verify("", hashed)
    assert not hasher.verify("\ud800", hashed)
    assert hashed.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert hashed != hasher.hash("correct horse")


def test_without_the_key_of_the_workspace_a_hash_cannot_be_tried() -> None:
    hashed = PasswordHasher(KEY, CHEAPEST).hash("correct horse")

    assert not PasswordHasher(b"j" * 32, CHEAPEST).verify("correct horse", hashed)


def test_where_there_is_no_hash_nothing_is_right() -> None:
    assert not PasswordHasher(KEY, CHEAPEST).verify("correct horse", None)


def test_a_hash_of_other_costs_is_outdated_and_still_verified() -> None:
    dearer = PasswordHasher(KEY, HashCost(memory_kib=128, passes=2, lanes=1, at_once=2))
    hashed = PasswordHasher(KEY, CHEAPEST).hash("correct horse")

    assert dearer.outdated(hashed)
    assert dearer.verify("correct horse", hashed)
    assert not dearer.outdated(dearer.hash("correct horse"))
    assert dearer.outdated("no hash")


def test_no_more_hashes_are_made_at_a_time_than_allowed() -> None:
    cost = HashCost(memory_kib=64, passes=1, lanes=1, at_once=1)
    hasher = PasswordHasher(KEY, cost)
    done = threading.Event()

    def hash_one() -> None:
        hasher.hash("x")
        done.set()

    with hasher._turn:
        waiting = threading.Thread(target=hash_one)
        waiting.start()
        assert not done.wait(0.05)
    waiting.join()

    assert done.is_set()


def test_generated_passwords_differ_and_hold_nothing_that_is_misread() -> None:
    made = {generated_password() for _ in range(200)}

    assert len(made) == 200
    assert all(len(one) == 23 and not set(one) & set("il10o ") for one in made)


@pytest.mark.parametrize(
    ("old", "made_up"), [((8, 1), [60]), ((48, 2), [16]), ((64, 2), []), ((64, 9), [])]
)
def test_a_wrong_password_costs_what_a_name_of_nobody_costs_though_its_hash_was_cheaper(
    old: tuple[int, int], made_up: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Passes over memory are what a hash costs; in them 128 is today's."""
    memory, passes = old
    hashed = PasswordHasher(KEY, HashCost(memory, passes, 1, 1)).hash("right")
    today = PasswordHasher(KEY, HashCost(64, 2, 1, 1))
    spent: list[int] = []

    def derive(_: PasswordHasher, __: str, memory_kib: int) -> str:
        spent.append(memory_kib)
        return ""

    monkeypatch.setattr(PasswordHasher, "_derive", derive)

    assert today.verify("right", hashed)
    assert spent == []
    assert not today.verify("wrong", hashed)

    assert spent == made_up
