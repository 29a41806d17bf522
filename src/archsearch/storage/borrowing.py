"""Borrow requests with their items and steps, and the budget of questions."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from archsearch.domain.borrowing import (
    BorrowRequest,
    Claim,
    Deed,
    Item,
    State,
    Step,
    Wanted,
    Wish,
)
from archsearch.domain.record import RecordId
from archsearch.storage.encoding import json_text, read_member
from archsearch.storage.tables import (
    BORROW_ITEMS,
    BORROW_QUESTIONS,
    BORROW_REQUESTS,
    BORROW_STEPS,
    GRANTS,
    USERS,
)
from archsearch.storage.users import user_id_of

_PAGE: Final = 200
_ITEMS, _REQUESTS = BORROW_ITEMS.c, BORROW_REQUESTS.c
_REQUEST: Final = select(BORROW_REQUESTS, USERS.c.name.label("user")).join(
    USERS, USERS.c.id == _REQUESTS.user_id
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What time has left open at a moment: what was asked for later than ``asked_after``."""

    asked_after: datetime
    at: datetime


def add(
    connection: Connection, user: str, wish: Wish, wanted: Sequence[Wanted], at: datetime
) -> BorrowRequest:
    """Store a new request, of which ``days`` must be told.

    Raises:
        NotFoundError: The user does not exist.
    """
    user_id = user_id_of(connection, user)
    of_user = select(func.max(_REQUESTS.number)).where(_REQUESTS.user_id == user_id)
    number = (connection.execute(of_user).scalar() or 0) + 1
    key = (connection.execute(select(func.max(_REQUESTS.id))).scalar() or 0) + 1
    connection.execute(
        insert(BORROW_REQUESTS).values(
            id=key,
            user_id=user_id,
            number=number,
            purpose=wish.purpose,
            reason=wish.reason,
            days=wish.days,
            sensitive=wish.sensitive,
            requested_at=at,
        )
    )
    rows = [_item_row(key, each, one, wish) for each, one in enumerate(wanted, 1)]
    connection.execute(insert(BORROW_ITEMS), rows)
    numbers = tuple(range(1, len(wanted) + 1))
    add_step(connection, key, Step(at, user, Deed.REQUEST, numbers, wish.reason, wish.days))
    return existing(connection, key)


def load(connection: Connection, user: str, number: int) -> BorrowRequest | None:
    """Load a request by whose it is and its number."""
    wanted = _REQUEST.where(USERS.c.name == user, _REQUESTS.number == number)
    return next(iter(_loaded(connection, connection.execute(wanted).all())), None)


def existing(connection: Connection, key: int) -> BorrowRequest:
    """Load a request that must be there."""
    rows = connection.execute(_REQUEST.where(_REQUESTS.id == key)).all()
    return _loaded(connection, rows)[0]


def request_of(connection: Connection, item: int) -> BorrowRequest:
    """Load the request that an item is of."""
    key = select(_ITEMS.request).where(_ITEMS.id == item)
    return existing(connection, connection.execute(key).scalar_one())


def newest(
    connection: Connection, *, user: str | None = None, live: Waiting | None = None
) -> Iterator[BorrowRequest]:
    """Walk through requests, the newest first.

    Args:
        connection: A transaction.
        user: Whose; everybody's by default.
        live: Only those of which an item waits for an answer or is lent.
    """
    statement = _REQUEST.order_by(_REQUESTS.id.desc()).limit(_PAGE)
    if user is not None:
        statement = statement.where(USERS.c.name == user)
    if live is not None:
        lent = and_(_ITEMS.state == State.APPROVED, _ITEMS.until > live.at)
        asked = _REQUESTS.requested_at > live.asked_after
        alive = select(_ITEMS.request).where(
            _ITEMS.request == _REQUESTS.id,
            or_(lent, and_(_ITEMS.state == State.APPLIED, asked)),
        )
        statement = statement.where(alive.exists())
    rows = connection.execute(statement).all()
    while rows:
        yield from _loaded(connection, rows)
        rows = connection.execute(statement.where(_REQUESTS.id < rows[-1].id)).all()


def count_waiting(connection: Connection, user: str, waiting: Waiting) -> int:
    """Count the requests of a user that wait for an answer."""
    statement = (
        select(func.count(_REQUESTS.id.distinct()))
        .join(USERS, USERS.c.id == _REQUESTS.user_id)
        .join(BORROW_ITEMS, _ITEMS.request == _REQUESTS.id)
        .where(
            USERS.c.name == user,
            or_(
                and_(_ITEMS.state == State.APPLIED, _REQUESTS.requested_at > waiting.asked_after),
                and_(_ITEMS.extension.is_not(None), _ITEMS.until > waiting.at),
            ),
        )
    )
    return connection.execute(statement).scalar_one()


