"""Proposals and what was decided about them; their contents are sealed as records are."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select, update

from archsearch.domain.policy import Facts
from archsearch.domain.proposal import Proposal, ProposalState
from archsearch.domain.record import GONE, RecordId
from archsearch.storage.database import vault_of
from archsearch.storage.encoding import json_bytes, read_list, read_member
from archsearch.storage.tables import PROPOSALS, RECORDS, USERS
from archsearch.storage.users import user_id_of

_PAGE: Final = 200
_P: Final = PROPOSALS.c
_SELECTED: Final = (
    select(
        PROPOSALS,
        USERS.c.name.label("user"),
        RECORDS.c.record_id,
        RECORDS.c.owner,
        RECORDS.c.department,
        RECORDS.c.secrecy,
        RECORDS.c.status,
    )
    .join(USERS, USERS.c.id == _P.user_id)
    .join(RECORDS, RECORDS.c.id == _P.record)
)


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about a proposal, by whom, when, and in which words."""

    state: ProposalState
    by: str
    at: datetime
    note: str = ""
    version: int | None = None


def add(
    connection: Connection,
    user: str,
    record: tuple[RecordId, int],
    content: dict[str, Any],
    at: datetime,
) -> Proposal:
    """Store a new proposal on a version of a record."""
    user_id = user_id_of(connection, user)
    record_id, base = record
    row = connection.execute(
        select(RECORDS.c.id).where(RECORDS.c.record_id == record_id)
    ).scalar_one()
    of_user = select(func.max(_P.number)).where(_P.user_id == user_id)
    number = (connection.execute(of_user).scalar() or 0) + 1
    key = (connection.execute(select(func.max(_P.id))).scalar() or 0) + 1
    sealed = vault_of(connection).seal_beside(row, _place(key), json_bytes([content]))
    connection.execute(
        insert(PROPOSALS).values(
            id=key,
            user_id=user_id,
            number=number,
            record=row,
            base=base,
            proposed_at=at,
            content=sealed,
            state=str(ProposalState.OPEN),
        )
    )
    return _made(connection.execute(_SELECTED.where(_P.id == key)).one())


def load(connection: Connection, user: str, number: int) -> Proposal | None:
    """Load a proposal by whose it is and its number."""
    wanted = _SELECTED.where(USERS.c.name == user, _P.number == number)
    row = connection.execute(wanted).first()
    return None if row is None else _made(row)


def newest(
    connection: Connection, *, user: str | None = None, open_only: bool = False
) -> Iterator[Proposal]:
    """Walk through proposals, the newest first; of one user, or only those still open."""
    statement = _SELECTED.order_by(_P.id.desc()).limit(_PAGE)
    if user is not None:
        statement = statement.where(USERS.c.name == user)
    if open_only:
        statement = statement.where(_P.state == str(ProposalState.OPEN))
    rows = connection.execute(statement).all()
    while rows:
        yield from map(_made, rows)
        rows = connection.execute(statement.where(_P.id < rows[-1].id)).all()


def count_open(connection: Connection, user: str) -> int:
    """Count the proposals of a user that nobody has decided about."""
    statement = (
        select(func.count())
        .select_from(PROPOSALS)
        .where(_P.user_id == user_id_of(connection, user), _P.state == str(ProposalState.OPEN))
    )
    return connection.execute(statement).scalar_one()


def content_of(connection: Connection, proposal: Proposal) -> dict[str, Any]:
    """Open what is proposed.

    Raises:
        StoreError: It was altered, or the record's key is gone.
    """
    row = _sealed(connection, proposal)
    opened = vault_of(connection).open_beside(row.record, _place(proposal.key), row.content)
    found: dict[str, Any] = read_list(opened)[0]
    return found


def note_of(connection: Connection, proposal: Proposal) -> str:
    """Open the words of the decision; empty if there are none."""
    row = _sealed(connection, proposal)
    if row.answer is None:
        return ""
    opened = vault_of(connection).open_beside(row.record, _answer(proposal.key), row.answer)
    return str(read_list(opened)[0].get("note", ""))


def decide(connection: Connection, proposal: Proposal, decided: Decided) -> None:
    """Note what was decided; there is no way back."""
    row = _sealed(connection, proposal)
    answer = None
    if decided.note:
        note = json_bytes([{"note": decided.note}])
        answer = vault_of(connection).seal_beside(row.record, _answer(proposal.key), note)
    connection.execute(
        update(PROPOSALS)
        .where(_P.id == proposal.key)
        .values(
            state=str(decided.state),
            decided_at=decided.at,
            decided_by=decided.by,
            answer=answer,
            version=decided.version,
        )
    )


def _sealed(connection: Connection, proposal: Proposal) -> Row[*tuple[Any, ...]]:
    columns = select(_P.record, _P.content, _P.answer)
    return connection.execute(columns.where(_P.id == proposal.key)).one()


def _made(row: Row[Any]) -> Proposal:
    return Proposal(
        key=row.id,
        user=row.user,
        number=row.number,
        facts=Facts(RecordId(row.record_id), row.owner, row.department, row.secrecy),
        deleted=row.status in GONE,
        base=row.base,
        proposed_at=row.proposed_at,
        state=read_member(ProposalState, row.state),
        decided_at=row.decided_at,
        decided_by=row.decided_by or "",
        version=row.version,
    )


def _place(key: int) -> str:
    return f"proposal/{key}"


def _answer(key: int) -> str:
    return f"proposal/{key}/answer"
