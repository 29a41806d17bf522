"""Keys come from a private file, the environment, or a command; anything else is refused."""

import os
import stat
import sys
from dataclasses import FrozenInstanceError, fields
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


def test_a_keyring_is_written_in_the_order_of_its_numbers() -> None:
    ring = Keyring({10: ONE, 2: TWO})

    assert ring.text() == f"2 {TWO.hex()}\n10 {ONE.hex()}\n"
    assert (ring.newest, repr(ring)) == (10, "Keyring([2, 10])")
    assert ring.with_new().keys.keys() == {2, 10, 11}
    assert Keyring({}).with_new().keys.keys() == {1}
    assert len(ring.with_new().keys[11]) == 32


def test_keys_and_where_they_come_from_are_not_changed_afterwards(tmp_path: Path) -> None:
    for value in (RING, FileKeys(tmp_path), EnvironmentKeys({}, "K"), CommandKeys(("x",))):
        with pytest.raises(FrozenInstanceError):
            setattr(value, fields(value)[0].name, None)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        (f"1 {ONE.hex()}", {1}),
        (f"999999999 {ONE.hex()}", {999999999}),
        (f"  # a note\n \t\n  7 \t {ONE.hex()}  \n", {7}),
        (f"2 {ONE.hex()}\n#\n1 {TWO.hex()}\n", {1, 2}),
        (f"1 {'ab' * 31}ac", {1}),
    ],
)
def test_lines_may_stand_anyhow(text: str, numbers: set[int]) -> None:
    assert read_keyring(text, "").keys.keys() == numbers


@pytest.mark.parametrize(
    "line", ["1000000000 {}", "01 {}", "-1 {}", "1{}", "1 {} x", "1 g{}", "x {}"]
)
def test_a_line_that_is_not_quite_one_is_refused(line: str) -> None:
    with pytest.raises(WorkspaceError, match="写法不对"):
        read_keyring(line.format(ONE.hex()), "")


def test_only_the_named_keys_are_kept() -> None:
    assert RING.only({3, 9}).keys == {3: TWO}
    assert RING.only(()).keys == {}


def test_keys_beyond_the_longest_file_are_not_read(tmp_path: Path) -> None:
    source, line = FileKeys(tmp_path / "a.key"), f"1 {ONE.hex()}"
    source.create()

    source.path.write_text(line.rjust(1 << 16))
    assert source.load().keys == {1: ONE}
    source.path.write_text(line.rjust((1 << 16) + 1))
    with pytest.raises(WorkspaceError, match="写法不对"):
        source.load()


def test_a_file_of_anything_is_refused_as_a_keyring(tmp_path: Path) -> None:
    source = FileKeys(tmp_path / "a.key")
    source.create()
    source.path.write_bytes(b"\xff\x00\xfe" * 9)

    with pytest.raises(WorkspaceError, match="写法不对"):
        source.load()
    with pytest.raises(WorkspaceError, match="写法不对"):
        CommandKeys((sys.executable, "-c", "import os; os.write(1, b'\\xff\\n')")).load()


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o601, 0o610, 0o620, 0o640])
def test_no_other_user_may_do_anything_with_the_file(tmp_path: Path, mode: int) -> None:
    source = FileKeys(tmp_path / "a.key")
    source.create()
    for fine in (0o400, 0o700):
        source.path.chmod(fine)
        source.load()

    source.path.chmod(mode)

    with pytest.raises(WorkspaceError, match="chmod 600"):
        source.load()


def test_folders_are_made_private_and_need_not_be_new(tmp_path: Path) -> None:
    source = FileKeys(tmp_path / "one" / "two" / "a.key")
    source.save(RING)
    FileKeys(tmp_path / "one" / "two" / "b.key").save(RING)

    assert stat.S_IMODE(source.path.parent.stat().st_mode) == 0o700


def test_the_file_is_private_whatever_is_usual_here(tmp_path: Path) -> None:
    usual = os.umask(0o277)
    try:
        FileKeys(tmp_path / "a.key").save(RING)
    finally:
        os.umask(usual)

    assert stat.S_IMODE((tmp_path / "a.key").stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a.key" / "in the way").mkdir(parents=True)
    handles = len(list(Path("/proc/self/fd").iterdir()))

    with pytest.raises(WorkspaceError, match=r"无法写入密钥文件 a\.key"):
        FileKeys(tmp_path / "a.key").save(RING)

    assert [path.name for path in tmp_path.iterdir()] == ["a.key"]
    assert len(list(Path("/proc/self/fd").iterdir())) == handles


def test_no_handle_stays_open(tmp_path: Path) -> None:
    source = FileKeys(tmp_path / "a.key")
    source.create()
    handles = len(list(Path("/proc/self/fd").iterdir()))

    for _ in range(5):
        source.load()
        source.save(RING)

    assert len(list(Path("/proc/self/fd").iterdir())) == handles


def test_keys_are_on_the_disk_before_their_name_and_their_name_before_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.key"
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace

    def synced(handle: int) -> None:
        content = "" if stat.S_ISDIR(os.fstat(handle).st_mode) else os.pread(handle, 999, 0)
        steps.append("folder" if content == "" else f"file of {len(content)}")
        sync(handle)

    def replaced(self: Path, target: Path) -> Path:
        assert self.parent == target.parent
        steps.append(f"{self.name[:7]} to {target.name}")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    FileKeys(path).save(RING)

    assert steps == [f"file of {len(RING.text())}", ".a.key. to a.key", "folder"]


def test_the_environment_may_part_keys_by_commas_too() -> None:
    text = RING.text().strip().replace("\n", ",")

    assert EnvironmentKeys({"K": text, "L": ""}, "K").load().keys == RING.keys
    with pytest.raises(WorkspaceError, match="请设置它"):
        EnvironmentKeys({"K": text, "L": ""}, "L").load()
    with pytest.raises(WorkspaceError, match="请设置它"):
        EnvironmentKeys({"K": text}, "L").load()


def test_a_command_that_fails_gives_no_keys_whatever_it_prints(
    capfd: pytest.CaptureFixture[str],
) -> None:
    script = f"import sys; print({RING.text()!r}); print('oops', file=sys.stderr); sys.exit(3)"

    with pytest.raises(WorkspaceError, match=r"没有成功.*keys\.source"):
        CommandKeys((sys.executable, "-c", script)).load()
    assert capfd.readouterr() == ("", "")


def test_a_command_that_does_not_come_back_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("archsearch.security.keyring._PATIENCE", 0.1)

    with pytest.raises(WorkspaceError, match="没有成功"):
        CommandKeys(
            (sys.executable, "-c", "import signal; signal.alarm(20); signal.pause()")
        ).load()


def test_of_what_a_command_prints_no_more_is_read_than_of_a_file() -> None:
    script = f"print({f'1 {ONE.hex()}'!r}.rjust((1 << 16) + 1))"

    with pytest.raises(WorkspaceError, match="写法不对"):
        CommandKeys((sys.executable, "-c", script)).load()


def test_a_path_may_begin_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))

    assert key_source("file:~/a.key", tmp_path, {}) == FileKeys(tmp_path / "home" / "a.key")
    assert key_source("file:a:b.key", tmp_path, {}) == FileKeys(tmp_path / "a:b.key")
