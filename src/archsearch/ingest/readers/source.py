"""Opening a source file safely, and seeing whether it changed while it was read."""

import errno
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from archsearch.ingest.readers.decoding import decode
from archsearch.ingest.readers.faults import RefusalError
from archsearch.ingest.readers.inflate import inflate
from archsearch.ingest.readers.limits import Limits

CHUNK = 1 << 18

_REASONS = {
    errno.ENOENT: ("unreadable", "文件不存在。"),
    errno.EACCES: ("unreadable", "没有读取这个文件的权限。"),
    errno.EPERM: ("unreadable", "没有读取这个文件的权限。"),
    errno.ELOOP: ("not_regular_file", "这是符号链接，不予读取；请提供文件本身。"),
    errno.ENAMETOOLONG: ("path_forbidden", "文件名太长，请改短后再试。"),
    errno.ENXIO: ("not_regular_file", "这是套接字或设备，不是普通文件，不予读取。"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """An open regular file.

    ``name`` is fit for messages; ``compressed`` says that the content is gzip.
    """

    name: str
    limits: Limits
    descriptor: int
    compressed: bool

    @property
    def size(self) -> int:
        """Bytes of the file as it is on disk."""
        return os.fstat(self.descriptor).st_size

    def chunks(self) -> Iterator[bytes]:
        """Yield the content, decompressed, from the start."""
        raw = self._raw_chunks()
        return inflate(raw, self.limits) if self.compressed else raw

    def digest(self) -> str:
        """Digest the bytes of the file as it is on disk."""
        digest = hashlib.sha256()
        for chunk in self._raw_chunks():
            digest.update(chunk)
        return digest.hexdigest()

    def texts(self) -> Iterator[str]:
        """Yield the content as text."""
        return decode(self.chunks())

    @contextmanager
    def seekable(self) -> Iterator[BinaryIO]:
        """Open the decompressed content for random access.

        What has to be unpacked first goes to a file without a name, which no crash can leave
        behind.
        """
        if not self.compressed:
            with os.fdopen(os.dup(self.descriptor), "rb") as file:
                file.seek(0)
                yield file
            return
        with tempfile.TemporaryFile() as unpacked:
            for chunk in self.chunks():
                unpacked.write(chunk)
            unpacked.seek(0)
            yield unpacked

    def _raw_chunks(self) -> Iterator[bytes]:
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        total = 0
        while chunk := os.read(self.descriptor, CHUNK):
            total += len(chunk)
            if total > self.limits.max_file_bytes:
                raise _too_large(self.limits)
            yield chunk


@contextmanager
def open_source(
    path: Path, name: str, limits: Limits, *, folder: int | None = None
) -> Iterator[Source]:
    """Open a regular file, never a link, pipe or device.

    Args:
        path: The file.
        name: What messages call it.
        limits: Bounds on its size.
        folder: Descriptor of the folder ``path`` is relative to, if any.

    Raises:
        RefusalError: It cannot be opened, is no regular file, is too large, or changed meanwhile.
    """
    descriptor = _open(path, folder)
    try:
        before = os.fstat(descriptor)
        _check_regular(before.st_mode)
        if before.st_size > limits.max_file_bytes:
            raise _too_large(limits)
        source = Source(name, limits, descriptor, compressed=path.suffix.lower() == ".gz")
        try:
            yield source
        except RefusalError as exc:
            # A file that is being written looks cut or damaged; say what is really the matter.
            _check_unchanged(before, descriptor)
            raise exc from None
        _check_unchanged(before, descriptor)
    except OSError as exc:
        raise unreadable(exc) from exc
    finally:
        os.close(descriptor)


def _check_unchanged(before: os.stat_result, descriptor: int) -> None:
    after = os.fstat(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise RefusalError("changed_while_reading", "读取时文件还在变化；请等写入完成后重新录入。")


def _open(path: Path, folder: int | None) -> int:
    # Looking before opening spares devices and pipes the side effects of being opened; that the
    # thing opened is a regular file is decided on the descriptor, where it cannot be swapped.
    try:
        seen = os.stat(path, dir_fd=folder, follow_symlinks=False)
        _check_regular(seen.st_mode)
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
        return os.open(path, flags, dir_fd=folder)
    except OSError as exc:
        raise unreadable(exc) from exc
    except ValueError as exc:
        raise RefusalError("path_forbidden", "文件名里有空字符，不予读取。") from exc


def unreadable(exc: OSError) -> RefusalError:
    """Build the refusal for an error of the file system."""
    reason, message = _REASONS.get(
        exc.errno or 0, ("unreadable", "读取时磁盘出错，请检查磁盘后再试。")
    )
    return RefusalError(reason, message)


def _check_regular(mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    if stat.S_ISLNK(mode):
        raise unreadable(OSError(errno.ELOOP, ""))
    kind = "文件夹" if stat.S_ISDIR(mode) else "管道或设备"
    raise RefusalError("not_regular_file", f"这是{kind}，不是普通文件，不予读取。")


def _too_large(limits: Limits) -> RefusalError:
    size = limits.max_file_bytes >> 20
    return RefusalError("too_large", f"文件超过 {size} MB，请拆成几个文件，或调高 ingest 的上限。")
