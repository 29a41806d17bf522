"""Record ids for the rows of a batch that bring none: numbers are looked up many at a time."""

from collections.abc import Container, Iterator

from sqlalchemy import Connection

from archsearch.domain.record import RecordId
from archsearch.ingest.naming import NamingRule
from archsearch.storage import counters, identities
from archsearch.storage.bulk import KEYS_A_STATEMENT


class Numbering:
    """Numbers the new records of one batch.

    Args:
        connection: The batch's transaction; until :meth:`close` nothing else may count in it.
        naming: Makes ids of numbers.
        taken: Record ids that the batch uses, kept up while it is worked through: people may have
            used a number by hand.
        wanted: How many numbers may be asked for.
    """

    def __init__(
        self, connection: Connection, naming: NamingRule, taken: Container[RecordId], wanted: int
    ) -> None:
        self._connection = connection
        self._naming = naming
        self._taken = taken
        self._block = min(wanted, KEYS_A_STATEMENT)
        self._free: dict[str, Iterator[tuple[int, RecordId]]] = {}
        self._given: dict[str, int] = {}

    def next(self, nature: str | None, year: int) -> RecordId:
        """Give the next id that nobody uses."""
        prefix = self._naming.prefix(nature, year)
        free = self._free.get(prefix)
        if free is None:
            free = self._free[prefix] = self._unused(prefix)
        number, record_id = next(each for each in free if each[1] not in self._taken)
        self._given[prefix] = number
        return record_id

    def close(self) -> None:
        """Note which numbers are gone."""
        for prefix, number in self._given.items():
            last = counters.last(self._connection, prefix)
            counters.take(self._connection, prefix, number - last)

    def _unused(self, prefix: str) -> Iterator[tuple[int, RecordId]]:
        last = counters.last(self._connection, prefix)
        while True:
            numbers = range(last + 1, last + 1 + self._block)
            names = {self._naming.name(prefix, number): number for number in numbers}
            found = identities.find_identities(self._connection, record_ids=names.keys())
            for record_id, number in names.items():
                if record_id not in found.by_record_id:
                    yield number, record_id
            last = numbers[-1]
