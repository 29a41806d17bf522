"""The ledger of the watch folder: one row a file, its name and whereabouts sealed."""

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final, cast

import orjson
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    RowMapping,
    Table,
    Text,
    bindparam,
    func,
    insert,
    select,
    update,
)

from archsearch.domain.inbox import Entry, Mark, State
from archsearch.security.sealing import NotSealedHereError, Seal
from archsearch.security.tokens import stamp
from archsearch.storage.encoding import UtcTime, json_bytes, read_member
from archsearch.storage.failures import damaged
from archsearch.storage.tables import METADATA
from archsearch.storage.vault import Vault

INBOX: Final = Table(
    "inbox",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("folder", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("open", Integer, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("user_name", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("details", LargeBinary, nullable=False),
)
_COLUMNS: Final = (
    "folder",
    "place",
    "state",
    "open",
    "changed_at",
    "user_name",
    "content",
    "details",
)
_UPDATE: Final = (
    update(INBOX)
    .where(INBOX.c.id == bindparam("row"))
    .values({name: bindparam(f"new_{name}") for name in _COLUMNS})
)


class Ledger:
    """Reads and writes entries; what is open and what came by a place, of one watched folder.

    Args:
        vault: Seals names and whereabouts.
        root: The watched folder, empty for the workspace's own.
    """

    def __init__(self, vault: Vault, root: str = "") -> None:
        self._vault = vault
        self._root = root

    @cached_property
    def _seal(self) -> Seal:
        return Seal(self._vault.key_for("inbox"))

    @cached_property
    def token(self) -> Any:
        """Makes the keyed tokens of places and contents."""
        return stamp(self._vault.key_for("inbox/tokens"))

    def save(self, connection: Connection, entries: Sequence[Entry]) -> list[Entry]:
        """Store entries as they are now; new ones get their numbers."""
        stored: list[Entry] = []
        known: list[dict[str, Any]] = []
        # Those that are closed first: another may be about to take their place.
        for entry in sorted(entries, key=lambda each: each.open):
            row = self._row(entry)
            if entry.id:
                known.append({"row": entry.id, **{f"new_{name}": row[name] for name in row}})
                stored.append(entry)
        # Two that change places must not meet.
        if known:
            moving = update(INBOX).where(INBOX.c.id == bindparam("row"))
            away = [{"row": each["row"], "away": f"-{each['row']}"} for each in known]
            connection.execute(moving.values(place=bindparam("away")), away)
            connection.execute(_UPDATE, known)
        for entry in entries:
            if not entry.id:
                new = replace(entry, root=self._root)
                made = connection.execute(insert(INBOX).values(self._row(new)))
                key = made.inserted_primary_key
                stored.append(replace(new, id=int(key[0]) if key else 0))
        return stored

    def open_entries(self, connection: Connection) -> list[Entry]:
        """List what is not done with, in the order of arrival."""
        ours = (INBOX.c.open == 1, INBOX.c.folder == self._folder(self._root))
        rows = connection.execute(select(INBOX).where(*ours).order_by(INBOX.c.id))
        return [self._entry(row) for row in rows.mappings()]

    def of_records(self, connection: Connection) -> Iterator[Entry]:
        """Walk through the archived files that belong to records."""
        rows = connection.execute(select(INBOX).where(INBOX.c.state == State.ARCHIVED))
        for row in rows.mappings():
            entry = self._entry(row)
            if entry.record_ids and entry.digest:
                yield entry

    def get(self, connection: Connection, number: int) -> Entry | None:
        """Find an entry by its number."""
        row = connection.execute(select(INBOX).where(INBOX.c.id == number)).mappings().first()
        return None if row is None else self._entry(row)

    def closed_since(self, connection: Connection, since: datetime) -> Iterator[Entry]:
        """Walk through what of the folder came to an end since a moment, or is open since then."""
        ours = (INBOX.c.folder == self._folder(self._root), INBOX.c.changed_at >= since)
        statement = select(INBOX).where(*ours).order_by(INBOX.c.id)
        for row in connection.execute(statement).mappings():
            yield self._entry(row)

    def at(self, connection: Connection, path: str, root: str) -> Entry | None:
        """Find what is open at a path of a watched folder."""
        here = (INBOX.c.place == self._place(path), INBOX.c.folder == self._folder(root))
        row = connection.execute(select(INBOX).where(*here, INBOX.c.open == 1)).mappings().first()
        return None if row is None else self._entry(row)

    def recent(
        self,
        connection: Connection,
        states: Collection[State],
        whose: Collection[str],
        limit: int,
        before: int | None = None,
    ) -> list[Entry]:
        """List the latest entries in some states, of some users' watchers; before a number."""
        statement = select(INBOX).where(INBOX.c.state.in_([str(state) for state in states]))
        if before is not None:
            statement = statement.where(INBOX.c.id < before)
        statement = statement.where(INBOX.c.user_name.in_(whose))
        rows = connection.execute(statement.order_by(INBOX.c.id.desc()).limit(limit))
        return [self._entry(row) for row in rows.mappings()]

    def counts(self, connection: Connection, whose: Collection[str]) -> dict[str, int]:
        """Count the entries by state, of some users' watchers."""
        statement = select(INBOX.c.state, func.count()).group_by(INBOX.c.state)
        statement = statement.where(INBOX.c.user_name.in_(whose))
        return {str(state): int(number) for state, number in connection.execute(statement)}

    def archived_with(self, connection: Connection, digest: str) -> Entry | None:
        """Find the first file of this content that was archived."""
        row = (
            connection.execute(
                select(INBOX)
                .where(INBOX.c.content == self.token(digest), INBOX.c.state == State.ARCHIVED)
                .order_by(INBOX.c.id)
                .limit(1)
            )
            .mappings()
            .first()
        )
        return None if row is None else self._entry(row)

    def archived_at(self, connection: Connection, homes: Collection[str]) -> list[Entry]:
        """Find files that were dropped at some places and archived; the latest first."""
        # Where it was dropped is sealed; what is asked for is a token kept for closed entries.
        tokens = [self._place(home) for home in homes]
        rows = connection.execute(
            select(INBOX)
            .where(
                INBOX.c.place.in_(tokens),
                INBOX.c.folder == self._folder(self._root),
                INBOX.c.state == State.ARCHIVED,
            )
            .order_by(INBOX.c.id.desc())
        )
        return [self._entry(row) for row in rows.mappings()]

    def _place(self, path: str) -> str:
        return cast("str", self.token(os.fsencode(path).hex()))

    def _folder(self, root: str) -> str:
        return cast("str", self.token(f"folder/{os.fsencode(root).hex()}"))

    def _row(self, entry: Entry) -> dict[str, Any]:
        # A closed entry is looked up by where it was dropped, an open one by where it is.
        place = self._place(entry.path if entry.open else entry.home)
        details = json_bytes(
            {
                "path": os.fsencode(entry.path).decode("latin-1"),
                "home": os.fsencode(entry.home).decode("latin-1"),
                "mark": [str(part) for part in entry.mark],
                "digest": entry.digest,
                "target": os.fsencode(entry.target).decode("latin-1"),
                "reason": entry.reason,
                "message": entry.message,
                "records": list(entry.record_ids),
                "root": os.fsencode(entry.root).decode("latin-1"),
                "kept": entry.kept,
            }
        )
        return {
            "folder": self._folder(entry.root),
            "place": place,
            "state": str(entry.state),
            "open": int(entry.open),
            "changed_at": entry.since,
            "user_name": entry.user,
            "content": self.token(entry.digest) if entry.digest else "",
            "details": self._seal.seal(details, place.encode(), self._vault.cipher),
        }

    def _entry(self, row: RowMapping) -> Entry:
        try:
            found = orjson.loads(self._seal.open(row["details"], row["place"].encode()))
        except (NotSealedHereError, orjson.JSONDecodeError):
            raise damaged() from None
        return Entry(
            path=_path(found["path"]),
            home=_path(found["home"]),
            mark=Mark(*map(int, found["mark"])),
            state=read_member(State, row["state"]),
            since=row["changed_at"],
            id=row["id"],
            user=row["user_name"],
            digest=found["digest"],
            target=_path(found["target"]),
            reason=found["reason"],
            message=found["message"],
            record_ids=tuple(found["records"]),
            root=_path(found["root"]),
            kept=found["kept"],
        )


def _path(text: str) -> str:
    return os.fsdecode(text.encode("latin-1"))
