"""Lists that people have screened, what came of them, and what was decided; contents sealed."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from archsearch.domain.sifting import Stage
from archsearch.storage.tables import SCREENING_DECISIONS, SCREENING_PARTS, SCREENINGS
from archsearch.storage.users import user_id_of

_S: Final = SCREENINGS.c
_P: Final = SCREENING_PARTS.c
_D: Final = SCREENING_DECISIONS.c
_COLUMNS: Final = (
    _S.id, _S.state, _S.lines, _S.done, _S.began_at, _S.touched_at, _S.worker, _S.code, _S.content,
)  # fmt: skip


class Kept(NamedTuple):
    """A list as it is stored."""

    id: str
    state: str
    lines: int
    done: int
    began_at: datetime
    touched_at: datetime
    worker: int
    code: str
    content: bytes


def add(connection: Connection, user: str, kept: Kept) -> None:
    """Store a new list."""
    values = {**kept._asdict(), "user_id": user_id_of(connection, user)}
    connection.execute(insert(SCREENINGS).values(values))


def load(connection: Connection, user: str, screening: str) -> Kept | None:
    """Load a list of a user's."""
    mine = (_S.id == screening, _S.user_id == user_id_of(connection, user))
    row = connection.execute(select(*_COLUMNS).where(*mine)).first()
    return None if row is None else Kept(*row)


def listed(connection: Connection, user: str) -> list[Kept]:
    """List a user's, the newest first."""
    mine = select(*_COLUMNS).where(_S.user_id == user_id_of(connection, user))
    ordered = mine.order_by(_S.began_at.desc(), _S.id)
    return [Kept(*row) for row in connection.execute(ordered)]


def count(connection: Connection, user: str) -> int:
    """Count a user's."""
    mine = select(func.count()).where(_S.user_id == user_id_of(connection, user))
    return connection.execute(mine).scalar_one()


def change(connection: Connection, kept: Kept) -> None:
    """Store what became different about a list."""
    values = {name: value for name, value in kept._asdict().items() if name != "id"}
    connection.execute(update(SCREENINGS).where(_S.id == kept.id).values(values))


def advance(connection: Connection, kept: Kept, start: int, content: bytes) -> bool:
    """Store a part of what came of a list; False where it is no longer wanted."""
    running = (_S.id == kept.id, _S.state == Stage.RUNNING.value, _S.worker == kept.worker)
    moved = {"done": kept.done, "touched_at": kept.touched_at}
    if not connection.execute(update(SCREENINGS).where(*running).values(moved)).rowcount:
        return False
    part = {"screening": kept.id, "start": start, "content": content}
    connection.execute(insert(SCREENING_PARTS).values(part))
    return True


def parts(
    connection: Connection, screening: str, start: int | None = None
) -> Iterator[tuple[int, bytes]]:
    """Give the parts of what came of a list, in order; or the one that starts at a line."""
    wanted = select(_P.start, _P.content).where(_P.screening == screening).order_by(_P.start)
    if start is not None:
        wanted = wanted.where(_P.start == start)
    yield from ((start, content) for start, content in connection.execute(wanted))


def decide(connection: Connection, screening: str, line: int, content: bytes) -> None:
    """Store what was decided about a line, in place of what was decided before."""
    connection.execute(
        delete(SCREENING_DECISIONS).where(_D.screening == screening, _D.line == line)
    )
    values = {"screening": screening, "line": line, "content": content}
    connection.execute(insert(SCREENING_DECISIONS).values(values))


def decisions(connection: Connection, screening: str) -> Iterator[tuple[int, bytes]]:
    """Give every decision by its line."""
    wanted = select(_D.line, _D.content).where(_D.screening == screening)
    yield from ((line, content) for line, content in connection.execute(wanted))


def drop(connection: Connection, screening: str) -> None:
    """Forget a list with all that belongs to it."""
    connection.execute(delete(SCREENING_PARTS).where(_P.screening == screening))
    connection.execute(delete(SCREENING_DECISIONS).where(_D.screening == screening))
    connection.execute(delete(SCREENINGS).where(_S.id == screening))


def untouched(connection: Connection, before: datetime) -> list[str]:
    """List what nobody has touched since a moment, whoever's it is."""
    return list(connection.execute(select(_S.id).where(_S.touched_at < before)).scalars())
