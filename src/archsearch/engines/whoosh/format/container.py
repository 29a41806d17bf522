"""The segment file: named arrays in one aligned, checksummed container, read by mapping it.

Layout, all integers little-endian::

    magic        8 bytes  b"ARCHSEG1"
    section      the array's bytes, starting at a multiple of 8, for each array
    directory    ASCII JSON: {"about": …, "sections": [[name, type, offset, count, crc32], …]}
    footer       directory offset u64, directory size u64, directory crc32 u32, version u32, magic

The same arrays give the same bytes. Equal arrays are one section under several names. The checksums
tell which section is damaged; what guards an answer is the digest of the whole file in the manifest
(see :mod:`..files.manifest`).
"""

import hashlib
import json
import mmap
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BufferedReader
from typing import Any, BinaryIO

import numpy as np

from archsearch.engines.whoosh.format.arrays import Ints

MAGIC = b"ARCHSEG1"
VERSION = 3
ALIGNMENT = 8
_FOOTER = struct.Struct("<QQII8s")


class ContainerError(Exception):
    """The bytes are no container, or a damaged one."""


@dataclass(frozen=True, slots=True)
class Seal:
    """What identifies the content of a file: its size and SHA-256."""

    size: int
    digest: str

    @classmethod
    def of(cls, data: bytes | memoryview | mmap.mmap) -> "Seal":
        """Seal bytes at hand or mapped."""
        return cls(len(data), hashlib.sha256(data).hexdigest())

    @classmethod
    def of_file(cls, file: BufferedReader) -> "Seal":
        """Seal an open file of any size."""
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(file.tell(), digest)


class ContainerWriter:
    """Writes arrays one after the other; :meth:`finish` closes the container, not the file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._size = 0
        self._sections: list[tuple[str, str, int, int, int]] = []
        self._written: dict[bytes, int] = {}
        self._write(MAGIC)

    def add(self, name: str, array: Ints) -> None:
        """Append one array under a name of its own."""
        data = np.ascontiguousarray(array).data.cast("B") if array.size else memoryview(b"")
        content = hashlib.blake2b(data, digest_size=16).digest()
        start = self._written.get(content)
        if start is None:
            self._write(b"\0" * (-self._size % ALIGNMENT))
            start = self._written[content] = self._size
            self._write(data)
        entry = (name, array.dtype.str, start, array.size, zlib.crc32(data))
        self._sections.append(entry)

    def finish(self, about: Mapping[str, Any]) -> Seal:
        """Write directory and footer; ``about`` is any JSON the reader wants back."""
        directory = json.dumps(
            {"about": about, "sections": self._sections}, sort_keys=True, separators=(",", ":")
        ).encode("ascii")
        start = self._size
        self._write(directory)
        self._write(_FOOTER.pack(start, len(directory), zlib.crc32(directory), VERSION, MAGIC))
        return Seal(self._size, self._hash.hexdigest())

    def _write(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self._hash.update(data)
        self._size += len(data)


class Container:
    """A mapped container; arrays are views into it and keep the mapping alive."""

    def __init__(self, data: bytes | memoryview | mmap.mmap) -> None:
        self._data = memoryview(data)
        try:
            self.about, self._sections = self._read_directory()
        except (struct.error, ValueError, KeyError, TypeError) as error:
            raise ContainerError("the directory is damaged") from error

    def __getitem__(self, name: str) -> Ints:
        kind, offset, count, _ = self._sections[name]
        return np.frombuffer(self._data, kind, count, offset)

    def get(self, name: str) -> Ints | None:
        """Give an array, None if there is none of that name."""
        if name not in self._sections:
            return None
        return self[name]

    def __contains__(self, name: str) -> bool:
        return name in self._sections

    def damaged(self) -> Iterator[str]:
        """Yield the names of sections whose bytes do not match their checksum."""
        for name, (kind, offset, count, crc) in self._sections.items():
            size = np.dtype(kind).itemsize * count
            if zlib.crc32(self._data[offset : offset + size]) != crc:
                yield name

    def _read_directory(self) -> tuple[Any, dict[str, tuple[str, int, int, int]]]:
        footer = self._data[-_FOOTER.size :]
        start, size, crc, version, magic = _FOOTER.unpack(footer)
        directory = self._data[start : start + size]
        if (version, magic, zlib.crc32(directory)) != (VERSION, MAGIC, crc):
            raise ContainerError("the footer or the directory is damaged")
        content = json.loads(bytes(directory))
        sections = {name: tuple(rest) for name, *rest in content["sections"]}
        return content["about"], sections
