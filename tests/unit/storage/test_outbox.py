import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from archsearch.domain.record import RecordId
from archsearch.storage import outbox, records
from archsearch.storage.database import Database, open_database
from archsearch.storage.migrations.runner import migrate
from archsearch.storage.outbox import Access
from tests.unit.storage.samples import NOON, revision, save
from tests.vaults import with_vault

R1, R2 = RecordId("R1"), RecordId("R2")


def test_a_stretch_tells_its_records_once_with_their_versions_now(database: Database) -> None:
    with database.write() as connection:
        save(connection, revision("R2"), revision("R1"))
        outbox.enqueue(connection, [RecordId("gone")])
        save(connection, revision("R2", 2))
        save(connection, revision("R3"))

    with database.read() as connection:
        found = outbox.versions_between(connection, 0, 4)
        listed = outbox.between(connection, 0, 4)
        rest = outbox.versions_between(connection, 1, 3)

    assert list(found.items()) == [(R2, 2), (R1, 1), ("gone", None)]
    assert tuple(found) == listed
    assert rest == {R1: 1, "gone": None}


def test_what_is_saved_is_pending_once_a_record_oldest_first(database: Database) -> None:
    with database.write() as connection:
        save(connection, revision("R2"), revision("R1"))
        save(connection, revision("R2", 2))

    with database.read() as connection:
        found = outbox.pending(connection, 10)
        entries = outbox.count(connection)

    assert (found.record_ids, entries) == ((R2, R1), 3)


def test_pending_takes_no_more_than_asked_and_goes_on_after_the_acknowledgement(
    database: Database,
) -> None:
    with database.write() as connection:
        save(connection, revision("R1"), revision("R2"))
    with database.write() as connection:
        first = outbox.pending(connection, 1)
        outbox.acknowledge(connection, first.upto)

    with database.read() as connection:
        second = outbox.pending(connection, 1)

    assert (first.record_ids, second.record_ids) == ((R1,), (R2,))


def test_a_late_acknowledgement_does_not_remove_what_came_after(database: Database) -> None:
    """Numbers are not used again, even after the outbox was empty."""
    with database.write() as connection:
        save(connection, revision("R1"))
        taken = outbox.pending(connection, 10)
        outbox.acknowledge(connection, taken.upto)
    with database.write() as connection:
        save(connection, revision("R2"))
    with database.write() as connection:
        outbox.acknowledge(connection, taken.upto)

    with database.read() as connection:
        assert outbox.pending(connection, 10).record_ids == (R2,)


def test_an_empty_outbox_has_nothing_to_acknowledge(database: Database) -> None:
    with database.read() as connection:
        assert outbox.pending(connection, 10) == outbox.Pending((), 0)
        assert outbox.last(connection) == 0


def test_what_a_rebuild_has_read_can_be_acknowledged_at_once(database: Database) -> None:
    with database.write() as connection:
        save(connection, revision("R1"), revision("R2"))
    with database.read() as connection:
        upto = outbox.last(connection)
    with database.write() as connection:
        save(connection, revision("R1", 2))
        outbox.acknowledge(connection, upto)

    with database.read() as connection:
        assert outbox.pending(connection, 10).record_ids == (R1,)


def test_only_records_whose_access_changed_are_told_with_what_it_is_now(
    database: Database,
) -> None:
    with database.write() as connection:
        save(connection, *(revision(f"R{number}") for number in range(1, 6)))
        outbox.acknowledge(connection, outbox.last(connection))
    with database.write() as connection:
        save(
            connection,
            revision("R1", 2, notes="只改备注"),
            revision("R2", 2, owner="wang.wu"),
            revision("R3", 2, department="华北分行"),
            revision("R4", 2, secrecy="机密"),
            revision("R6"),
        )
        save(connection, revision("R2", 3, owner="zhao.liu"))

    with database.read() as connection:
        found = outbox.pending_access(connection, 10)

    assert found.complete
    assert found.records == {
        "R2": Access("zhao.liu", "华东分行/信贷部", "内部"),
        "R3": Access("li.na", "华北分行", "内部"),
        "R4": Access("li.na", "华东分行/信贷部", "机密"),
    }


