"""The workspace secret: 32 random bytes in a private file, from which every key is derived."""

import os
import secrets
import stat
from pathlib import Path

from archsearch.errors import ConflictError, WorkspaceError

LENGTH = 32
_PRIVATE = 0o600


def create_secret(path: Path) -> bytes:
    """Make a new secret file, durable on return.

    Raises:
        ConflictError: There is one already.
    """
    secret = secrets.token_bytes(LENGTH)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        handle = os.open(path, flags, _PRIVATE)
    except FileExistsError as error:
        raise ConflictError(f"密钥文件 {path.name} 已存在，不会覆盖。") from error
    with os.fdopen(handle, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return secret


def load_secret(path: Path) -> bytes:
    """Read the secret.

    Raises:
        WorkspaceError: It is missing, of the wrong length, or others may read it.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise WorkspaceError(
            f"无法读取密钥文件 {path.name}；它与档案库同时生成，请从备份恢复。"
        ) from error
    with os.fdopen(handle, "rb") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise WorkspaceError(f"密钥文件 {path.name} 对其他用户可读；请执行 chmod 600 后再试。")
        secret = file.read(LENGTH + 1)
    if len(secret) != LENGTH or len(set(secret)) == 1:
        raise WorkspaceError(f"密钥文件 {path.name} 已损坏；请从备份恢复。")
    return secret
