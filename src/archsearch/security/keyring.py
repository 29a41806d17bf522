"""The keys of a workspace, and where they come from: a file, the environment, or a command.

They wrap all others. A keyring is a text of lines ``number hex``: 64 hexadecimal digits, numbers
from 1 up. The highest wraps what is new; lower ones stay until nothing is wrapped under them.
"""

import os
import re
import secrets
import shlex
import stat
import subprocess
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from archsearch.errors import ConflictError, WorkspaceError
from archsearch.security.sealing import KEY_BYTES

_LINE: Final = re.compile(rf"([1-9][0-9]{{0,8}})\s+([0-9a-fA-F]{{{2 * KEY_BYTES}}})")
_PRIVATE: Final = 0o600
_LONGEST: Final = 1 << 16
_PATIENCE: Final = 30.0


@dataclass(frozen=True)
class Keyring:
    """Keys by number. Its text form never shows keys (``repr`` is of their numbers)."""

    keys: Mapping[int, bytes]

    @property
    def newest(self) -> int:
        """The number of the key that wraps what is new."""
        return max(self.keys)

    def __repr__(self) -> str:
        return f"Keyring({sorted(self.keys)})"

    def with_new(self) -> "Keyring":
        """Add a key made of fresh random bytes."""
        number = max(self.keys, default=0) + 1
        return Keyring({**self.keys, number: secrets.token_bytes(KEY_BYTES)})

    def only(self, numbers: Collection[int]) -> "Keyring":
        """Drop every other key."""
        return Keyring({number: self.keys[number] for number in self.keys if number in numbers})

    def text(self) -> str:
        """Write it as a text."""
        return "".join(f"{number} {key.hex()}\n" for number, key in sorted(self.keys.items()))


def read_keyring(text: str, named: str) -> Keyring:
    """Read a keyring; ``named`` says where it comes from.

    Raises:
        WorkspaceError: It is none: empty, damaged, a number twice, or a key of one repeated byte.
    """
    keys: dict[int, bytes] = {}
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        key = bytes.fromhex(found[2]) if found else b""
        if not found or len(set(key)) == 1 or int(found[1]) in keys:
            raise WorkspaceError(
                f"{named}里的密钥写法不对，或已损坏：每行应是编号、空格和 64 位十六进制数字。"
            )
        keys[int(found[1])] = key
    if not keys:
        raise WorkspaceError(f"{named}里没有密钥；请从备份恢复。")
    return Keyring(keys)


class KeySource(Protocol):
    """Where keys come from."""

    def load(self) -> Keyring:
        """Get them, as they are now.

        Raises:
            WorkspaceError: There are none, or not in order.
        """
        ...


@dataclass(frozen=True, slots=True)
class FileKeys:
    """Keys in a private file."""

    path: Path

    def load(self) -> Keyring:
        """Read the file."""
        named = f"密钥文件 {self.path} "
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError as error:
            raise WorkspaceError(f"无法读取{named.rstrip()}；请放回它，或从备份恢复。") from error
        try:
            mode = os.fstat(handle).st_mode
            if not stat.S_ISREG(mode):
                raise WorkspaceError(f"{named.rstrip()} 不是普通文件。")
            if stat.S_IMODE(mode) & 0o077:
                raise WorkspaceError(f"{named}对其他用户可读；请执行 chmod 600 后再试。")
            content = os.read(handle, _LONGEST)
        finally:
            os.close(handle)
        return read_keyring(content.decode("ascii", "replace"), named)

    def create(self) -> Keyring:
        """Make the file with a first key, durable on return.

        Raises:
            ConflictError: There is one already.
            WorkspaceError: It cannot be made here.
        """
        if self.path.exists():
            raise ConflictError(f"密钥文件 {self.path.name} 已存在，不会覆盖。")
        ring = Keyring({}).with_new()
        self.save(ring)
        return ring

    def save(self, ring: Keyring) -> None:
        """Replace the file's keys, wholly or not at all.

        Raises:
            WorkspaceError: It cannot be written.
        """
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, scratch = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
            try:
                with os.fdopen(handle, "w", encoding="ascii") as file:
                    os.fchmod(file.fileno(), _PRIVATE)
                    file.write(ring.text())
                    file.flush()
                    os.fsync(file.fileno())
                Path(scratch).replace(self.path)
            except BaseException:
                Path(scratch).unlink(missing_ok=True)
                raise
            folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise WorkspaceError(
                f"无法写入密钥文件 {self.path.name}（{error.strerror}）。"
            ) from error


@dataclass(frozen=True, slots=True)
class EnvironmentKeys:
    """Keys in a variable of the environment; commas or semicolons may stand for line ends."""

    environ: Mapping[str, str]
    name: str

    def load(self) -> Keyring:
        """Read the variable."""
        text = self.environ.get(self.name, "")
        if not text:
            raise WorkspaceError(f"环境变量 {self.name} 里没有密钥；请设置它。")
        return read_keyring(re.sub("[,;]", "\n", text), f"环境变量 {self.name} ")


@dataclass(frozen=True, slots=True)
class CommandKeys:
    """Keys that a command prints, such as one that asks a key management service."""

    command: tuple[str, ...]

    def load(self) -> Keyring:
        """Run the command."""
        named = f"取密钥的命令 {Path(self.command[0]).name} "
        try:
            done = subprocess.run(  # noqa: S603 - the operator's own configuration
                self.command, capture_output=True, timeout=_PATIENCE, check=True
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise WorkspaceError(f"{named}没有成功；请检查设置 keys.source。") from error
        return read_keyring(done.stdout[:_LONGEST].decode("ascii", "replace"), named)


def key_source(source: str, root: Path, environ: Mapping[str, str]) -> KeySource:
    """Find out where keys come from.

    Args:
        source: ``file:PATH``, absolute or from ``root``; ``env:NAME``; ``command:PROGRAM ARG …``.
        root: The workspace.
        environ: The environment.

    Raises:
        WorkspaceError: It is none of these.
    """
    kind, _, place = source.partition(":")
    if kind == "file" and place:
        return FileKeys(root / Path(place).expanduser())
    if kind == "env" and place:
        return EnvironmentKeys(environ, place)
    if kind == "command" and (words := _words(place)):
        return CommandKeys(words)
    raise WorkspaceError("设置 keys.source 要写成 file:路径、env:变量名 或 command:命令。")


def _words(command: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(command))
    except ValueError:
        # A quote is left open.
        return ()
