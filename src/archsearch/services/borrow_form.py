"""The application form (客户档案使用申请表) of a borrow request: a page of HTML, to print on A4.

It holds what whoever prints it may see, and lines to sign. Everything that anybody typed is
escaped, and the page may load and run nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from string import Template
from typing import Final

from archsearch.domain.borrowing import DEEDS, STATES
from archsearch.domain.zone import minute_of
from archsearch.services.borrow_desk import Borrowing, BorrowItem, BorrowStep

_PAGE: Final = Template("""\
<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>客户档案使用申请表 $id</title>
<style>
@page { size: A4; margin: 18mm 16mm; }
body { font: 10.5pt/1.5 "SimSun", "Songti SC", "Noto Serif CJK SC", serif; color: #000;
  max-width: 178mm; margin: 0 auto; }
h1 { font-size: 18pt; text-align: center; letter-spacing: .2em; margin: 0 0 4mm; }
h2 { font-size: 12pt; margin: 6mm 0 2mm; }
table { width: 100%; border-collapse: collapse; page-break-inside: auto; }
tr { page-break-inside: avoid; }
th, td { border: .3mm solid #000; padding: 1.2mm 2mm; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; unicode-bidi: isolate; }
th { font-weight: bold; white-space: nowrap; }
.number { display: flex; justify-content: space-between; margin-bottom: 2mm; }
.sign td { height: 22mm; }
.sign p { margin: 12mm 0 0; text-align: right; }
footer { margin-top: 4mm; font-size: 9pt; }
</style>
</head>
<body>
<h1>客户档案使用申请表</h1>
<div class="number"><span>申请编号：$id</span><span>打印时间：$printed</span></div>
<table>
$head
</table>
<h2>申请使用的档案</h2>
<table>
$items
</table>
<h2>办理记录</h2>
<table>
$steps
</table>
<h2>签字</h2>
<table class="sign">
<tr><td>申请人<p>签字：＿＿＿＿＿＿　　　年　　月　　日</p></td>
<td>部门负责人意见<p>签字：＿＿＿＿＿＿　　　年　　月　　日</p></td></tr>
<tr><td>档案管理部门意见<p>签字：＿＿＿＿＿＿　　　年　　月　　日</p></td>
<td>归还确认<p>签字：＿＿＿＿＿＿　　　年　　月　　日</p></td></tr>
</table>
<footer>本表含客户信息，仅限办理本次使用，用毕按规定归档。</footer>
</body>
</html>
""")

_ITEM_TITLES: Final = ("序号", "申请内容", "档号", "客户名称", "状态", "敏感字段", "使用期限至")
_STEP_TITLES: Final = ("时间", "办理人", "事项", "序号", "天数", "说明")


def form_of(borrowing: Borrowing, printed: datetime) -> str:
    """Write the form of a request as somebody sees it."""
    name = borrowing.display_name
    applicant = f"{name}（{borrowing.user}）" if name else borrowing.user
    head = (
        ("申请人", applicant, "部门", "、".join(borrowing.departments)),
        ("申请时间", minute_of(borrowing.requested_at), "状态", STATES[borrowing.state]),
        ("申请天数", str(borrowing.days), "敏感字段", _yes(borrowing.sensitive)),
    )
    wide = (("用途", borrowing.purpose), ("理由", borrowing.reason))
    rows = [_row("th td th td", row) for row in head]
    rows += [f'<tr><th>{escape(a)}</th><td colspan="3">{escape(b)}</td></tr>' for a, b in wide]
    return _PAGE.substitute(
        id=escape(borrowing.id),
        printed=escape(minute_of(printed)),
        head="\n".join(rows),
        items=_table(_ITEM_TITLES, map(_item, borrowing.items)),
        steps=_table(_STEP_TITLES, map(_step, borrowing.steps)),
    )


def _item(item: BorrowItem) -> Sequence[str]:
    extension = f"（申请续借 {item.extension} 天）" if item.extension is not None else ""
    return (
        str(item.number),
        item.asked,
        "、".join(each.record_id for each in item.records),
        "、".join(each.name for each in item.records if each.name),
        STATES[item.state] + extension,
        _yes(item.sensitive),
        "" if item.until is None else minute_of(item.until),
    )


def _step(step: BorrowStep) -> Sequence[str]:
    return (
        minute_of(step.at),
        step.by,
        DEEDS[step.deed],
        "、".join(map(str, step.items)),
        "" if step.days is None else str(step.days),
        step.note,
    )


def _yes(value: bool) -> str:  # noqa: FBT001 - the value is all there is
    return "是" if value else "否"


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = _row(" ".join(["th"] * len(titles)), titles)
    return "\n".join([head, *(_row(" ".join(["td"] * len(titles)), row) for row in rows)])


def _row(kinds: str, cells: Sequence[str]) -> str:
    pairs = zip(kinds.split(), cells, strict=True)
    return "<tr>" + "".join(f"<{kind}>{escape(cell)}</{kind}>" for kind, cell in pairs) + "</tr>"
