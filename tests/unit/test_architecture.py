"""What the layers of import-linter cannot say."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "archsearch"

HOMES: dict[str, str | tuple[str, ...]] = {
    "whoosh": "engines/whoosh/",
    "jieba": "analysis/segmenter.py",
    "rjieba": "analysis/segmenter.py",
    "opencc": "analysis/folding.py",
    "sqlalchemy": ("storage/", "services/"),
    "sqlite3": "storage/",
    "yaml": ("settings/", "ingest/readers/yaml_documents.py"),
    "click": "entrypoints/cli/",
    "rich": "entrypoints/cli/",
    "PIL": tuple(f"ingest/inbox/{name}.py" for name in ("examine", "drawing", "ocr")),
    "pypdfium2": "ingest/inbox/drawing.py",
    "pypdf": ("ingest/inbox/examine.py", "ingest/inbox/ocr.py"),
    "rapidocr": "ingest/inbox/ocr.py",
    "openpyxl": "ingest/readers/workbook.py",
    "defusedxml": "ingest/readers/",
    "fastapi": ("entrypoints/http/", "entrypoints/web/"),
    "starlette": ("entrypoints/http/", "entrypoints/web/"),
    "jinja2": "entrypoints/web/frame.py",
    "segno": "entrypoints/web/qr.py",
    "pydantic": "entrypoints/http/",
    "uvicorn": "entrypoints/http/",
    "prometheus_client": "entrypoints/http/metrics.py",
    "httpx2": "client/",
    "watchdog": "ingest/inbox/events.py",
    "anyio": "entrypoints/http/",
    "numpy": ("engines/whoosh/", "search/likeness/"),
}
"""Where each library may be imported: files below ``src/archsearch``, or folders."""

STOCK_SEARCH = {"searching", "query", "qparser", "scoring", "collectors", "matching", "multiproc"}
"""Parts of Whoosh whose faults are avoided by not using them; see docs/whoosh.md."""

WAY_IN = {"engines/whoosh/stock/matcher.py": {"matching"}}
"""Lets that search into our segments; nothing of our own loads it (see tests/compat)."""


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("library", list(HOMES))
def test_a_library_is_imported_only_where_it_is_at_home(library: str) -> None:
    homes = HOMES[library]

    importing = [
        str(path.relative_to(SOURCE))
        for path in modules()
        if any(name == library or name.startswith(library + ".") for name in imports(path))
    ]

    assert importing
    assert [path for path in importing if not path.startswith(homes)] == []


def test_the_stock_search_of_whoosh_is_not_used() -> None:
    used = {
        name
        for path in modules()
        for name in imports(path)
        if name.startswith("whoosh.")
        and name.split(".")[1] in STOCK_SEARCH - WAY_IN.get(str(path.relative_to(SOURCE)), set())
    }

    assert used == set()


def test_domain_needs_only_the_standard_library() -> None:
    foreign = {
        name
        for path in (SOURCE / "domain").glob("*.py")
        for name in imports(path)
        if name.split(".")[0] in HOMES or name.split(".")[0] in {"orjson", "hypothesis"}
    }

    assert foreign == set()


def test_the_clock_is_read_in_one_place() -> None:
    call = re.compile(r"\b(?:datetime|date)\.(?:now|today|utcnow)\(")
    reading = {path.name for path in modules() if call.search(path.read_text(encoding="utf-8"))}

    assert reading == {"bootstrap.py"}


def test_no_source_file_is_longer_than_400_lines() -> None:
    lengths = {
        str(path.relative_to(SOURCE)): len(path.read_text(encoding="utf-8").splitlines())
        for path in modules()
    }

    assert {path: length for path, length in lengths.items() if length > 400} == {}
