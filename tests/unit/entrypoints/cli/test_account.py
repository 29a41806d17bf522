"""`archsearch user password` and its like, `archsearch token`, and the secret that init makes."""

import base64
import io
import sys
import time
from pathlib import Path

import pytest

import archsearch
from archsearch.entrypoints.cli import account, init
from archsearch.entrypoints.cli.init import FIRST_ADMINISTRATOR
from archsearch.errors import LoginRefusedError, LoginWaitError, NotAuthenticatedError
from archsearch.security import codes

from .conftest import Run, runner

GOOD = "三块石头 and one well"


class Terminal(io.StringIO):
    """Text that a person types."""

    def isatty(self) -> bool:
        return True


def logs_in(home: Path, password: str, name: str = "admin") -> bool:
    with archsearch.open(home) as archive:
        try:
            archive.doors.login(name, password)
        except LoginRefusedError:
            return False
    return True


def test_init_makes_the_first_secret_where_somebody_gets_to_see_it(
    nowhere: Run, tmp_path: Path
) -> None:
    made = nowhere("init", str(tmp_path / "a"), "--json").document
    silent = nowhere("init", str(tmp_path / "b"))

    assert made["user"] == FIRST_ADMINISTRATOR
    assert logs_in(tmp_path / "a", made["password"])
    assert silent.out == f"{tmp_path / 'b'}\n"
    assert "archsearch user password admin" in silent.err
    assert "密码" not in nowhere("init", str(tmp_path / "c"), "--quiet").err
    shown = runner(tmp_path / "b")("user", "show", "admin", "--json").document
    assert shown["password"] is False
    for path in (tmp_path / "a").rglob("*"):
        assert not path.is_file() or made["password"].encode() not in path.read_bytes()


