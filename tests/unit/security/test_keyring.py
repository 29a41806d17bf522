"""Keys come from a private file, the environment, or a command; anything else is refused."""

import os
import stat
import sys
from pathlib import Path

import pytest

from archsearch.errors import ConflictError, WorkspaceError
from archsearch.security.keyring import (
    CommandKeys,
    EnvironmentKeys,
    FileKeys,
    Keyring,
    key_source,
    read_keyring,
)

ONE, TWO = bytes(range(32)), bytes(range(1, 33))
RING = Keyring({1: ONE, 3: TWO})


def test_a_keyring_reads_back_whatever_stands_between() -> None:
    text = "# keys\n\n" + RING.text().replace("\n", "\r\n\n").upper()

    assert read_keyring(text, "").keys == RING.keys
    assert RING.newest == 3


def test_no_key_is_seen_where_a_keyring_is_printed() -> None:
    assert repr(RING) == "Keyring([1, 3])"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        ONE.hex(),
        f"1 {ONE.hex()[:-1]}",
        f"1 {ONE.hex()}0",
        f"0 {ONE.hex()}",
        f"1 {ONE.hex()}\n1 {TWO.hex()}",
        f"1 {'00' * 32}",
        f"1 {'ab' * 32}",
        f"1 {ONE.hex()}\nhello",
    ],
)
def test_what_is_no_keyring_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(WorkspaceError) as caught:
        read_keyring(text, "某处")

    assert "某处" in caught.value.message
    assert ONE.hex()[:8] not in caught.value.message


def test_a_new_key_is_random_and_numbered_on() -> None:
    one, other = RING.with_new(), RING.with_new()

    assert one.newest == 4
    assert one.keys[4] != other.keys[4]
    assert one.only({4}).keys == {4: one.keys[4]}


def test_a_file_is_made_private_and_never_twice(tmp_path: Path) -> None:
    source = FileKeys(tmp_path / "deep" / "a.key")
    made = source.create()

    assert stat.S_IMODE(source.path.stat().st_mode) == 0o600
    assert source.load().keys == made.keys
    with pytest.raises(ConflictError):
        source.create()
    source.save(RING)
    assert source.load().keys == RING.keys
    assert [path.name for path in source.path.parent.iterdir()] == ["a.key"]


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    source = FileKeys(tmp_path / "a.key")
    source.create()
    source.path.chmod(0o640)

    with pytest.raises(WorkspaceError, match="chmod 600"):
        source.load()


def test_a_link_or_a_missing_file_is_refused(tmp_path: Path) -> None:
    FileKeys(tmp_path / "a.key").create()
    (tmp_path / "b.key").symlink_to(tmp_path / "a.key")

    for name in ("b.key", "c.key"):
        with pytest.raises(WorkspaceError, match="无法读取"):
            FileKeys(tmp_path / name).load()


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.key", 0o600)
    (tmp_path / "b.key").mkdir(0o700)

    for name in ("a.key", "b.key"):
        with pytest.raises(WorkspaceError, match="不是普通文件"):
            FileKeys(tmp_path / name).load()


def test_the_environment_may_hold_keys_in_one_line() -> None:
    text = RING.text().strip().replace("\n", ";")

    assert EnvironmentKeys({"K": text}, "K").load().keys == RING.keys
    with pytest.raises(WorkspaceError, match="K"):
        EnvironmentKeys({}, "K").load()


def test_a_command_may_print_them(tmp_path: Path) -> None:
    script = f"print({RING.text()!r})"

    assert CommandKeys((sys.executable, "-c", script)).load().keys == RING.keys
    for command in ((sys.executable, "-c", "exit(1)"), (str(tmp_path / "missing"),)):
        with pytest.raises(WorkspaceError, match=r"keys\.source"):
            CommandKeys(command).load()


def test_the_setting_says_which(tmp_path: Path) -> None:
    assert key_source("file:var/a.key", tmp_path, {}) == FileKeys(tmp_path / "var" / "a.key")
    assert key_source("file:/etc/a.key", tmp_path, {}) == FileKeys(Path("/etc/a.key"))
    assert key_source("env:K", tmp_path, {"K": ""}) == EnvironmentKeys({"K": ""}, "K")
    assert key_source("command:get 'a b'", tmp_path, {}) == CommandKeys(("get", "a b"))
    for wrong in ("", "file:", "env:", "command:", "http://x", "secret.key", "command:a 'b"):
        with pytest.raises(WorkspaceError, match=r"keys\.source"):
            key_source(wrong, tmp_path, {})
