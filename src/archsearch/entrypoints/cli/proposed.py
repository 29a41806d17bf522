"""Proposals to change records, for people and for pipes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archsearch.domain.proposal import PROPOSAL_STATES
from archsearch.domain.zone import minute_of
from archsearch.entrypoints.cli import moments
from archsearch.entrypoints.cli.differences import HIDING, label, text_of
from archsearch.entrypoints.cli.grid import Column, Table
from archsearch.entrypoints.cli.output import Output

if TYPE_CHECKING:
    from archsearch.domain.schema import Schema
    from archsearch.services.proposals import ProposedField, ShownProposal


def show(proposal: "ShownProposal", schema: "Schema", out: Output) -> None:
    """Show a proposal with what it would change."""
    if out.json:
        out.document(proposal)
    elif not out.people:
        rows = [_plain(each) for each in proposal.fields] or [["", "", "", "", ""]]
        out.lines([proposal.id, proposal.state.value, *row] for row in rows)
    else:
        out.table(_head(proposal))
        if proposal.fields:
            out.table(_fields(proposal.fields, schema))
    if not proposal.readable:
        out.note("您现在不能查看这份档案，因此不显示申请的内容。")
    if proposal.conflicts and proposal.state == "open":
        labels = "、".join(label(key, schema) for key in proposal.conflicts)
        out.warn(f"{labels}在提出之后又被改过；采纳时请加 --if-version {proposal.version}。")


def show_all(found: "Sequence[ShownProposal]", schema: "Schema", out: Output) -> None:
    """Show a list of proposals."""
    if out.json:
        out.document({"proposals": found})
        return
    if not found:
        out.note("没有这样的修改申请；提出：archsearch propose 档号 字段=值 --reason 理由")
        return
    if not out.people:
        out.lines(
            (
                each.id,
                each.user,
                each.state.value,
                each.record_id,
                moments.written(each.proposed_at),
                ",".join(each.keys),
                each.reason,
            )
            for each in found
        )
        return
    rows = [
        (
            each.id,
            each.display_name or each.user,
            PROPOSAL_STATES[each.state],
            each.record_id,
            minute_of(each.proposed_at),
            "、".join(label(key, schema) for key in each.keys),
            each.reason,
        )
        for each in found
    ]
    titles = ("申请号", "申请人", "状态", "档号", "时间", "字段", "理由")
    out.table(Table([Column(title) for title in titles], rows))
    out.note(f"共 {len(found)} 个修改申请。")


def _head(proposal: "ShownProposal") -> Table:
    name = proposal.display_name
    version = "" if proposal.version is None else f"，现为第 {proposal.version} 版"
    if proposal.state == "accepted":
        version = "" if proposal.version is None else f"，采纳为第 {proposal.version} 版"
    rows = [
        ("申请人", f"{name}（{proposal.user}）" if name else proposal.user),
        ("档案", f"{proposal.record_id}，依据第 {proposal.base_version} 版{version}"),
        ("状态", PROPOSAL_STATES[proposal.state]),
        ("理由", proposal.reason),
    ]
    if proposal.decided_at is not None:
        rows.append(("处理", f"{minute_of(proposal.decided_at)} {proposal.decided_by}"))
        rows.append(("说明", proposal.note))
    shown = [row for row in rows if row[1].strip()]
    return Table([Column("", "dim", whole=True), Column("")], shown, f"修改申请 {proposal.id}")


def _fields(fields: "Sequence[ProposedField]", schema: "Schema") -> Table:
    rows = [
        (
            label(each.field, schema),
            text_of(each.base),
            text_of(each.current),
            text_of(each.proposed) or "（删去）",
            _remarks(each),
        )
        for each in fields
    ]
    titles = ("字段", "提出时", "现在", "拟改为", "")
    return Table([Column(title) for title in titles], rows)


def _remarks(each: "ProposedField") -> str:
    """Say what the values do not."""
    remarks = ("又被改过" if each.conflict else "推算" if each.derived else "",)
    return "，".join(filter(None, (*remarks, HIDING if each.concealed else "")))


def _plain(each: "ProposedField") -> list[str]:
    values = map(text_of, (each.base, each.current, each.proposed))
    marks = {"conflict": each.conflict, "concealed": each.concealed}
    return [each.field, *values, ",".join(mark for mark, there in marks.items() if there)]
