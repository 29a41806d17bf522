"""Fields of a record as they are written on a command line or in a file."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from archsearch.entrypoints.cli.kinds import TEXT, Kind
from archsearch.errors import ReadError

_ASSIGNED: Final = re.compile(r"([^=＝]+)[=＝](.*)", re.DOTALL)
_LARGEST: Final = 4 << 20
_STANDARD_INPUT: Final = Path("-")


class Assigned(Kind):
    """``字段=值``."""

    name = "字段=值"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Read an assignment."""
        found = _ASSIGNED.fullmatch(TEXT.convert(value, param, ctx))
        if found is None:
            self.fail("要写成 字段=值，例如 备注=已结清、电话=13900001111。", param, ctx)
        return found[1].strip(), found[2]


def collected(
    assigned: Sequence[tuple[str, str]], file: Path | None, removed: Sequence[str] = ()
) -> dict[str, Any]:
    """Put together what arguments, a file and ``--remove`` say; None takes a field away.

    Raises:
        UsageError: Something is said twice.
        ReadError: The file holds no JSON object.
    """
    pairs = [*_in(file).items(), *assigned, *((name, None) for name in removed)]
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise click.UsageError("同一个字段写了两次；请只写一次。")
    return fields


def _in(file: Path | None) -> Mapping[str, Any]:
    if file is None:
        return {}
    try:
        if file == _STANDARD_INPUT:
            data = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with file.open("rb") as opened:
                data = opened.read(_LARGEST + 1)
    except OSError as error:
        raise ReadError(f"无法读取 {file.name}：{error.strerror}。") from error
    if len(data) > _LARGEST:
        raise ReadError("文件太大；这里只放一份档案的字段。")
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        # The decoder's error holds the document.
        raise ReadError('文件须是一个 UTF-8 的 JSON 对象：{"字段": 值, …}。') from None
    if not isinstance(found, dict):
        raise ReadError('文件须是一个 JSON 对象：{"字段": 值, …}。')
    return found
