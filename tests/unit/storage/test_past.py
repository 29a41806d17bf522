"""Users, dictionary, records and grants as they were."""

from collections.abc import Callable

from sqlalchemy import Connection

from archsearch.domain.access import Role
from archsearch.domain.audit import Action, AuditEntry
from archsearch.domain.dictionary import Entry, EntryKind
from archsearch.domain.policy import Facts
from archsearch.domain.record import RecordId
from archsearch.domain.users import User
from archsearch.storage import departments, dictionary, grants, past, users
from archsearch.storage.audit_log import AuditLog
from archsearch.storage.database import Database, vault_of
from archsearch.storage.grants import Grant, Lent
from archsearch.storage.moments import Moment
from archsearch.storage.past import RecordsThen
from tests.unit.storage.samples import NOON, after, revision, save

LOG = AuditLog(b"k" * 32)
R1, R2, R3 = map(RecordId, ("R1", "R2", "R3"))
ONE, OTHER = Entry(EntryKind.WORD, "华信"), Entry(EntryKind.SYNONYM, "授信", "贷款")


def done(database: Database, *changes: Callable[[Connection], object]) -> int:
    """Make changes and enter them in the log; give the entry's number."""
    with database.write() as connection:
        for change in changes:
            change(connection)
        LOG.append(connection, AuditEntry(NOON, "a", Action.CONFIGURE))
        return connection.exec_driver_sql("SELECT max(seq) FROM audit").scalar_one()  # type: ignore[no-any-return] # a number


def test_a_user_is_what_they_were_after_each_change(database: Database) -> None:
    was = User("a", "甲", Role.EMPLOYEE, frozenset(), "内部")
    done(database, lambda c: departments.ensure(c, "乙", at=NOON))
    added = done(database, lambda c: users.add(c, was, at=NOON))
    moved = done(database, lambda c: users.set_departments(c, "a", ["乙"]))
    raised = done(
        database,
        lambda c: users.set_role(c, "a", Role.MANAGER),
        lambda c: users.set_clearance(c, "a", "机密"),
    )
    gone = done(database, lambda c: users.set_disabled(c, "a", disabled=True))

    with database.read() as connection:
        states = [past.user_at(connection, "a", seq) for seq in (added - 1, added, moved, raised)]
        last = past.user_at(connection, "a", gone)
        assert list(past.disagreements(connection)) == []

    there = frozenset({"乙"})
    assert states == [
        None,
        was,
        User("a", "甲", Role.EMPLOYEE, there, "内部"),
        User("a", "甲", Role.MANAGER, there, "机密"),
    ]
    assert last == User("a", "甲", Role.MANAGER, there, "机密", disabled=True)


def test_a_state_changed_behind_the_back_is_told(database: Database) -> None:
    done(database, lambda c: users.add(c, User("a"), at=NOON))
    done(database, lambda c: dictionary.add(c, ONE, by="a", at=NOON))
    done(database, lambda c: save(c, revision("R1")))
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE users SET role = 'administrator'")
        connection.exec_driver_sql("DELETE FROM dictionary")
        connection.exec_driver_sql(
            "INSERT INTO record_versions SELECT NULL, record, 2, digest, quality, changed_by,"
            " changed_at, origins, content FROM record_versions"
        )

    with database.read() as connection:
        assert list(past.disagreements(connection)) == ["用户", "词典", "档案版本"]


def test_the_dictionary_is_put_together_in_the_order_of_its_entries(database: Database) -> None:
    first = done(database, lambda c: dictionary.add(c, ONE, by="a", at=NOON))
    second = done(database, lambda c: dictionary.add(c, OTHER, by="a", at=NOON))
    without = done(database, lambda c: dictionary.remove(c, ONE))
    again = done(database, lambda c: dictionary.add(c, ONE, by="a", at=NOON))

    with database.read() as connection:
        found = [
            past.dictionary_at(connection, seq).entries
            for seq in (0, first, second, without, again)
        ]

    assert found == [(), (ONE,), (ONE, OTHER), (OTHER,), (OTHER, ONE)]


def test_a_record_is_what_it_was_in_each_version(database: Database) -> None:
    first = done(database, lambda c: save(c, revision("R1", department="甲")))
    second = done(database, lambda c: save(c, revision("R1", 2, department="乙", secrecy="机密")))

    with database.read() as connection:
        found = [past.sighting(connection, R1, seq) for seq in (0, first, second)]
        missing = past.sighting(connection, R2, second)

    assert found[0] is None
    assert found[1] == past.Sighting(Facts(R1, "li.na", "甲", "内部"), 1)
    assert found[2] == past.Sighting(Facts(R1, "li.na", "乙", "机密"), 2)
    assert missing is None


def test_a_grant_counts_from_its_entry_to_that_of_its_end(database: Database) -> None:
    """Though the clock was set back in between, and says otherwise."""
    done(database, lambda c: users.add(c, User("a"), at=NOON), lambda c: save(c, revision("R1")))
    lent = Grant(R1, "a", after(hours=1), after(hours=9), "boss", sensitive=True)
    given = done(database, lambda c: grants.add(c, lent))
    ended = done(database, lambda c: grants.revoke(c, 1, by="boss", at=after(hours=-1)))

    def at(seq: int, hours: float = 1) -> tuple[Lent, int]:
        with database.read() as connection:
            moment = Moment(seq, after(hours=hours))
            loans = past.loans_at(connection, R1, moment)
            return past.lent_at(connection, "a", moment), len(loans)

    nothing = (Lent(frozenset(), frozenset()), 0)
    assert at(given - 1) == nothing
    assert at(given) == (Lent(frozenset({R1}), frozenset({R1})), 1)
    assert at(given, 9) == nothing
    assert at(given, 0.9) == nothing
    assert at(ended) == nothing


def test_records_of_then_are_those_that_could_be_seen_then(database: Database) -> None:
    first = done(database, lambda c: save(c, revision("R1", department="甲"), revision("R2")))
    done(database, lambda c: save(c, revision("R1", 2, department="乙"), revision("R3")))

    def allows(record_id: RecordId, owner: str, department: str, secrecy: str) -> bool:
        return department == "甲"

    then = RecordsThen(database, first, allows)

    assert [each.version for each in then.all()] == [1]
    assert list(then.get([R1, R2, R3])) == [R1]
    assert then.changed_since(9) is None
    second = RecordsThen(database, first, lambda *facts: facts[0] == R2)
    assert second.changed_since(9) == frozenset({R1, R3})
    assert second.changed_since(1) is None
    assert RecordsThen(database, first + 1, allows).changed_since(9) == frozenset()


def test_a_record_whose_key_is_gone_is_counted_as_lost(database: Database) -> None:
    first = done(database, lambda c: save(c, *map(revision, ("R1", "R2", "R3"))))
    with database.read() as connection:
        vault = vault_of(connection)
    vault.destroy([2])

    then = RecordsThen(database, first, lambda *_: True)

    assert [each.record_id for each in then.all()] == [R1, R3]
    assert then.lost == 1
