"""What the index has to hear of, as documents of the records as they now are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from archsearch.domain.record import RecordId
from archsearch.engines.base import Document, Removal
from archsearch.engines.documents import DocumentBuilder
from archsearch.services.glossary import Keeper
from archsearch.storage import outbox, records
from archsearch.storage.bulk import chunks
from archsearch.storage.database import Database

_LOAD_STEP: Final = 500

Stretch: TypeAlias = tuple[int, int]
"""Entries of the outbox: those behind one number up to another."""
Versions: TypeAlias = Mapping[RecordId, int | None]
"""Of records; None for one that is gone."""


@dataclass(slots=True)
class Share:
    """What one process has made documents of before it commits them."""

    stretches: list[Stretch] = field(default_factory=list)
    versions: dict[RecordId, int | None] = field(default_factory=dict)
    states: set[int] = field(default_factory=set)
    """Those of the dictionary."""

    def changed(self, current: Versions, state: int) -> Sequence[RecordId] | None:
        """List the records that have changed since; None if none of the documents is of use.

        Args:
            current: The versions of the records that the index still has to hear of.
            state: That of the dictionary now.
        """
        if self.states != {state} or self.versions.keys() != current.keys():
            # The index may have heard of newer versions from others already.
            return None
        return [one for one, version in current.items() if self.versions[one] != version]


class Changes:
    """Makes documents as an engine asks for them, so that only a few records are in memory."""

    def __init__(self, database: Database, builder: DocumentBuilder, keeper: Keeper) -> None:
        self._database = database
        self._builder = builder
        self._keeper = keeper
        self.lost: list[RecordId] = []
        """Records that could not be opened, and so are in no index."""

    def of(
        self, wanted: Sequence[RecordId], versions: dict[RecordId, int | None] | None = None
    ) -> Iterator[Document | Removal]:
        """Make documents of records; notes their versions in ``versions``.

        Every few records are read in a transaction of their own: one as long as the commit would
        keep the write-ahead log from being folded into the file. They may be newer than the entries
        of the outbox; never older.
        """
        for some in chunks(wanted, _LOAD_STEP):
            with self._database.read() as connection:
                # One that cannot be opened must not keep the others from being found.
                found = records.get(connection, some, self.lost)
            for record_id in some:
                record = found.get(record_id)
                if versions is not None:
                    versions[record_id] = None if record is None else record.version
                if record is None or not record.searchable:
                    yield Removal(record_id)
                else:
                    yield self._builder.build(record)

    def of_stretches(
        self, stretches: Iterable[Stretch], share: Share
    ) -> Iterator[Document | Removal]:
        """Make documents of the records of stretches, each once; notes in ``share`` what of."""
        for after, upto in stretches:
            with self._database.read() as connection:
                record_ids = outbox.between(connection, after, upto)
                share.states.add(self._keeper.refresh(connection))
            share.stretches.append((after, upto))
            fresh = [record_id for record_id in record_ids if record_id not in share.versions]
            yield from self.of(fresh, share.versions)
