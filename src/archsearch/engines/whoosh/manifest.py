"""The manifest: what an index generation consists of, authenticated.

Whoosh's table of contents (TOC) is a pickle, and opening a crafted one runs code. So
nothing in a generation is opened before its manifest has been: one line of canonical JSON, and the
HMAC-SHA256 of that line under a key of the workspace. It names the TOC, and the size and SHA-256 of
the TOC and every segment file, and carries the caller's mark. A commit is the atomic replacement of
this file: whatever it does not name does not exist.
"""

import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from archsearch.engines.whoosh.container import Seal
from archsearch.engines.whoosh.disk import plain
from archsearch.errors import IndexOutdatedError

NAME: Final = "MANIFEST"
FORMAT: Final = 4
_LARGEST: Final = 1 << 20
_REPLACED: Final = "索引文件被替换成了别的东西，需要重建索引。"
_PURPOSE: Final = b"archsearch index manifest\0"


@dataclass(frozen=True, slots=True)
class Manifest:
    """One committed state of one generation folder."""

    generation: str
    toc: int
    fingerprint: Mapping[str, str]
    files: Mapping[str, Seal]
    mark: str = ""

    def sealed(self, key: bytes) -> bytes:
        """Give the bytes of the manifest file."""
        body = json.dumps(
            {"format": FORMAT, **asdict(self)}, sort_keys=True, separators=(",", ":")
        ).encode("ascii")
        return body + b"\n" + _authenticate(body, key) + b"\n"


def unseal(data: bytes, key: bytes, generation: str) -> Manifest:
    """Read a manifest file of the generation folder it was found in.

    Raises:
        IndexOutdatedError: It is damaged, forged, of another format, or of another generation.
    """
    body, _, rest = data.partition(b"\n")
    if not hmac.compare_digest(_authenticate(body, key) + b"\n", rest):
        raise IndexOutdatedError("索引清单已损坏或不是本系统生成，需要重建索引。")
    content = json.loads(body)
    if content.pop("format") != FORMAT:
        raise IndexOutdatedError("索引格式与当前版本不同，需要重建索引。")
    if content["generation"] != generation:
        raise IndexOutdatedError("索引文件夹与清单不符，需要重建索引。")
    files = {name: Seal(**seal) for name, seal in content.pop("files").items()}
    return Manifest(files=files, **content)


def read(folder: Path) -> bytes:
    """Read the manifest file of a generation folder.

    Raises:
        IndexOutdatedError: There is something else in its place, or in that of the folder.
    """
    try:
        return read_small(f"{folder}/{NAME}")
    except NotADirectoryError as error:
        raise IndexOutdatedError(_REPLACED) from error


def read_small(path: str) -> bytes:
    """Read a small regular file; what somebody planted instead must neither block nor swell.

    Raises:
        IndexOutdatedError: It is no regular file, or too large to be ours.
    """
    handle = plain(path)
    try:
        if os.fstat(handle).st_size > _LARGEST:
            raise IndexOutdatedError(_REPLACED)
        return os.read(handle, _LARGEST)
    finally:
        os.close(handle)


def _authenticate(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, _PURPOSE + body, "sha256").hex().encode("ascii")
