"""The figures of a run as a picture: bars of ratios by class, drawn as SVG."""

from collections.abc import Iterator, Sequence
from html import escape
from math import log10

from tests.bench.summary import Figures

_BAR, _GAP, _LEFT, _WIDTH, _TOP = 11, 14, 150, 520, 70
_SVG = "http://www.w3.org/2000/svg"
_SERIES = {
    "whole answers, warm": "#0b6e4f",
    "whole answers, cold": "#7fc8a9",
    "bare answers, warm": "#1f4e8c",
    "bare answers, cold": "#9db8dc",
}
_LOW, _HIGH = 0.05, 20.0
_MARKS = (0.1, 0.2, 0.5, 1, 2, 5, 10)


def draw(run: Figures, size: int) -> str:
    """Draw each class's time in times of tantivy's, on a logarithmic scale."""
    races = run["sizes"][str(size)]["races"]
    shown = {name: races[name]["ratio"] for name in _SERIES if name in races}
    kinds = list(next(iter(shown.values()))["classes"]) if shown else []
    step = _BAR * max(1, len(shown)) + _GAP
    height = _TOP + step * len(kinds) + 30
    width = _LEFT + _WIDTH + 80
    style = 'font-family="sans-serif" font-size="12"'
    title = f"archsearch / tantivy, {size:,} records, {run['date']}: left of 1 is faster"
    return "\n".join(
        [
            f'<svg xmlns="{_SVG}" width="{width}" height="{height}" {style}>',
            '<rect width="100%" height="100%" fill="white"/>',
            f'<text x="10" y="22" font-size="15">{escape(title)}</text>',
            *_legend(list(shown)),
            *_grid(height),
            *(line for row, kind in enumerate(kinds) for line in _bars(row, kind, shown, step)),
            "</svg>",
            "",
        ]
    )


def _place(ratio: float) -> float:
    """Give the place of a ratio on the axis."""
    inside = min(max(ratio, _LOW), _HIGH)
    return _LEFT + _WIDTH * log10(inside / _LOW) / log10(_HIGH / _LOW)


def _legend(names: Sequence[str]) -> Iterator[str]:
    for number, name in enumerate(names):
        x = 10 + 165 * number
        yield f'<rect x="{x}" y="34" width="10" height="10" fill="{_SERIES[name]}"/>'
        yield f'<text x="{x + 15}" y="43">{escape(name)}</text>'


def _grid(height: int) -> Iterator[str]:
    for mark in _MARKS:
        x = _place(mark)
        colour = "#444" if mark == 1 else "#ddd"
        ends = f'x1="{x:.1f}" y1="{_TOP - 8}" x2="{x:.1f}" y2="{height - 22}"'
        yield f'<line {ends} stroke="{colour}"/>'
        yield f'<text x="{x:.1f}" y="{height - 8}" text-anchor="middle">{mark}</text>'


def _bars(row: int, kind: str, shown: Figures, step: int) -> Iterator[str]:
    top = _TOP + row * step
    middle = top + (step - _GAP) / 2 + 4
    yield f'<text x="{_LEFT - 8}" y="{middle:.1f}" text-anchor="end">{escape(kind)}</text>'
    for number, (name, ratio) in enumerate(shown.items()):
        value = ratio["classes"][kind]["median"]
        start, end = sorted((_place(1), _place(value)))
        y = top + number * _BAR
        yield (
            f'<rect x="{start:.1f}" y="{y}" width="{max(1, end - start):.1f}" '
            f'height="{_BAR - 1}" fill="{_SERIES[name]}"/>'
        )
        edge = end + 4 if value > 1 else start - 4
        anchor = "start" if value > 1 else "end"
        yield (
            f'<text x="{edge:.1f}" y="{y + _BAR - 2}" font-size="9" text-anchor="{anchor}">'
            f"{value:.2f}</text>"
        )
