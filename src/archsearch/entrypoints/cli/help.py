"""Help pages in Chinese; click measures text in characters, which Han text does not fit."""

import shutil
from collections.abc import Iterable, Iterator, Sequence

from archsearch.entrypoints.cli.text import width, wrapped

Entry = tuple[str, str]
"""A term and what it means."""

_MOST_COLUMNS = 100
_OVERHANG = 2
_INDENT = "  "


def page_columns() -> int:
    """Tell how wide a page may be."""
    return min(shutil.get_terminal_size().columns - _OVERHANG, _MOST_COLUMNS)


def page(usage: str, about: str, sections: Iterable[tuple[str, Sequence[Entry]]]) -> str:
    """Lay out a help page.

    Args:
        usage: How the command is written.
        about: Paragraphs on what it does, separated by empty lines.
        sections: A heading with its entries; those without entries are left out.
    """
    columns = page_columns()
    lines = [f"用法：{usage}", ""]
    for paragraph in about.strip().split("\n\n"):
        joined = "".join(line.strip() for line in paragraph.splitlines())
        lines += [*wrapped(joined, columns), ""]
    for heading, entries in sections:
        if entries:
            lines += [f"{heading}：", *listed(entries, columns), ""]
    return "\n".join(lines).rstrip() + "\n"


def listed(entries: Sequence[Entry], columns: int) -> Iterator[str]:
    """Lay out terms with their meanings in two columns."""
    terms = [width(term) for term, _ in entries]
    most = max((each for each in terms if each <= columns // 2), default=columns // 4)
    margin = _INDENT + " " * (most + 2)
    for (term, meaning), taken in zip(entries, terms, strict=True):
        rest = wrapped(meaning, max(columns - len(margin), 20))
        if taken > most:
            yield _INDENT + term
        else:
            first = rest.pop(0) if rest else ""
            yield (_INDENT + term + " " * (most - taken + 2) + first).rstrip()
        yield from (margin + line for line in rest)
