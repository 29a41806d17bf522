"""What the programs of the crash and concurrency tests write: batches that are whole or absent.

Batch ``n`` of a writer creates ``FRESH`` records, brings the writer's one common record to version
``n + 1``, takes a number, and is told by one audit entry, all in one transaction.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from archsearch.domain.audit import Action, AuditEntry
from archsearch.domain.record import Record, RecordId, Values
from archsearch.storage import counters, records
from archsearch.storage.audit_log import AuditLog
from archsearch.storage.consistency import find_inconsistencies
from archsearch.storage.content import content_digest
from archsearch.storage.database import Database
from archsearch.storage.records import Revision
from tests.vaults import CONTENT_KEY

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
FRESH = 20
LOG = AuditLog(b"k" * 32)


def common_of(writer: str) -> RecordId:
    return RecordId(f"{writer}-common")


def revision(record_id: str, version: int) -> Revision:
    values: Values = {"name": record_id, "owner": "li.na", "notes": f"第{version}版" * 200}
    return Revision(
        Record(RecordId(record_id), version, values), content_digest(values, {}, CONTENT_KEY)
    )


def write_batch(database: Database, writer: str, number: int) -> None:
    with database.write() as connection:
        LOG.append(connection, AuditEntry(NOON, "li.na", Action.INGEST, f"{writer}-{number}"))
        counters.take(connection, writer)
        batch = [revision(f"{writer}-{number}-{each}", 1) for each in range(FRESH)]
        records.save(
            connection, [*batch, revision(common_of(writer), number + 1)], by="li.na", at=NOON
        )


def next_batch(database: Database, writer: str) -> int:
    common = common_of(writer)
    with database.read() as connection:
        found = records.get(connection, [common])
    return found[common].version if found else 0


def assert_whole(database: Database, done: dict[str, int]) -> None:
    """Check that exactly these many batches of each writer are there, each with all its parts."""
    with database.read() as connection:
        ids = {record.record_id: record.version for record in records.iterate_all(connection)}
        histories = {
            writer: [one.version for one in records.history(connection, common_of(writer))]
            for writer in done
        }
        chain = LOG.verify(connection)
        queued = set(connection.exec_driver_sql("SELECT DISTINCT record_id FROM outbox").scalars())
        versions = connection.exec_driver_sql("SELECT count(*) FROM record_versions").scalar_one()
        numbers: Iterable[tuple[str, int]] = [
            (row[0], row[1])
            for row in connection.exec_driver_sql("SELECT prefix, last FROM counters")
        ]
    expected = {
        f"{writer}-{number}-{each}": 1
        for writer, batches in done.items()
        for number in range(batches)
        for each in range(FRESH)
    }
    expected |= {f"{writer}-common": batches for writer, batches in done.items() if batches}
    assert ids == expected
    assert histories == {writer: list(range(1, batches + 1)) for writer, batches in done.items()}
    assert versions == sum(batches * (FRESH + 1) for batches in done.values())
    assert queued == set(expected)
    assert dict(numbers) == {writer: batches for writer, batches in done.items() if batches}
    assert (chain.entries, chain.breaks) == (sum(done.values()), ())
    with database.read() as connection:
        assert list(find_inconsistencies(connection)) == []
    assert database.verify() == ()
