"""The way in: who is let in, who has to wait, and what ends a session or a token."""

import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from archsearch.domain.access import Role
from archsearch.domain.audit import Action, Outcome
from archsearch.errors import (
    AccessDeniedError,
    ArchsearchError,
    CodeNeededError,
    InvalidRequestError,
    LoginRefusedError,
    LoginWaitError,
    NotAuthenticatedError,
    NotFoundError,
    StoreError,
)
from archsearch.security import codes
from archsearch.services.passwords import PasswordService
from archsearch.services.throttle import Source
from archsearch.services.users import UserChange
from archsearch.storage import passwords
from tests.gates import GOOD, HOME, STREET, Gate, code_of
from tests.offices import copied

WRONG = "no such password"


@pytest.fixture
def gate(template: Path, tmp_path: Path) -> Iterator[Gate]:
    with Gate(copied(template, tmp_path / "workspace")) as gate:
        gate.admit("li")
        yield gate


def guess(gate: Gate, times: int, name: str = "li", source: Source = STREET) -> None:
    """Guess wrong, waiting as long as one must."""
    for _ in range(times):
        with pytest.raises(LoginRefusedError):
            gate.login(name, WRONG, source=source)
        gate.clock.turn(minutes=15)


def reasons(gate: Gate) -> list[tuple[str, object]]:
    return [
        (one.entry.user, one.entry.detail["reason"])
        for one in gate.logged(Action.LOGIN)
        if one.entry.outcome is Outcome.DENIED
    ]


def test_the_right_password_opens_a_session_that_acts_for_the_user(gate: Gate) -> None:
    gate.feed({"record_id": "A", "name": "甲"}, user="li")
    login = gate.login("li")

    session = gate.doors.session(login.secret)
    assert gate.seen(session.caller) == {"A"}
    (entered,) = gate.logged(Action.LOGIN)
    assert (entered.entry.user, entered.entry.outcome) == ("li", Outcome.DONE)
    assert entered.entry.detail == {
        "code": False, "known": False, "session": session.id, "source": HOME.address,
    }  # fmt: skip
    (searched,) = gate.logged(Action.SEARCH)
    assert (searched.entry.user, searched.entry.detail["via"]) == ("li", f"session:{session.id}")


def test_every_refusal_reads_alike_and_only_the_log_knows_why(gate: Gate) -> None:
    gate.admit("gone")
    gate.application.users.disable("gone", "admin", disabled=True)
    gate.archive.add_user("bare", role="employee")
    gate.archive.add_user("machine", role="program")
    messages = set()

    for name in ("li", "nobody", "gone", "bare", "machine", "", "\ud800", "x" * 10_000):
        with pytest.raises(LoginRefusedError) as refused:
            gate.login(name, GOOD if name == "gone" else WRONG)
        messages.add((refused.value.message, refused.value.code))

    assert len(messages) == 1
    unknown = ("(unknown)", "unknown")
    assert reasons(gate) == [
        ("li", "password"), unknown, ("gone", "disabled"), ("bare", "no_password"),
        ("machine", "no_password"), unknown, unknown, unknown,
    ]  # fmt: skip
    targets = [one.entry.target for one in gate.logged(Action.LOGIN)]
    assert targets == ["li", "", "gone", "bare", "machine", "", "", ""]
    logged = str([one.entry for one in gate.logged(Action.LOGIN)])
    assert WRONG not in logged
    assert "nobody" not in logged


