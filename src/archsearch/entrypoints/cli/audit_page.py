"""A report on the operation log as one HTML page: tables and charts, nothing from elsewhere."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from archsearch.domain.audit import AuditFilter
from archsearch.domain.audit_report import AuditReport, Tally
from archsearch.domain.labels import ACTIONS
from archsearch.entrypoints.cli import moments
from archsearch.entrypoints.cli.audit_report import period, when

_STYLE: Final = """
:root { color-scheme: light dark; --ink: light-dark(#1c2733, #dfe6ee);
  --soft: light-dark(#5b6875, #98a6b5); --line: light-dark(#d8dee5, #33404e);
  --bar: light-dark(#2f6fb2, #6aa5e0); --bad: light-dark(#b3402e, #f0907f);
  --paper: light-dark(#fff, #161c23); }
body { font: 15px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  color: var(--ink); background: var(--paper); max-width: 68rem; margin: 2rem auto;
  padding: 0 1rem; }
a { color: var(--bar) } nav { margin-bottom: .5rem } @media print { nav { display: none } }
h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
p.sub, figcaption, .none { color: var(--soft) }
dl { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem } dd { margin: 0; font-size: 1.6rem }
dt { color: var(--soft) }
table { border-collapse: collapse; width: 100% } .wide { overflow-x: auto }
th, td { text-align: left; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--line);
  white-space: nowrap }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
.bad { color: var(--bad) } figure { margin: 0 } svg { width: 100%; height: auto }
svg rect { fill: var(--bar) } svg text { fill: var(--soft); font-size: 11px }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 0 3rem }
@media print { body { margin: 0; max-width: none } }
"""
_WIDTH, _HEIGHT, _FOOT = 720, 120, 18
_MOST_ROWS: Final = 100
_MOST_DAYS: Final = 92
"""Bars that a chart of days has at most: the last quarter of a year."""

Cells = Sequence[str]


def page(report: AuditReport, conditions: AuditFilter, back: str = "") -> str:
    """Write a report as a page that needs no other file and runs no script.

    Args:
        report: The report.
        conditions: What it is about.
        back: The address of the log, where the page is served.
    """
    about = [f"用户 {conditions.user}"] if conditions.user else []
    about += [f"档案 {conditions.target}"] if conditions.target else []
    made = moments.shown(report.made_at)
    told = escape(f"{'，'.join([period(report), *about])}（{made} 生成，北京时间）")
    parts = [
        f"<nav><a href='{escape(back)}'>← 返回日志</a></nav>" if back else "",
        f"<h1>操作日志报告</h1><p class=sub>{told}</p>",
        _totals(report),
        _section("一天中的时间", _bars([f"{hour:02d}" for hour in range(24)], report.hours, 2)),
        _section("每天", _days(report)),
        _section("需要复核", _unusual(report)),
        _section("人员", _persons(report)),
        "<div class=two>",
        _section("部门", _tallies("部门", report.departments)),
        _section("操作", _tallies("操作", report.actions)),
        "</div>",
    ]
    if conditions.user or conditions.target:
        parts.append(_section("看过的档案", _seen(report)))
    return (
        "<!doctype html><html lang=zh-CN><head><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width'><title>操作日志报告</title>"
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>{content}</section>"


def _totals(report: AuditReport) -> str:
    totals = {
        "操作": report.entries,
        "人员": len(report.users),
        "拒绝": report.denied,
        "失败": report.failed,
        "需要复核": len(report.unusual),
    }
    return (
        f"<dl>{''.join(f'<div><dt>{k}</dt><dd>{v:,}</dd></div>' for k, v in totals.items())}</dl>"
    )


def _unusual(report: AuditReport) -> str:
    rows = [(each.kind, each.user, when(each), f"{each.count:,}") for each in report.unusual]
    return _table(("异常", "用户", "何时", "次数#"), rows, "没有发现异常。")


def _persons(report: AuditReport) -> str:
    rows = [
        (
            *(each.user, each.display_name, each.department, f"{each.entries:,}"),
            *(f"{each.searches:,}", f"{each.views:,}", f"{each.denied:,}"),
            moments.shown(each.last),
        )
        for each in report.users
    ]
    titles = ("用户", "姓名", "现在的部门", "操作#", "检索#", "查看#", "拒绝#", "最近")
    return _table(titles, rows, "没有操作。")


def _tallies(title: str, tallies: Iterable[Tally]) -> str:
    rows = [
        (ACTIONS.get(t.key, t.key), f"{t.entries:,}", f"{t.denied:,}", f"{t.failed:,}")
        for t in tallies
    ]
    return _table((title, "条数#", "拒绝#", "失败#"), rows, "没有操作。")


def _seen(report: AuditReport) -> str:
    rows = [
        (
            *(each.user, each.record_id, f"{each.views:,}"),
            *(moments.shown(each.first), moments.shown(each.last)),
        )
        for each in report.seen
    ]
    titles = ("用户", "档号", "次数#", "首次", "最近")
    return _table(titles, rows, "没有人看过。", report.seen_total)


def _days(report: AuditReport) -> str:
    days = report.days[-_MOST_DAYS:]
    names = [day.strftime("%m-%d") for day, _ in days]
    return _bars(names, [number for _, number in days], max(1, len(days) // 12))


def _table(titles: Cells, rows: Sequence[Cells], none: str, total: int = 0) -> str:
    """Draw a table; columns whose title ends with # hold numbers. Says how many rows are left."""
    if not rows:
        return f"<p class=none>{none}</p>"
    kinds = [" class=n" if title.endswith("#") else "" for title in titles]
    head = "".join(
        f"<th{kind} scope=col>{title.rstrip('#')}</th>"
        for kind, title in zip(kinds, titles, strict=True)
    )
    lines = (
        "".join(f"<td{kind}>{escape(cell)}</td>" for kind, cell in zip(kinds, row, strict=True))
        for row in rows[:_MOST_ROWS]
    )
    left = max(total, len(rows)) - min(len(rows), _MOST_ROWS)
    more = f"<p class=sub>另有 {left:,} 项未列出；--json 给出更多。</p>" if left else ""
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f"<div class=wide>{table}</div>{more}"


def _bars(names: Sequence[str], numbers: Sequence[int], step: int) -> str:
    """Draw a bar for each number; every so many are named below."""
    most = max(numbers, default=0)
    if not most:
        return "<p class=none>没有操作。</p>"
    wide = _WIDTH / len(numbers)
    bars = []
    for place, (name, number) in enumerate(zip(names, numbers, strict=True)):
        high = number / most * (_HEIGHT - 2 * _FOOT)
        left, top = place * wide, _HEIGHT - _FOOT - high
        bars.append(
            f"<rect x='{left + 1:.1f}' y='{top:.1f}' width='{max(wide - 2, 1):.1f}'"
            f" height='{high:.1f}'><title>{escape(name)}：{number:,}</title></rect>"
        )
        if place % step == 0:
            bars.append(f"<text x='{left + 1:.1f}' y='{_HEIGHT - 4}'>{escape(name)}</text>")
    return (
        f"<figure><svg viewBox='0 0 {_WIDTH} {_HEIGHT}' role=img aria-label='条形图'>"
        f"{''.join(bars)}</svg><figcaption>最多 {most:,} 条</figcaption></figure>"
    )
