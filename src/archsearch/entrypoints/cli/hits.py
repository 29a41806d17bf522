"""Pages of search results, for people and for pipes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from archsearch.entrypoints.cli import facets
from archsearch.entrypoints.cli.grid import Cell, Column, Line, Piece, Table, marked
from archsearch.entrypoints.cli.output import Output

if TYPE_CHECKING:
    from archsearch.domain.query import Hit, Page
    from archsearch.domain.schema import Schema

_MODES: Final = {"exact": "精确检索", "fuzzy": "模糊检索", "evidence": "按符合程度"}
_COLUMNS: Final = ("name", "nature", "value_tier", "region", "tags")
"""Fields of a line in a pipe, between the record id and the channels; only ever add at the end."""

_SNIPPETS_SHOWN: Final = 3


def show(page: "Page", schema: "Schema", out: Output) -> None:
    """Show a page with its facets; what is said about it goes to stderr."""
    if out.json:
        out.document(page)
        return
    if out.people:
        if page.hits:
            out.table(table(page.hits, schema))
        facets.draw(page.facets, schema, out)
    else:
        out.lines(map(line, page.hits))
        facets.write(page.facets, out, apart=bool(page.hits))
    out.note(summary(page))
    if page.suggestion:
        out.note(f"您是不是要找：{page.suggestion}")


def line(hit: "Hit") -> list[str]:
    """Give the columns of a hit in a pipe."""
    values = [_joined(hit.record.get(key)) for key in _COLUMNS]
    return [hit.record_id, *values, "、".join(hit.channels)]


def table(hits: "tuple[Hit, ...]", schema: "Schema") -> Table:
    """Lay hits out for people."""
    columns = [
        Column("档号", "cyan", whole=True),
        Column("客户名称", least=12),
        Column("性质", whole=True),
        Column("等级", whole=True),
        Column("地区"),
        Column("命中方式"),
    ]
    below = {number: evidence(hit, schema) for number, hit in enumerate(hits)}
    return Table(columns, [_row(hit) for hit in hits], below=below)


def name_line(hit: "Hit") -> Line:
    """Show the name, marked where it matched."""
    name = _joined(hit.record.get("name"))
    for snippet in hit.highlights.get("name", ()):
        if snippet.text == name:
            return marked(name, snippet.spans, "bold")
    return (Piece(name, "bold"),)


def evidence(hit: "Hit", schema: "Schema") -> list[Line]:
    """Show what else than the name matched."""
    lines: list[Line] = []
    for key, snippets in hit.highlights.items():
        spec = schema.by_key.get(key)
        if key != "name" and spec is not None:
            label = Piece(f"{spec.label}：", "dim")
            lines += [(label, *marked(each.text, each.spans)) for each in snippets]
    return lines[:_SNIPPETS_SHOWN]


def why(hit: "Hit") -> str:
    """Say why a hit matched: slips one by one (同音 章→张), else the channels."""
    slips = [reason.text for reason in hit.reasons if reason.telling]
    return "、".join(dict.fromkeys(slips) if slips else hit.channels)


def summary(page: "Page") -> str:
    """Say how many there are, how they were found, and how to see more."""
    if not page.total:
        return f"没有找到。{page.note or _ADVICE}"
    first, last = page.offset + 1, page.offset + len(page.hits)
    told = f"共 {page.total:,} 条"
    if page.hits and len(page.hits) < page.total:
        told += f"，这里是第 {first:,}–{last:,} 条"
    told += f"（{_MODES.get(page.mode, page.mode)}，{page.took_ms:.0f} 毫秒）。{page.note}"
    if page.hits and last < page.total:
        told += f"下一页：--offset {last}"
    return told


_ADVICE: Final = "可以少写几个词、去掉筛选，或改用拼音、首字母；只在您的检索范围内查找。"


def _row(hit: "Hit") -> list[Cell]:
    great, _, rest = _joined(hit.record.get("region")).partition("/")
    return [
        hit.record_id,
        (name_line(hit),),
        _joined(hit.record.get("nature")),
        _joined(hit.record.get("value_tier")),
        rest.replace("/", " ") or great,
        why(hit),
    ]


def _joined(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value))
    return "" if value is None or isinstance(value, Mapping) else str(value)
