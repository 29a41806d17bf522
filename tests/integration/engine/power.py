"""A disk that loses power, and what file systems are allowed to leave of it then.

What was synced is there: a file's bytes when the file was, a folder's names when the folder was.
Of the rest anything may be there or not: each name on its own, or all changes of names up to some
moment; each page of a file, and any size between the old and the new.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol, TypeAlias

from tests.integration.engine.disks import CrashingDisk

PAGE = 4096


@dataclass(eq=False)
class Node:
    """A file or folder, whatever it is called."""

    folder: bool = False
    synced: bytes = b""
    data: bytes = b""
    names: "dict[str, Node]" = field(default_factory=dict)
    durable: "dict[str, Node]" = field(default_factory=dict)
    pending: "list[Change]" = field(default_factory=list)


Change: TypeAlias = tuple[str, Node | None]
"""A name, and what it stands for since; None for nothing."""


class Fate(Protocol):
    """Decides what a power loss leaves of what was not synced."""

    def names(self, folder: Node) -> dict[str, Node]:
        """What the folder holds afterwards."""
        ...

    def content(self, file: Node) -> bytes:
        """What the file holds afterwards."""
        ...


class PowerDisk(CrashingDisk):
    """Dies at operation number ``at``, and knows what the folder it adopted may look like then."""

    def __init__(self, at: int, root: Path) -> None:
        super().__init__(at)
        self.root = root
        self._nodes = {root: self._adopted(root)}
        self._find_names(root)

    def _adopted(self, path: Path) -> Node:
        """Take everything there is as having been synced."""
        if not path.is_dir():
            return Node(synced=path.read_bytes())
        names = {entry.name: self._adopted(entry) for entry in path.iterdir()}
        return Node(folder=True, names=names, durable=dict(names))

    def _find_names(self, path: Path) -> None:
        for name, node in self._nodes[path].names.items():
            self._nodes[path / name] = node
            self._find_names(path / name)

    def create(self, path: Path) -> BinaryIO:
        opened = super().create(path)
        if path in self._nodes:
            self._nodes[path].data = b""
        else:
            self._name(path, Node())
        return opened

    def sync(self, path: Path) -> None:
        super().sync(path)
        node = self._nodes[path]
        if node.folder:
            node.durable, node.pending = dict(node.names), []
        else:
            node.synced = path.read_bytes()

    def link(self, source: Path, target: Path) -> None:
        super().link(source, target)
        self._name(target, self._nodes[source])

    def rename(self, source: Path, target: Path) -> None:
        self._keep_data(target)
        super().rename(source, target)
        self._name(target, self._nodes[source])
        self._name(source, None)

    def remove(self, path: Path) -> None:
        self._keep_data(path)
        super().remove(path)
        self._name(path, None)

    def make_folder(self, path: Path) -> None:
        super().make_folder(path)
        missing = [one for one in (path, *path.parents) if self.root in one.parents]
        for one in reversed(missing):
            if one not in self._nodes:
                self._name(one, Node(folder=True))

    def remove_folder(self, path: Path) -> None:
        super().remove_folder(path)
        self._name(path, None)

    def _keep_data(self, path: Path) -> None:
        if path in self._nodes and path.is_file():
            self._nodes[path].data = path.read_bytes()

    def _name(self, path: Path, node: Node | None) -> None:
        folder = self._nodes[path.parent]
        folder.pending.append((path.name, node))
        if node is None:
            self._nodes.pop(path, None)
            folder.names.pop(path.name, None)
        else:
            self._nodes[path] = folder.names[path.name] = node

    def leave(self, target: Path, fate: Fate) -> None:
        """Write what the power loss left to a new folder ``target``."""
        for path in list(self._nodes):
            self._keep_data(path)
        self._write(target, self._nodes[self.root], fate)

    def _write(self, target: Path, node: Node, fate: Fate) -> None:
        if not node.folder:
            target.write_bytes(fate.content(node))
            return
        target.mkdir()
        for name, child in fate.names(node).items():
            self._write(target / name, child, fate)


class Lost:
    """Nothing that was not synced is there."""

    def names(self, folder: Node) -> dict[str, Node]:
        return folder.durable

    def content(self, file: Node) -> bytes:
        return file.synced


class NamesKept(Lost):
    """All names are there, and no byte that was not synced."""

    def names(self, folder: Node) -> dict[str, Node]:
        return folder.names


class ReplacedKept(Lost):
    """New names are lost, old ones stand for what they were given last."""

    def names(self, folder: Node) -> dict[str, Node]:
        return {name: folder.names.get(name, node) for name, node in folder.durable.items()}


class Drawn:
    """Draws lots: for each name on its own, or for a moment up to which all changes were kept."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._ordered = dice.random() < 0.5
        self._moment = dice.random()

    def names(self, folder: Node) -> dict[str, Node]:
        pending = folder.pending
        if self._ordered:
            pending = pending[: round(self._moment * len(pending))]
        kept = [one for one in pending if self._ordered or self._dice.random() < 0.5]
        found = folder.durable | dict(kept)
        return {name: node for name, node in found.items() if node is not None}

    def content(self, file: Node) -> bytes:
        old, new = file.synced, file.data
        choice = self._dice.randrange(3)
        if choice < 2 or old == new:
            return (old, new)[choice % 2]
        size = self._dice.choice((len(old), len(new), self._dice.randint(0, len(new))))
        pages = [self._page(old, new, start) for start in range(0, size, PAGE)]
        return b"".join(pages)[:size]

    def _page(self, old: bytes, new: bytes, start: int) -> bytes:
        stop = start + PAGE
        if self._dice.random() < 0.1:
            return torn((old[start:stop], new[start:stop]), self._dice.randrange(PAGE))
        page = self._dice.choice((old, new, b""))[start:stop]
        # What a page holds that was given to a file and never written is anybody's guess.
        return page.ljust(PAGE, b"\0") if self._dice.random() < 0.7 else page.ljust(PAGE, b"\xa5")


def torn(versions: Sequence[bytes], place: int) -> bytes:
    """A page of which only the beginning was written."""
    old, new = (version.ljust(PAGE, b"\0") for version in versions)
    return new[:place] + old[place:]