def test_access_that_changed_and_changed_back_is_still_told(database: Database) -> None:
    """The index may hold the state in between."""
    with database.write() as connection:
        save(connection, revision("R1"))
        outbox.acknowledge(connection, outbox.last(connection))
    with database.write() as connection:
        save(connection, revision("R1", 2, owner="wang.wu"), revision("R1", 3))

    with database.read() as connection:
        assert list(outbox.pending_access(connection, 10).records) == [R1]


def test_access_that_changed_early_in_a_batch_is_told(database: Database) -> None:
    with database.write() as connection:
        save(connection, revision("R1"))
        outbox.acknowledge(connection, outbox.last(connection))
    with database.write() as connection:
        save(connection, revision("R1", 2, owner="wang"), revision("R1", 3, owner="wang"))

    with database.read() as connection:
        assert list(outbox.pending_access(connection, 10).records) == [R1]


def test_a_record_that_is_gone_is_told_without_access(database: Database) -> None:
    with database.write() as connection:
        outbox.enqueue(connection, [R1], access_changed=frozenset([R1]))

    with database.read() as connection:
        assert outbox.pending_access(connection, 10).records == {R1: None}


def test_too_many_changes_are_cut_and_the_cut_is_told(database: Database) -> None:
    ids = [RecordId(f"R{number}") for number in range(5)]
    with database.write() as connection:
        outbox.enqueue(connection, ids, access_changed=frozenset(ids))

    with database.read() as connection:
        cut = outbox.pending_access(connection, 4)
        whole = outbox.pending_access(connection, 5)

    assert (len(cut.records), cut.complete) == (4, False)
    assert (len(whole.records), whole.complete) == (5, True)


class Drain(RuleBasedStateMachine):
    """An index fed through the outbox, with crashes anywhere, ends equal to the store."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.database: Database = open_database(self.folder / "archive.db", create=True)
        migrate(self.database, at=NOON)
        with_vault(self.database)
        self.versions: dict[str, int] = {}
        self.index: dict[str, int] = {}
        self.taken: int | None = None

    def teardown(self) -> None:
        self.drain(limit=1000)
        with self.database.read() as connection:
            left = outbox.count(connection)
        self.database.close()
        shutil.rmtree(self.folder)
        assert (self.index, left) == (self.versions, 0)

    @rule(names=st.lists(st.sampled_from("abcd"), min_size=1, max_size=5))
    def change(self, names: list[str]) -> None:
        batch = []
        for name in names:
            self.versions[name] = self.versions.get(name, 0) + 1
            batch.append(revision(name, self.versions[name]))
        with self.database.write() as connection:
            save(connection, *batch)

    @rule(names=st.lists(st.sampled_from("abcd"), min_size=1, max_size=5))
    def change_and_fail(self, names: list[str]) -> None:
        with self.database.write() as connection:
            fresh = [revision(f"new-{name}") for name in dict.fromkeys(names)]
            save(connection, *fresh)
            connection.rollback()

    @rule(limit=st.integers(1, 4))
    def index_without_acknowledging(self, limit: int) -> None:
        with self.database.read() as connection:
            pending = outbox.pending(connection, limit)
            loaded = records.get(connection, pending.record_ids)
        self.index.update({one: record.version for one, record in loaded.items()})
        self.taken = pending.upto

    @precondition(lambda self: self.taken is not None)
    @rule()
    def acknowledge_late(self) -> None:
        assert self.taken is not None
        with self.database.write() as connection:
            outbox.acknowledge(connection, self.taken)
        self.taken = None

    @rule(limit=st.integers(1, 4))
    def drain(self, limit: int) -> None:
        self.index_without_acknowledging(limit)
        self.acknowledge_late()

    @invariant()
    def whatever_the_index_has_wrong_is_pending(self) -> None:
        with self.database.read() as connection:
            pending = set(outbox.pending(connection, 1000).record_ids)
        wrong = {one for one, version in self.versions.items() if self.index.get(one) != version}
        assert wrong <= pending


TestDrain = Drain.TestCase
TestDrain.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
