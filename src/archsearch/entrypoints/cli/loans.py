"""Borrow requests, for people and for pipes."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from archsearch.domain.borrowing import DEEDS, STATES
from archsearch.domain.zone import minute_of
from archsearch.entrypoints.cli import moments
from archsearch.entrypoints.cli.grid import Column, Table
from archsearch.entrypoints.cli.output import Output

if TYPE_CHECKING:
    from archsearch.services.borrow_desk import Borrowing, BorrowItem


def show(borrowing: "Borrowing", out: Output) -> None:
    """Show a request with what was done about it."""
    if out.json:
        out.document(borrowing)
    elif out.people:
        for table in (_head(borrowing), _items(borrowing), _steps(borrowing)):
            out.table(table)
    else:
        out.lines(_line(item) for item in borrowing.items)


def show_all(found: "Sequence[Borrowing]", out: Output) -> None:
    """Show a list of requests."""
    if out.json:
        out.document({"requests": found})
        return
    if not found:
        out.note(
            "没有这样的调阅申请；申请：archsearch borrow request 档号 --purpose 用途 --reason 理由"
        )
        return
    if not out.people:
        out.lines(
            (
                each.id,
                each.user,
                each.state.value,
                each.purpose,
                str(each.days),
                _written(_first_end(each)),
                "、".join(_asked(each)),
            )
            for each in found
        )
        return
    titles = ("申请号", "申请人", "状态", "用途", "天数", "到期", "档案")
    rows = [
        (
            each.id,
            each.display_name or each.user,
            _state(each),
            each.purpose,
            str(each.days),
            _shown(_first_end(each)),
            "、".join(_asked(each)),
        )
        for each in found
    ]
    out.table(Table([Column(title) for title in titles], rows))
    out.note(f"共 {len(found)} 个申请。")


def _head(borrowing: "Borrowing") -> Table:
    name = borrowing.display_name
    who = f"{name}（{borrowing.user}）" if name else borrowing.user
    rows = [
        ("申请人", f"{who} {'、'.join(borrowing.departments)}"),
        ("状态", STATES[borrowing.state]),
        ("用途", borrowing.purpose),
        ("理由", borrowing.reason),
        ("期限", f"{borrowing.days} 天{'，含敏感字段' if borrowing.sensitive else ''}"),
    ]
    return Table([Column("", "dim", whole=True), Column("")], rows, f"调阅申请 {borrowing.id}")


def _items(borrowing: "Borrowing") -> Table:
    titles = ("序号", "申请的档案", "状态", "到期", "敏感字段", "档号", "客户名称")
    rows = [
        (
            str(item.number),
            item.asked,
            STATES[item.state] + ("，续借待审批" if item.extension is not None else ""),
            _shown(item.until),
            "含" if item.sensitive else "",
            "、".join(each.record_id for each in item.records),
            "、".join(each.name for each in item.records if each.name),
        )
        for item in borrowing.items
    ]
    return Table([Column(title) for title in titles], rows)


def _steps(borrowing: "Borrowing") -> Table:
    rows = [
        (
            minute_of(step.at),
            step.by,
            DEEDS[step.deed],
            "、".join(map(str, step.items)),
            "" if step.days is None else f"{step.days} 天",
            step.note,
        )
        for step in borrowing.steps
    ]
    titles = ("时间", "办理人", "事项", "序号", "期限", "说明")
    return Table([Column(title) for title in titles], rows, "办理记录")


def _line(item: "BorrowItem") -> list[str]:
    return [
        str(item.number),
        item.asked,
        item.state.value,
        _written(item.until),
        "sensitive" if item.sensitive else "",
        "、".join(each.record_id for each in item.records),
        "、".join(each.name for each in item.records if each.name),
    ]


def _state(borrowing: "Borrowing") -> str:
    waiting = any(item.extension is not None for item in borrowing.items)
    return STATES[borrowing.state] + ("，续借待审批" if waiting else "")


def _asked(borrowing: "Borrowing") -> Iterator[str]:
    """Call the records of a request by what was typed; by their ids where these are known."""
    for item in borrowing.items:
        ids = "、".join(each.record_id for each in item.records)
        yield f"{item.asked}（{ids}）" if ids and ids != item.asked else item.asked


def _first_end(borrowing: "Borrowing") -> datetime | None:
    ends = (item.until for item in borrowing.items if item.until and item.state == "approved")
    return min(ends, default=None)


def _shown(moment: datetime | None) -> str:
    return "" if moment is None else minute_of(moment)


def _written(moment: datetime | None) -> str:
    return "" if moment is None else moments.written(moment)