def save(connection: Connection, item: Item) -> None:
    """Store how far an item has come."""
    connection.execute(
        update(BORROW_ITEMS)
        .where(_ITEMS.id == item.key)
        .values(
            state=str(item.state),
            sensitive=item.sensitive,
            until=item.until,
            extension=item.extension,
            renewals=item.renewals,
        )
    )


def add_step(connection: Connection, request: int, step: Step) -> None:
    """Note what was done about a request."""
    last = connection.execute(select(func.max(BORROW_STEPS.c.id))).scalar() or 0
    connection.execute(
        insert(BORROW_STEPS).values(
            id=last + 1,
            request=request,
            at=step.at,
            user_name=step.by,
            deed=str(step.deed),
            items=json_text(step.items),
            note=step.note,
            days=step.days,
        )
    )


def ask(connection: Connection, user: str, day: str) -> int:
    """Count a question of a user and give how many it makes that day.

    A clock that was set back wins no questions: the day never goes back.
    """
    user_id = user_id_of(connection, user)
    columns = BORROW_QUESTIONS.c
    known = connection.execute(select(columns.day).where(columns.user_id == user_id)).scalar()
    number = asked(connection, user, day) + 1
    if known is None:
        connection.execute(insert(BORROW_QUESTIONS).values(user_id=user_id, day=day, asked=1))
    else:
        change = update(BORROW_QUESTIONS).where(columns.user_id == user_id)
        connection.execute(change.values(day=max(day, known), asked=number))
    return number


def asked(connection: Connection, user: str, day: str) -> int:
    """Tell how many questions a user has asked that day."""
    columns = BORROW_QUESTIONS.c
    mine = select(columns.day, columns.asked).where(columns.user_id == user_id_of(connection, user))
    row = connection.execute(mine).first()
    return int(row.asked) if row is not None and day <= row.day else 0


def _item_row(request: int, number: int, wanted: Wanted, wish: Wish) -> dict[str, Any]:
    claim = wanted.claim
    return {
        "request": request,
        "number": number,
        "shown": wanted.shown,
        "record_id": wanted.record_id,
        "name": None if claim is None else claim.name,
        "tokens": None if claim is None else json_text(sorted(claim.tokens)),
        "state": str(State.APPLIED),
        "sensitive": wish.sensitive,
        "renewals": 0,
    }


def _loaded(connection: Connection, rows: Sequence[Row[Any]]) -> list[BorrowRequest]:
    keys = [row.id for row in rows]
    items: dict[int, list[Item]] = defaultdict(list)
    steps: dict[int, list[Step]] = defaultdict(list)
    granted = _granted(connection, keys)
    of_items = select(BORROW_ITEMS).where(_ITEMS.request.in_(keys)).order_by(_ITEMS.number)
    for row in connection.execute(of_items):
        items[row.request].append(_item(row, tuple(sorted(granted[row.id]))))
    at = BORROW_STEPS.c
    for row in connection.execute(select(BORROW_STEPS).where(at.request.in_(keys)).order_by(at.id)):
        numbers = tuple(orjson.loads(row.items))
        deed = read_member(Deed, row.deed)
        steps[row.request].append(Step(row.at, row.user_name, deed, numbers, row.note, row.days))
    return [
        BorrowRequest(
            key=row.id,
            user=row.user,
            number=row.number,
            purpose=row.purpose,
            reason=row.reason,
            days=row.days,
            sensitive=row.sensitive,
            requested_at=row.requested_at,
            items=tuple(items[row.id]),
            steps=tuple(steps[row.id]),
        )
        for row in rows
    ]


def _granted(connection: Connection, requests: Sequence[int]) -> dict[int, set[RecordId]]:
    """Tell which records were granted for each item of some requests."""
    found: dict[int, set[RecordId]] = defaultdict(set)
    statement = (
        select(GRANTS.c.item, GRANTS.c.record_id)
        .join(BORROW_ITEMS, _ITEMS.id == GRANTS.c.item)
        .where(_ITEMS.request.in_(requests))
    )
    for item, record_id in connection.execute(statement):
        found[item].add(RecordId(record_id))
    return found


def _item(row: Row[Any], records: tuple[RecordId, ...]) -> Item:
    claim = None if row.tokens is None else Claim(row.name, frozenset(orjson.loads(row.tokens)))
    return Item(
        key=row.id,
        number=row.number,
        wanted=Wanted(row.shown, row.record_id, claim),
        state=read_member(State, row.state),
        sensitive=row.sensitive,
        until=row.until,
        extension=row.extension,
        renewals=row.renewals,
        records=records,
    )