def test_init_shows_the_secret_to_a_person_once(
    nowhere: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(init, "_watched", lambda: True)
    ran = nowhere("init", str(tmp_path / "a"))

    (line,) = (line for line in ran.err.splitlines() if "只显示这一次" in line)
    assert ran.out == f"{tmp_path / 'a'}\n"
    assert logs_in(tmp_path / "a", line.rpartition("：")[2])


def test_a_password_is_read_from_a_script_or_made(change: Run, fresh: Path) -> None:
    read = change("user", "password", "admin", stdin=GOOD + "\n")
    assert (read.code, read.out) == (0, "")
    assert logs_in(fresh, GOOD)

    made = change("user", "password", "admin", "--generate", "--quiet")
    assert made.err == ""
    assert logs_in(fresh, made.out.strip())
    assert not logs_in(fresh, GOOD)
    document = change("user", "password", "admin", "--generate", "--json").document
    assert (document["user"], document["must_change"]) == ("admin", False)
    assert logs_in(fresh, document["password"])


@pytest.mark.parametrize(
    ("typed", "said"), [("", "没有密码"), ("\n", "没有密码"), ("short\n", "至少 12")]
)
def test_no_password_or_a_poor_one_is_a_usage_error(
    change: Run, fresh: Path, typed: str, said: str
) -> None:
    ran = change("user", "password", "admin", stdin=typed)

    assert ran.code == 2
    assert said in ran.err
    assert change("user", "show", "admin", "--json").document["password"] is False


def test_a_person_types_it_twice_without_seeing_it(
    change: Run, fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [GOOD, GOOD + "x", GOOD, GOOD]
    monkeypatch.setattr(account, "getpass", lambda *_, **__: answers.pop(0))
    monkeypatch.setattr(account, "_at_terminal", lambda: True)

    different = change("user", "password", "admin")
    same = change("user", "password", "admin")

    assert (different.code, same.code) == (2, 0)
    assert "不一样" in different.err
    assert logs_in(fresh, GOOD)


def test_a_second_factor_is_set_up_in_two_steps_and_taken_away(change: Run) -> None:
    begun = change("user", "totp", "admin", "--json").document
    secret = base64.b32decode(begun["secret"])
    code = codes.code_at(secret, codes.step_of(time.time()))

    assert begun["uri"].startswith("otpauth://totp/archsearch%3Aadmin?secret=")
    wrong = change("user", "totp", "admin", "--confirm", "wrong")
    assert (wrong.code, wrong.out) == (2, "")
    recovery = change("user", "totp", "admin", "--confirm", code).out.split()
    assert len(recovery) == 10
    assert change("user", "totp", "admin").code == 5
    assert change("user", "totp", "admin", "--remove").code == 2
    assert change("user", "totp", "admin", "--remove", "--yes").code == 0
    assert change("user", "totp", "admin", "--remove", "--yes").code == 3
    assert change("user", "totp", "admin", "--remove", "--confirm", "1").code == 2


def test_in_a_script_a_second_factor_does_not_count_before_it_is_confirmed(change: Run) -> None:
    ran = change("user", "totp", "admin")

    assert ran.out.startswith("otpauth://")
    assert "--confirm" in ran.err
    assert change("user", "show", "admin", "--json").document["second_factor"] is False


def test_a_person_confirms_it_at_once_and_may_mistype(
    change: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = codes.new_secret()
    monkeypatch.setattr(codes, "new_secret", lambda: secret)
    answers = iter(["wrong", codes.code_at(secret, codes.step_of(time.time()))])
    monkeypatch.setattr(account, "_asked", lambda _: next(answers))

    ran = change("user", "totp", "admin")

    assert ran.code == 0
    assert "验证码不对" in ran.err
    assert len(ran.rows) == 11
    assert change("user", "show", "admin", "--json").document["second_factor"] is True


def test_sessions_are_listed_and_ended(change: Run, fresh: Path) -> None:
    change("user", "password", "admin", stdin=GOOD)
    with archsearch.open(fresh) as archive:
        secrets = [archive.doors.login("admin", GOOD, address="192.0.2.1").secret] * 2
        archive.doors.login("admin", GOOD, address="192.0.2.2")

    listed = change("user", "sessions", "admin").rows
    assert [(row[0], row[-1]) for row in listed] == [("1", "192.0.2.1"), ("2", "192.0.2.2")]
    assert all(row[1].endswith("+00:00") for row in listed)
    assert change("user", "logout", "admin", "--session", "9").code == 3
    assert change("user", "logout", "admin", "--session", "1", "--json").document == {
        "user": "admin",
        "ended": 1,
    }
    with archsearch.open(fresh) as archive, pytest.raises(NotAuthenticatedError):
        archive.doors.session(secrets[0])
    assert change("user", "logout", "admin").code == 0
    assert change("user", "sessions", "admin", "--json").document == {"sessions": []}


def test_waits_are_lifted(change: Run, fresh: Path) -> None:
    change("user", "password", "admin", stdin=GOOD)
    for _ in range(5):
        assert not logs_in(fresh, "wrong")
    with archsearch.open(fresh) as archive, pytest.raises(LoginWaitError):
        archive.doors.login("admin", GOOD)

    assert change("user", "unlock", "admin", "--json").document == {
        "user": "admin",
        "unlocked": True,
    }

    assert logs_in(fresh, GOOD)
    assert change("user", "unlock", "nobody").code == 3


def test_an_account_is_shown_to_people_and_programs(change: Run) -> None:
    change("user", "add", "li.na", "--role", "员工", "--department", "甲")
    change("user", "password", "li.na", "--generate")

    document = change("user", "show", "li.na", "--json").document
    rows = dict(change("user", "show", "li.na").rows)

    assert document["user"]["name"] == "li.na"
    assert (document["password"], document["must_change_password"]) == (True, True)
    assert (rows["密码"], rows["角色"], rows["动态验证码"]) == ("有，首次登录须改", "员工", "无")
    assert change("user", "show", "nobody").code == 3


def test_users_are_listed_by_role_department_and_state(change: Run) -> None:
    change("user", "add", "a", "--role", "employee", "--department", "甲/一")
    change("user", "add", "b", "--role", "manager", "--department", "甲")
    change("user", "disable", "b", "--yes")

    def names(*options: str) -> list[str]:
        return [row[0] for row in change("user", "list", *options).rows]

    assert names() == ["a", "admin", "b"]
    assert names("--role", "员工") == ["a"]
    assert names("--department", "甲") == ["a", "b"]
    assert names("--disabled") == ["b"]
    assert names("--department", "甲", "--active") == ["a"]
    assert change("user", "list", "--disabled", "--active").code == 2


def test_a_token_is_made_listed_and_revoked(change: Run, fresh: Path) -> None:
    change("user", "add", "核心", "--role", "程序账号", "--department", "总行")
    create = ("token", "create", "--user", "核心", "--name", "夜间", "--rights", "读，screen")

    made = change(*create, "--days", "30")
    secret = made.out.strip()
    with archsearch.open(fresh) as archive:
        assert archive.doors.token(secret).caller == "核心"

    (row,) = change("token", "list").rows
    assert (row[0], row[1], row[2], row[3], row[6]) == (
        "1",
        "核心",
        "夜间",
        "read,screen",
        "active",
    )
    assert secret not in change("token", "list", "--json").out
    assert "不会再显示" in made.err
    assert change(*create).code == 5
    assert change("user", "disable", "核心", "--yes").code == 0
    assert change("token", "list").rows[0][6] == "disabled"
    assert change("token", "revoke", "1").code == 2
    assert change("token", "revoke", "1", "--yes").code == 0
    assert change("token", "list", "--user", "核心").rows[0][6] == "revoked"
    with archsearch.open(fresh) as archive, pytest.raises(NotAuthenticatedError):
        archive.doors.token(secret)
    assert change("token", "revoke", "9", "--yes").code == 3
    assert change("user", "enable", "核心").code == 0
    assert change(*create, "--json").document["token"]["id"] == 2


@pytest.mark.parametrize(
    "options",
    [
        ("--user", "admin", "--name", "x"),
        ("--user", "admin", "--name", "x", "--rights", "fly"),
        ("--user", "admin", "--name", "x", "--rights", ""),
        ("--user", "admin", "--name", "x", "--rights", "create"),
        ("--user", "admin", "--name", "x", "--rights", "read", "--days", "0"),
        ("--user", "admin", "--name", "x", "--rights", "read", "--days", "400"),
        ("--user", "", "--name", "x", "--rights", "read"),
    ],
)
def test_an_impossible_token_is_a_usage_error(change: Run, options: tuple[str, ...]) -> None:
    ran = change("token", "create", *options)

    assert (ran.code, ran.out) == (2, "")
    assert change("token", "list").rows == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("user", "password", "admin", "--generate"),
        ("user", "totp", "admin"),
        ("user", "unlock", "admin"),
        ("user", "sessions", "admin"),
        ("user", "logout", "admin"),
        ("user", "show", "admin"),
        ("user", "list"),
        ("token", "list"),
        ("token", "create", "--user", "li.na", "--name", "x", "--rights", "read"),
    ],
)
def test_others_are_denied(archive_home: Path, arguments: tuple[str, ...]) -> None:
    ran = runner(archive_home, "li.na")(*arguments)

    assert (ran.code, ran.out) == (4, "")


def test_who_is_at_a_terminal_is_told_apart_from_a_script(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("123456\n"))
    assert account._at_terminal()
    assert account._asked("？") == "123456"
    monkeypatch.setattr(sys, "stdin", io.StringIO("123456\n"))
    assert not account._at_terminal()
    assert account._asked("？") == ""
