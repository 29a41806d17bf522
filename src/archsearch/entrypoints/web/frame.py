"""Pages from templates: one frame around all of them, and what every template may call."""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from archsearch.domain.zone import minute_of
from archsearch.entrypoints.web import words
from archsearch.entrypoints.web.pieces import pieces, told

_HERE: Final = Path(__file__).parent
_STATIC: Final = _HERE / "static"


@cache
def statics() -> Mapping[str, bytes]:
    """Give the files that pages load, by name; read once."""
    found = (path for path in sorted(_STATIC.rglob("*")) if path.suffix in {".js", ".css", ".svg"})
    return {path.relative_to(_STATIC).as_posix(): path.read_bytes() for path in found}


@cache
def edition() -> str:
    """Name this edition of the files, so that browsers may keep each for ever."""
    digest = hashlib.sha256(b"".join(statics().values()))
    return digest.hexdigest()[:12]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(minute=minute_of, told=told, number=_number, path=path_of)
    environment.tests["begins"] = str.startswith
    environment.globals.update(
        static=lambda name: f"/static/{edition()}/{name}",
        pieces=pieces,
        words=words,
        product=version("archsearch"),
    )
    return environment


def rendered(template: str, context: Mapping[str, Any]) -> str:
    """Fill a template in; half a character that somebody typed is replaced."""
    text = _environment().get_template(template).render(context)
    return text.encode("utf-8", "replace").decode()


def page(template: str, status: int = 200, /, **context: Any) -> HTMLResponse:
    """Answer with a page."""
    return HTMLResponse(rendered(template, {"visitor": None, **context}), status)


def path_of(part: str) -> str:
    """Write a piece of an address, such as a record id, which may hold anything."""
    return quote(part.encode("utf-8", "replace"), safe="")


def _number(value: float) -> str:
    return f"{value:,}"
