"""The documents tell of what is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "README.zh-CN.md"]
MADE_BY_USE = {
    "demo/inbox/",
    "var/",
    "secret.key",
    "keys/",
    "var/rejects/",
    "index/",
    "inbox/",
    "config/mappings/",
    "customers.csv",
    "var/scans/",
    "_folder.yaml",
}


def named_paths(document: str) -> set[str]:
    text = (ROOT / document).read_text(encoding="utf-8")
    quoted = re.findall(r"`([\w./-]+/[\w./-]*|[\w-]+\.(?:py|md|yaml|toml))`", text)
    linked = re.findall(r"\]\(([\w./-]+)\)", text)
    return {path for path in (*quoted, *linked) if not path.startswith(".venv")}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_in_a_document_exists(document: str) -> None:
    named = named_paths(document) - MADE_BY_USE
    short = {path for path in named if not (ROOT / path).exists()}

    # Inside ARCHITECTURE.md modules are named from the package on, tools by their file name.
    missing = {
        path
        for path in short
        if not (ROOT / "src/archsearch" / path).exists()
        and not (ROOT / "tools" / path).exists()
        and not (ROOT / "tests" / path).exists()
    }

    assert named
    assert missing == set()


def blocks(document: str) -> list[list[str]]:
    """The command blocks of a README, without what follows a ``#``."""
    text = (ROOT / document).read_text(encoding="utf-8")
    found = re.findall(r"(?:^    .+\n)+", text, flags=re.MULTILINE)
    return [[re.sub(r"\s+#.*", "", line.strip()) for line in block.splitlines()] for block in found]


def test_both_readmes_show_the_same_commands() -> None:
    assert blocks("README.md") == blocks("README.zh-CN.md")


def test_both_readmes_have_the_same_sections() -> None:
    def shape(document: str) -> list[str]:
        text = (ROOT / document).read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if line.startswith(("#", "|"))]
        return [line.split()[0] if line.startswith("#") else "|" for line in lines]

    assert shape("README.md") == shape("README.zh-CN.md")


def test_every_test_that_a_document_names_exists() -> None:
    named = re.findall(r"`(test_\w+)`", (ROOT / "docs" / "whoosh.md").read_text(encoding="utf-8"))
    there = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))
    }

    assert named
    assert set(named) - there == set()


def test_every_test_that_the_page_on_abuse_names_is_there() -> None:
    text = (ROOT / "docs" / "abuse.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/.]+\.py)::(\w+)`", text)
    missing = [
        f"{path}::{test}"
        for path, test in named
        if f"def {test}(" not in (ROOT / path).read_text(encoding="utf-8")
    ]

    assert len(named) > 50
    assert missing == []