def test_a_name_that_is_no_users_costs_as_many_hashes_and_statements(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could be told apart by time, counted instead of timed."""
    hasher = gate.application.reception.passwords.hasher
    costs: dict[str, list[object]] = {}

    for name in ("li", "nobody"):
        seen: list[object] = []
        with monkeypatch.context() as patch:
            statement = type(hasher).verify
            patch.setattr(
                type(hasher), "verify", lambda *a, s=seen, v=statement: (s.append("hash"), v(*a))[1]
            )
            with pytest.raises(LoginRefusedError):
                gate.login(name, WRONG)
        costs[name] = seen

    assert costs["li"] == costs["nobody"] == ["hash"]


def test_names_of_nobody_wait_like_names_of_users(gate: Gate) -> None:
    waits: dict[str, list[int]] = {}
    for name in ("li", "nobody"):
        found = waits[name] = []
        for _ in range(9):
            try:
                gate.login(name, WRONG, source=STREET)
            except LoginWaitError as error:
                found.append(error.seconds)
                gate.clock.turn(seconds=error.seconds)
            except LoginRefusedError:
                found.append(0)

    assert waits["li"] == waits["nobody"] == [0, 0, 0, 0, 0, 2, 0, 4, 0]


def test_while_one_has_to_wait_the_right_password_is_refused_too(gate: Gate) -> None:
    for _ in range(5):
        with pytest.raises(LoginRefusedError):
            gate.login("li", WRONG, source=STREET)

    with pytest.raises(LoginWaitError):
        gate.login("li", GOOD, source=STREET)
    gate.clock.turn(seconds=2)
    assert gate.login("li", GOOD, source=STREET)


def test_who_gets_it_right_starts_again_with_all_free_tries(gate: Gate) -> None:
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(LoginRefusedError):
                gate.login("li", WRONG, source=STREET)
        assert gate.login("li", source=STREET)


def test_a_flood_from_elsewhere_never_keeps_out_who_is_known(gate: Gate) -> None:
    """Lock-out is no weapon: strangers wait for a day, the owner not at all."""
    gate.login("li", source=HOME)
    for number in range(20):
        guess(gate, 5, source=Source(f"203.0.113.{number}"))

    with pytest.raises(LoginWaitError) as refused:
        gate.login("li", GOOD, source=Source("203.0.113.99"))
    assert refused.value.seconds > 3600
    assert gate.login("li", source=HOME)

    gate.archive.accounts.unlock("li", user="admin")
    assert gate.login("li", source=Source("203.0.113.99"))
    assert [one.entry.target for one in gate.logged(Action.LOGIN_UNLOCK)] == ["li"]


def test_a_known_device_does_not_wait_for_others_behind_the_same_address(gate: Gate) -> None:
    device = gate.login("li").device
    for _ in range(5):
        with suppress(LoginRefusedError):
            gate.login("li", WRONG)

    with pytest.raises(LoginWaitError):
        gate.login("li", GOOD, source=Source(HOME.address, "no such device"))
    again = gate.login("li", source=Source(HOME.address, device))
    assert again.device == device


def test_a_device_is_known_to_its_own_account_alone(gate: Gate) -> None:
    gate.admit("wang")
    mine = gate.login("wang").device
    for _ in range(5):
        with pytest.raises(LoginRefusedError):
            gate.login("li", WRONG, source=Source(STREET.address, mine))

    with pytest.raises(LoginWaitError):
        gate.login("li", GOOD, source=Source(STREET.address, mine))


def test_one_password_sprayed_over_many_names_is_stopped_by_the_source(gate: Gate) -> None:
    for number in range(40):
        with pytest.raises(LoginRefusedError):
            gate.login(f"user{number}", WRONG, source=STREET)

    with pytest.raises(LoginWaitError):
        gate.login("li", GOOD, source=STREET)
    assert gate.login("li", source=HOME)


@pytest.mark.parametrize("own", ["192.0.2.1", "2001:db8::{}", "::ffff:192.0.2.1"])
def test_an_address_that_many_accounts_know_is_stopped_too(gate: Gate, own: str) -> None:
    for number in range(14):
        gate.admit(f"u{number}")
        gate.login(f"u{number}", source=Source(own.format(number)))
    device = gate.login("u1", source=Source(own.format(1))).device
    for number in range(40):
        with pytest.raises(LoginRefusedError):
            gate.login(f"u{number % 14}", WRONG, source=Source(own.format(99)))

    with pytest.raises(LoginWaitError):
        gate.login("u13", source=Source(own.format(7)))
    assert gate.login("u1", source=Source(own.format(7), device))


def test_ones_own_success_buys_no_further_guesses_at_others(gate: Gate) -> None:
    gate.admit("mallory")
    for number in range(40):
        if number % 10 == 0:
            gate.login("mallory", source=STREET)
        with pytest.raises(LoginRefusedError):
            gate.login(f"user{number}", WRONG, source=STREET)

    with pytest.raises(LoginWaitError):
        gate.login("li", GOOD, source=STREET)


def test_waits_are_logged_once_for_each_wrong_try_and_not_for_each_knock(gate: Gate) -> None:
    for _ in range(5):
        with pytest.raises(LoginRefusedError):
            gate.login("li", WRONG)
    for _ in range(50):
        with pytest.raises(LoginWaitError):
            gate.login("li", WRONG)

    (waited,) = gate.logged(Action.LOGIN_WAIT)
    assert (waited.entry.user, waited.entry.outcome) == ("li", Outcome.DENIED)
    assert len(gate.logged(Action.LOGIN)) == 5


def test_tries_side_by_side_are_counted_before_they_are_looked_at(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    depth = 0
    service = type(gate.application.reception.passwords)
    looked = service.matches

    def nested(self: PasswordService, password: str, hashed: str | None) -> bool:
        nonlocal depth
        depth += 1
        with suppress(ArchsearchError):
            gate.login("li", WRONG)
        return looked(self, password, hashed)

    monkeypatch.setattr(service, "matches", nested)
    with pytest.raises(LoginRefusedError):
        gate.login("li", WRONG)

    assert depth == 5


def test_a_right_try_leaves_no_count_behind(gate: Gate) -> None:
    gate.login("li", source=STREET)

    with gate.application.database.read() as connection:
        assert list(connection.exec_driver_sql("SELECT * FROM login_tries")) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda gate: gate.archive.accounts.set_password("li", GOOD + "!", user="admin"),
        lambda gate: gate.application.users.disable("li", "admin", disabled=True),
        lambda gate: gate.application.users.move("li", ["乙部"], "admin"),
    ],
)
def test_what_changed_while_a_password_was_looked_at_lets_nobody_in(
    gate: Gate, change: Callable[[Gate], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    service = type(gate.application.reception.passwords)
    looked = service.matches

    def meanwhile(self: PasswordService, password: str, hashed: str | None) -> bool:
        change(gate)
        return looked(self, password, hashed)

    monkeypatch.setattr(service, "matches", meanwhile)
    with pytest.raises(LoginRefusedError):
        gate.login("li")

    assert gate.archive.accounts.sessions("li", user="admin") == ()
    assert reasons(gate) == [("li", "changed")]


def test_a_clock_set_back_brings_no_session_back(gate: Gate) -> None:
    login = gate.login("li")
    gate.clock.turn(hours=1)
    with pytest.raises(NotAuthenticatedError):
        gate.doors.session(login.secret)
    gate.archive.search(user="admin")
    gate.clock.turn(hours=-1)

    with pytest.raises(NotAuthenticatedError):
        gate.doors.session(login.secret)


def wrong_once(gate: Gate, **ahead: float) -> None:
    """Have the clock be wrong for one request."""
    gate.clock.turn(**ahead)
    gate.archive.search(user="admin")
    gate.clock.turn(**{unit: -number for unit, number in ahead.items()})


def test_after_a_clock_was_wrong_sessions_idle_out_and_waits_pass(gate: Gate) -> None:
    wrong_once(gate, days=1)
    login = gate.login("li")
    gate.clock.turn(minutes=31)
    with pytest.raises(NotAuthenticatedError):
        gate.doors.session(login.secret)
    assert gate.archive.accounts.sessions("li", user="li") == ()

    for _ in range(5):
        with pytest.raises(LoginRefusedError):
            gate.login("li", WRONG)
    with pytest.raises(LoginWaitError):
        gate.login("li")
    gate.clock.turn(minutes=15)
    assert gate.login("li")


def test_wrong_tries_under_a_wrong_clock_make_nobody_wait_until_then(gate: Gate) -> None:
    gate.clock.turn(days=1)
    for _ in range(5):
        with pytest.raises(LoginRefusedError):
            gate.login("li", WRONG)
    gate.clock.turn(days=-1)

    with pytest.raises(LoginWaitError):
        gate.login("li")
    gate.clock.turn(minutes=15)
    assert gate.login("li")


def test_after_a_clock_was_wrong_codes_and_new_tokens_are_good_and_old_tokens_ended(
    gate: Gate,
) -> None:
    accounts = gate.archive.accounts
    secret = accounts.begin_second_factor("li", user="li").secret
    accounts.confirm_second_factor("li", code_of(gate, secret), user="li")
    old = gate.token("li", "read")
    wrong_once(gate, days=4000)

    gate.clock.turn(minutes=2)
    assert gate.login("li", code=code_of(gate, secret))
    with pytest.raises(NotAuthenticatedError):
        gate.doors.token(old)
    assert gate.doors.token(gate.token("li", "read", name="neu"))


def test_a_session_begun_under_a_wrong_clock_ends_with_it(gate: Gate) -> None:
    gate.clock.turn(days=1)
    login = gate.login("li")
    gate.clock.turn(days=-1)

    with pytest.raises(NotAuthenticatedError):
        gate.doors.session(login.secret)


def test_a_session_ends_when_idle_and_at_last_though_it_is_used(gate: Gate) -> None:
    idle, used = gate.login("li"), gate.login("li")
    for _ in range(35):
        gate.clock.turn(minutes=20)
        gate.doors.session(used.secret)
    with pytest.raises(NotAuthenticatedError):
        gate.doors.session(idle.secret)
    gate.clock.turn(minutes=20)

    with pytest.raises(NotAuthenticatedError):
        gate.doors.session(used.secret)


@pytest.mark.parametrize(
    "end",
    [
        lambda gate, secret: gate.doors.logout(secret),
        lambda gate, _: gate.application.users.disable("li", "admin", disabled=True),
        lambda gate, _: gate.application.users.set("li", UserChange(role=Role.MANAGER), "admin"),
        lambda gate, _: gate.archive.accounts.set_password("li", GOOD + "!", user="admin"),
        lambda gate, _: gate.archive.accounts.set_password("li", GOOD + "!", user="li"),
        lambda gate, _: gate.archive.accounts.end_sessions("li", user="admin"),
        lambda gate, _: gate.archive.accounts.end_sessions("li", user="li", session=1),
        lambda gate, secret: gate.doors.change_password(secret, GOOD, GOOD + "!"),
    ],
)
def test_a_session_ends_at_its_next_request(gate: Gate, end: Callable[[Gate, str], object]) -> None:
    login = gate.login("li")
    assert gate.doors.session(login.secret)

    end(gate, login.secret)
    with suppress(ArchsearchError):
        # What ended stays ended when the cause is undone.
        gate.application.users.disable("li", "admin", disabled=False)
        gate.application.users.set("li", UserChange(role=Role.EMPLOYEE), "admin")

    with pytest.raises(NotAuthenticatedError):
        gate.doors.session(login.secret)


def test_the_last_use_of_a_session_is_written_once_a_minute_at_most(gate: Gate) -> None:
    secret = gate.login("li").secret
    began = gate.clock.now
    seen = []
    for _ in range(4):
        gate.clock.turn(seconds=30)
        gate.doors.session(secret)
        (listed,) = gate.archive.accounts.sessions("li", user="li")
        seen.append((listed.seen_at - began).total_seconds())

    assert seen == [0, 60, 60, 120]


def test_another_clearance_or_department_is_in_force_in_the_same_session(gate: Gate) -> None:
    gate.archive.add_user("boss", role="manager", departments=["甲部"])
    gate.archive.accounts.set_password("boss", GOOD, user="boss")
    gate.feed({"record_id": "A", "name": "甲", "department": "甲部"})
    gate.feed({"record_id": "B", "name": "乙", "department": "乙部"})
    secret = gate.login("boss").secret

    assert gate.seen(gate.doors.session(secret).caller) == {"A"}
    gate.application.users.move("boss", ["乙部"], "admin")
    assert gate.seen(gate.doors.session(secret).caller) == {"B"}


@pytest.mark.parametrize("secret", ["", "x", "as_x", "\ud800", "x" * 100_000, "' OR 1=1 --"])
def test_what_is_no_secret_opens_nothing(gate: Gate, secret: str) -> None:
    gate.login("li")
    for ask in (gate.doors.session, gate.doors.token):
        with pytest.raises(NotAuthenticatedError):
            ask(secret)
    gate.doors.logout(secret)


def test_sessions_and_tokens_are_not_each_other(gate: Gate) -> None:
    login, token = gate.login("li"), gate.token("li", "read")

    with pytest.raises(NotAuthenticatedError):
        gate.doors.token(login.secret)
    with pytest.raises(NotAuthenticatedError):
        gate.doors.session(token)
    with pytest.raises(NotAuthenticatedError):
        gate.doors.session(login.device)


def test_secrets_of_two_log_ins_have_nothing_to_do_with_each_other(gate: Gate) -> None:
    """A session is always a new one: none can be put upon somebody before they log in."""
    first, second = gate.login("li"), gate.login("li")

    assert len({first.secret, second.secret, first.device, second.device}) == 4
    gate.doors.logout(first.secret)
    assert gate.doors.session(second.secret).id == second.session.id


def test_nobody_has_more_sessions_than_allowed_the_oldest_ends(gate: Gate) -> None:
    logins = [gate.login("li") for _ in range(11)]

    with pytest.raises(NotAuthenticatedError):
        gate.doors.session(logins[0].secret)
    assert gate.doors.session(logins[1].secret)
    assert len(gate.archive.accounts.sessions("li", user="li")) == 10


def test_a_password_set_by_another_is_good_for_choosing_ones_own_alone(gate: Gate) -> None:
    gate.feed({"record_id": "A", "name": "甲"}, user="li")
    made = gate.archive.accounts.set_password("li", user="admin")
    login = gate.login("li", made)

    session = gate.doors.session(login.secret)
    assert session.must_change_password
    assert gate.seen("li") == {"A"}
    assert gate.seen(session.caller) == set()
    with pytest.raises(NotFoundError):
        gate.archive.get("A", user=session.caller)
    with pytest.raises(AccessDeniedError):
        gate.archive.accounts.set_password("li", GOOD, user=session.caller)

    changed = gate.doors.change_password(login.secret, made, GOOD)
    assert not changed.session.must_change_password
    assert gate.seen(gate.doors.session(changed.secret).caller) == {"A"}
    assert gate.login("li", GOOD)


def test_who_holds_a_stolen_session_cannot_guess_the_password_there(gate: Gate) -> None:
    secret = gate.login("li").secret
    for _ in range(5):
        with pytest.raises(LoginRefusedError):
            gate.doors.change_password(secret, WRONG, GOOD + "!")

    with pytest.raises(LoginWaitError):
        gate.doors.change_password(secret, GOOD, GOOD + "!")
    assert reasons(gate) == [("li", "password")] * 5
    assert gate.login("li")


def test_wrong_tries_from_elsewhere_keep_nobody_from_changing_a_password(gate: Gate) -> None:
    secret = gate.login("li").secret
    for number in range(101):
        with suppress(LoginRefusedError, LoginWaitError):
            gate.login("li", WRONG, source=Source(f"203.0.113.{number}"))

    assert gate.doors.change_password(secret, GOOD, GOOD + "!")


@pytest.mark.parametrize(
    "change",
    [
        lambda gate, secret: gate.doors.logout(secret),
        lambda gate, _: gate.application.users.move("li", ["乙部"], "admin"),
        lambda gate, _: gate.archive.accounts.set_password("li", GOOD + "?", user="admin"),
    ],
)
def test_no_password_is_changed_when_the_session_or_its_user_changed_meanwhile(
    gate: Gate, change: Callable[[Gate, str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = gate.login("li").secret
    service = type(gate.application.reception.passwords)
    looked = service.matches

    def meanwhile(self: PasswordService, password: str, hashed: str | None) -> bool:
        change(gate, secret)
        return looked(self, password, hashed)

    monkeypatch.setattr(service, "matches", meanwhile)
    with pytest.raises(NotAuthenticatedError):
        gate.doors.change_password(secret, GOOD, GOOD + "!")

    monkeypatch.undo()
    with pytest.raises(LoginRefusedError):
        gate.login("li", GOOD + "!")


@pytest.mark.parametrize("new", ["short", GOOD, GOOD.replace("a", "ａ")])
def test_a_poor_new_password_changes_nothing(gate: Gate, new: str) -> None:
    secret = gate.login("li").secret

    with pytest.raises(InvalidRequestError):
        gate.doors.change_password(secret, GOOD, new)

    assert gate.doors.session(secret)
    assert gate.login("li")


def test_with_a_second_factor_a_code_is_needed_and_good_for_once(gate: Gate) -> None:
    secret = enrolled(gate)[0]
    gate.clock.turn(minutes=1)
    code = codes.code_at(secret, codes.step_of(gate.clock.now.timestamp()))

    with pytest.raises(CodeNeededError):
        gate.login("li")
    with pytest.raises(LoginRefusedError):
        gate.login("li", WRONG, code)
    assert gate.login("li", code=code)
    with pytest.raises(LoginRefusedError):
        gate.login("li", code=code)

    assert [reason for _, reason in reasons(gate)] == ["code_missing", "password", "code"]


def test_codes_cannot_be_guessed_any_faster_than_passwords(gate: Gate) -> None:
    enrolled(gate)
    for number in range(5):
        with pytest.raises(LoginRefusedError):
            gate.login("li", code=f"{number:06}", source=STREET)

    with pytest.raises(LoginWaitError):
        gate.login("li", code="999999", source=STREET)


@pytest.mark.parametrize("typed", ["{} {}", " {}　{}\n", "full width"])
def test_a_code_is_read_however_it_is_typed(gate: Gate, typed: str) -> None:
    accounts = gate.archive.accounts
    secret = accounts.begin_second_factor("li", user="li").secret
    accounts.confirm_second_factor("li", code_of(gate, secret), user="li")
    gate.clock.turn(minutes=2)
    code = code_of(gate, secret)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)

    assert gate.login(
        "li", code=wide if typed == "full width" else typed.format(code[:3], code[3:])
    )


def test_a_password_written_apart_lets_one_in_as_it_was_set(gate: Gate) -> None:
    apart = unicodedata.normalize("NFD", "".join(chr(0x1EA0 + n) for n in range(60)) * 2)
    gate.archive.accounts.set_password("li", apart, user="li")

    assert len(apart) > 128
    assert gate.login("li", apart)
    assert gate.login("li", unicodedata.normalize("NFC", apart))


def test_no_secret_is_shown_by_what_is_printed_by_chance(gate: Gate) -> None:
    begun = gate.archive.accounts.begin_second_factor("li", user="li")
    made = gate.archive.tokens.create("x", owner="li", rights=["read"], user="admin")
    login = gate.login("li")
    printed = repr((begun, made, login))

    for secret in (begun.secret, begun.uri, made.secret, login.secret, login.device):
        assert secret not in printed


def test_a_recovery_code_lets_one_in_once(gate: Gate) -> None:
    recovery = enrolled(gate)[1]

    assert gate.login("li", code=recovery[3].upper())
    with pytest.raises(LoginRefusedError):
        gate.login("li", code=recovery[3])
    assert gate.archive.accounts.show("li", user="li").recovery_codes == 9


def enrolled(gate: Gate) -> tuple[bytes, tuple[str, ...]]:
    """Give li a second factor: its secret, and the recovery codes."""
    factor = gate.application.reception.second_factor
    factor.begin("li", "li")
    with gate.application.database.read() as connection:
        from_store = factor._secret(connection, "li")
    assert from_store is not None
    code = codes.code_at(from_store, codes.step_of(gate.clock.now.timestamp()))
    return from_store, factor.confirm("li", code, "li")


def test_a_password_hashed_by_other_costs_is_hashed_anew_at_the_next_login(gate: Gate) -> None:
    hasher = gate.application.reception.passwords.hasher
    hasher._cost = type(hasher._cost)(memory_kib=8192, passes=1, lanes=1, at_once=2)

    gate.login("li")

    with gate.application.database.read() as connection:
        kept = passwords.get(connection, "li")
    assert kept is not None
    assert "m=8192,t=1,p=1" in kept.hash
    assert gate.login("li")


def test_what_a_door_calls_a_place_is_kept_short_and_harmless(gate: Gate) -> None:
    login = gate.login("li", source=Source("192.0.2.1\r\n\x1b[31m\u202e" + "x" * 1000))

    (entry,) = (one.entry for one in gate.logged(Action.LOGIN))
    assert entry.detail["source"] == login.session.source == "192.0.2.1[31m" + "x" * 51


def test_nobody_comes_in_when_it_cannot_be_logged(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("no room")

    monkeypatch.setattr(type(gate.application.trail.log), "append", full)
    with pytest.raises(StoreError):
        gate.login("li")

    monkeypatch.undo()
    assert gate.archive.accounts.sessions("li", user="li") == ()


def test_no_secret_is_in_the_store_or_the_log(gate: Gate) -> None:
    login, token = gate.login("li"), gate.token("li", "read")
    made = gate.archive.accounts.set_password("li", user="admin")
    secret, recovery = enrolled(gate)
    gate.application.database.checkpoint()

    content = b"".join(path.read_bytes() for path in gate.path.rglob("*") if path.is_file())
    shown = [login.secret, login.device, token, made, GOOD, codes.shown_secret(secret), *recovery]
    assert [one for one in shown if one.encode() in content] == []
    assert secret not in content
    assert b"argon2id" in content


def test_a_token_acts_for_its_user_within_its_rights(gate: Gate) -> None:
    gate.feed({"record_id": "A", "name": "甲"}, user="li")
    token = gate.doors.token(gate.token("li", "read"))

    assert gate.seen(token.caller) == {"A"}
    with pytest.raises(AccessDeniedError):
        gate.archive.match(["甲"], user=token.caller)
    entry = gate.logged(Action.SEARCH)[-1].entry
    assert (entry.user, entry.detail["via"]) == ("li", "token:1")


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (lambda gate: gate.archive.tokens.revoke(1, user="admin"), "revoked"),
        (lambda gate: gate.archive.tokens.revoke(1, user="li"), "revoked"),
        (lambda gate: gate.application.users.disable("li", "admin", disabled=True), "disabled"),
        (lambda gate: gate.clock.turn(days=90), "expired"),
    ],
)
def test_a_token_ends_at_its_next_request_and_its_use_is_logged_once_a_day(
    gate: Gate, end: Callable[[Gate], object], reason: str
) -> None:
    secret = gate.token("li", "read")
    assert gate.doors.token(secret)

    end(gate)
    for _ in range(3):
        with pytest.raises(NotAuthenticatedError):
            gate.doors.token(secret)

    (used,) = gate.logged(Action.TOKEN_USE)
    assert (used.entry.user, used.entry.outcome) == ("li", Outcome.DENIED)
    assert used.entry.detail == {"reason": reason}
    gate.clock.turn(days=1)
    with pytest.raises(NotAuthenticatedError):
        gate.doors.token(secret)
    assert len(gate.logged(Action.TOKEN_USE)) == 2


def test_a_disabled_user_is_let_in_by_nothing_they_hold(gate: Gate) -> None:
    login, token = gate.login("li"), gate.token("li", "read")
    callers = [gate.doors.session(login.secret).caller, gate.doors.token(token).caller]
    gate.application.users.disable("li", "admin", disabled=True)

    with pytest.raises(NotAuthenticatedError):
        gate.doors.session(login.secret)
    with pytest.raises(NotAuthenticatedError):
        gate.doors.token(token)
    with pytest.raises(LoginRefusedError):
        gate.login("li")
    for caller in callers:
        # A request that was under way when it happened.
        with pytest.raises(AccessDeniedError):
            gate.archive.search(user=caller)


def test_the_day_of_last_use_is_noted(gate: Gate) -> None:
    secret = gate.token("li", "read")
    assert gate.archive.tokens.list(user="admin")[0].used_on == ""

    gate.doors.token(secret)

    assert gate.archive.tokens.list(user="admin")[0].used_on == "2026-03-05"


def test_a_program_brings_records_into_its_departments_in_its_own_name(gate: Gate) -> None:
    gate.hire(core="program at 甲部")
    caller = gate.doors.token(gate.token("core", "read", "create")).caller

    report = gate.archive.ingest(
        [{"record_id": "A", "name": "甲"}, {"record_id": "B", "name": "乙", "department": "乙部"}],
        user=caller,
    )

    assert (report.accepted, len(report.rejected)) == (1, 1)
    record = gate.archive.get("A", user=caller)
    assert (record.owner, record.department) == ("core", "甲部")
    (made,) = gate.logged(Action.CREATE)
    assert (made.entry.user, made.entry.detail["via"]) == ("core", "token:1")


@pytest.mark.parametrize("by", ["token", "session"])
def test_an_export_in_hand_ends_with_what_let_its_user_in(gate: Gate, by: str) -> None:
    gate.admit("boss", "manager")
    gate.feed(*({"record_id": f"R{n}", "name": "张伟", "department": "甲部"} for n in range(501)))
    caller: str
    if by == "token":
        secret = gate.token("boss", "read", "export")
        caller = gate.doors.token(secret).caller
    else:
        secret = gate.login("boss").secret
        caller = gate.doors.session(secret).caller
    whole = list(gate.archive.export("张伟", user=caller, reason="核对资料"))
    taken = iter(gate.archive.export("张伟", user=caller, reason="核对资料"))
    next(taken)

    if by == "token":
        gate.archive.tokens.revoke(gate.doors.token(secret).id, user="admin")
    else:
        gate.doors.logout(secret)
    with pytest.raises(NotAuthenticatedError):
        list(taken)

    assert len(whole) == 501
