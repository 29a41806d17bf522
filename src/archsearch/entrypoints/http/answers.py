"""Answers as JSON: the dataclasses of the Python API, key by key."""

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any
from urllib.parse import quote

import orjson
from starlette.responses import Response, StreamingResponse

from archsearch.domain.media import ENDINGS
from archsearch.entrypoints.cli.jsontext import plain


def encoded(value: Any) -> bytes:
    """Write a value of the API as JSON."""
    try:
        return orjson.dumps(value, default=_other)
    except TypeError:
        # Half a character, or a number of no bound: rare enough to take the long way.
        return orjson.dumps(_mended(plain(value)), default=_other)


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with a value of the API."""
    return Response(encoded(value), status, headers, "application/json")


def listed(items: Sequence[Any]) -> Response:
    """Answer with a list: an object, so that there is room beside it."""
    return answer({"items": items})


def handed_out(
    name: str, media_type: str, chunks: Iterator[bytes], headers: Mapping[str, str]
) -> Response:
    """Answer with a file to keep: under its name, and as nothing that a browser runs."""
    called = quote(name.encode("utf-8", "replace"), safe="")
    plain = f"scan{ENDINGS.get(media_type, '.bin')}"
    told = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{called}",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(chunks, headers={**told, **headers}, media_type=media_type)


def _other(value: Any) -> Any:
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return value._asdict()
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Set):
        return sorted(value)
    raise TypeError


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > _WIDEST:
        return str(value)
    if isinstance(value, dict):
        return {_mended(key): _mended(each) for key, each in value.items()}
    return [_mended(each) for each in value] if isinstance(value, list) else value


_WIDEST = 63
