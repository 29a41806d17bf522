"""Damage to the files of an index: bits, bytes, pages, whole files, and what is put in their place.

Each kind of damage takes the path, the files as they were, and a generator; it changes one file.
"""

import os
import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from archsearch.engines.whoosh.generations import CURRENT, LOCK

PAGE: Final = 4096
Files: TypeAlias = Mapping[Path, bytes]
Damage: TypeAlias = Callable[[Path, Files, random.Random], object]


def files_of(folder: Path) -> dict[Path, bytes]:
    """Read every file of an index."""
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def restored(folder: Path, files: Files) -> None:
    """Put a folder back to what it held."""
    shutil.rmtree(folder)
    for path, data in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def flipped_bit(path: Path, files: Files, dice: random.Random) -> None:
    data = bytearray(files[path])
    data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    path.write_bytes(data)


def changed_byte(path: Path, files: Files, dice: random.Random) -> None:
    data = bytearray(files[path])
    place = dice.randrange(len(data))
    data[place] = (data[place] + dice.randrange(1, 256)) % 256
    path.write_bytes(data)


def scrambled(path: Path, files: Files, dice: random.Random) -> None:
    """A run of bytes, at any place or a page, holds noise or zeros."""
    data = bytearray(files[path])
    start = dice.randrange(len(data))
    if dice.random() < 0.5:
        start -= start % PAGE
    stop = min(len(data), start + dice.choice((2, 8, 64, PAGE, len(data))))
    data[start:stop] = bytes(stop - start) if dice.random() < 0.5 else dice.randbytes(stop - start)
    path.write_bytes(data)


def cut(path: Path, files: Files, dice: random.Random) -> None:
    data = files[path]
    path.write_bytes(data[: dice.choice((0, 1, len(data) - 1, dice.randrange(len(data))))])


def extended(path: Path, files: Files, dice: random.Random) -> None:
    more = dice.choice((b"\0", b"\n", dice.randbytes(dice.randrange(1, 2 * PAGE))))
    path.write_bytes(files[path] + more)


def shifted(path: Path, files: Files, dice: random.Random) -> None:
    """A byte is lost or too much inside."""
    data = files[path]
    place = dice.randrange(len(data))
    middle = b"" if dice.random() < 0.5 else dice.randbytes(1)
    path.write_bytes(data[:place] + middle + data[place + (not middle) :])


def of_another_file(path: Path, files: Files, dice: random.Random) -> None:
    path.write_bytes(files[dice.choice(list(files))])


def deleted(path: Path, files: Files, dice: random.Random) -> None:
    path.unlink()


def a_folder(path: Path, files: Files, dice: random.Random) -> None:
    path.unlink()
    path.mkdir()
    if dice.random() < 0.5:
        (path / "in it").write_bytes(files[path])


def a_link(path: Path, files: Files, dice: random.Random) -> None:
    path.unlink()
    path.symlink_to(dice.choice((path.name, "nowhere", "/dev/zero", *map(str, files))))


def a_pipe(path: Path, files: Files, dice: random.Random) -> None:
    """Whoever opens it to read waits for ever."""
    path.unlink()
    os.mkfifo(path)


CONTENT: Final[tuple[Damage, ...]] = (
    *(flipped_bit,) * 6,
    *(changed_byte,) * 2,
    *(scrambled, cut, extended, shifted),
)
"""What failing hardware and interrupted copies do; the file must not be empty."""

PLACE: Final[tuple[Damage, ...]] = (of_another_file, deleted, a_folder, a_link, a_pipe)
"""What people and other programs do."""


def damage(folder: Path, files: Files, dice: random.Random) -> str:
    """Damage one file in some way; tells what was done."""
    how = dice.choice(CONTENT if dice.random() < 0.8 else PLACE)
    # Nothing can be changed in an empty file; without the lock nothing can be mended.
    path = dice.choice([path for path, data in files.items() if data or how in PLACE])
    if path == folder / LOCK:
        path = folder / CURRENT
    how(path, files, dice)
    return f"{path.relative_to(folder)}: {how.__name__}"
