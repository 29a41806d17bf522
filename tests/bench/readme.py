"""The tables of README's section on speed, from the figures of a run.

Run ``python -m tests.bench.readme tests/bench/out/bench-200000.json``; prints them in both
languages.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import orjson

from tests.bench import growth
from tests.bench.summary import Figures

_ENGINES = ("archsearch", "tantivy", "stock Whoosh")
_HEADS = {
    "en": ("archsearch", "tantivy", "stock Whoosh"),
    "zh": ("archsearch", "tantivy", "原版 Whoosh"),
}
_RECORDS = ("records", "条档案")
_COLUMN = ("records", "档案数")
_RATIOS = (
    "whole, warm: ours / tantivy, median",
    "whole, cold: ours / tantivy, median",
    "bare, warm: ours / tantivy, median",
    "whole: stock / ours, geometric mean",
)
_SENTENCES = {
    "en": "In the median question a whole answer takes {} of tantivy's time with our caches filled "
    "and {} with them emptied, a ranked answer alone {}; stock Whoosh needs {} times as long.",
    "zh": "以各问题的中位数计，完整结果用时是 tantivy 的 {} 倍（缓存清空时 {} 倍），"
    "只要排序结果是 {} 倍；原版 Whoosh 要 {} 倍的时间。",
}
_STATES = ("warm", "cold")
_COMPARED = {
    "whole answers, ms, {}": ("whole answer, ms", "完整结果，毫秒"),
    "bare answers, ms, {}": ("ranked answer alone, ms", "只要排序结果，毫秒"),
    "index: records/s of processor time, {}": (
        "records indexed in a second of processor time",
        "每秒（处理器时间）建索引条数",
    ),
    "index: bytes a record, {}": ("bytes of index a record", "每条索引字节数"),
    "one document changed, ms p50, {}": (
        "one record replaced and found, ms",
        "改一条到能查到，毫秒",
    ),
}
_GROWN = {
    "archive: ingest, records/s": ("records ingested a second", "每秒录入条数"),
    "archive: page for an administrator, ms": ("a page of results, ms", "一页结果，毫秒"),
    "archive: one record amended, ms p50": (
        "one record amended and found, ms",
        "改一条到能查到，毫秒",
    ),
    "archive: searching process, MB": ("memory of a searching process, MB", "检索进程内存，MB"),
    "archive: search from a shell, s": (
        "`archsearch search` from a shell, s",
        "命令行 `archsearch search`，秒",
    ),
}


def tables(run: Figures, language: str) -> Iterator[str]:
    """Write both tables: engines beside each other, and the archive as it grows."""
    place = ("en", "zh").index(language)
    sizes: Figures = run["sizes"]
    known = dict(growth.rows(sizes))
    at = _shared(known)
    yield _line([f"{int(list(sizes)[at]):,} {_RECORDS[place]}", *_HEADS[language]])
    yield "|---" * 4 + "|"
    for name, labels in _COMPARED.items():
        yield _line([labels[place], *(_compared(known, name, engine, at) for engine in _ENGINES)])
    yield ""
    yield _line([_COLUMN[place], *(f"{int(size):,}" for size in sizes)])
    yield "|---" * (1 + len(sizes)) + "|"
    for name, labels in _GROWN.items():
        yield _line([labels[place], *map(_short, known.get(name, [None] * len(sizes)))])


def sentence(run: Figures, language: str) -> str:
    """Say how the engines compare in the median question."""
    sizes = run["sizes"]
    known = dict(growth.rows(sizes))
    at = _shared(known)
    values = [_short(known.get(name, [None])[at]) for name in _RATIOS]
    return _SENTENCES[language].format(*values)


def _shared(known: dict[str, list[float | None]]) -> int:
    """Find the largest size at which every engine took part; else the largest."""
    figures = known.get("index: records/s, stock Whoosh", [])
    return max((place for place, value in enumerate(figures) if value is not None), default=-1)


def _compared(known: dict[str, list[float | None]], name: str, engine: str, at: int) -> str:
    """Give an engine's figure, warm and cold where there are both."""
    names = [name.format(engine), *(f"{name.format(engine)} {state}" for state in _STATES)]
    return " / ".join(_short(known[each][at]) for each in names if each in known) or "–"


def _short(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Print the tables of a run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="JSON of a run, in tests/bench/out")
    run = orjson.loads(parser.parse_args().run.read_bytes())
    print(f"{run['date']}, {run['machine']}")  # noqa: T201
    for language in _HEADS:
        print("\n".join(["", *tables(run, language), "", sentence(run, language)]))  # noqa: T201


if __name__ == "__main__":
    main()
