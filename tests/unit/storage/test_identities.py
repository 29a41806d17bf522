from archsearch.domain.record import RecordId
from archsearch.storage.database import Database
from archsearch.storage.identities import SourceKey, find_identities
from tests.unit.storage.samples import revision, save


def test_a_record_is_known_by_its_id_its_source_and_its_content(database: Database) -> None:
    known = revision("R1", source="CRM", source_id="7", notes="甲")
    with database.write() as connection:
        save(connection, known, revision("R2", source="CRM", source_id="8"))

    with database.read() as connection:
        found = find_identities(
            connection,
            record_ids=[RecordId("R1"), RecordId("R9")],
            sources=[SourceKey("CRM", "7"), SourceKey("核心", "8"), SourceKey("CRM", "9")],
            digests=[known.digest, "unknown"],
        )

    assert list(found.by_record_id) == ["R1"]
    assert list(found.by_source) == [SourceKey("CRM", "7")]
    assert list(found.by_digest) == [known.digest]
    identity = found.by_record_id[RecordId("R1")]
    assert found.by_source[SourceKey("CRM", "7")] == identity
    assert found.by_digest[known.digest] == (identity,)
    assert (identity.record_id, identity.version, identity.digest) == ("R1", 1, known.digest)
    assert (identity.owner, identity.department, identity.secrecy) == (
        "li.na",
        "华东分行/信贷部",
        "内部",
    )


def test_only_the_current_version_counts(database: Database) -> None:
    old = revision("R1", source="CRM", source_id="7")
    new = revision("R1", 2, source="CRM", source_id="70")
    with database.write() as connection:
        save(connection, old)
        save(connection, new)

    with database.read() as connection:
        found = find_identities(
            connection,
            sources=[SourceKey("CRM", "7"), SourceKey("CRM", "70")],
            digests=[old.digest, new.digest],
        )

    assert {key.source_id for key in found.by_source} == {"70"}
    assert set(found.by_digest) == {new.digest}


def test_several_with_the_same_content_are_named_oldest_first(database: Database) -> None:
    with database.write() as connection:
        save(connection, revision("R2"))
        save(connection, revision("R1"))

    with database.read() as connection:
        found = find_identities(connection, digests=[revision("R3").digest])

    assert [[one.record_id for one in same] for same in found.by_digest.values()] == [["R2", "R1"]]


def test_records_without_a_source_number_do_not_collide(database: Database) -> None:
    with database.write() as connection:
        save(connection, revision("R1", source="CRM"), revision("R2", source="CRM"))
        save(connection, revision("R3", source_id="1"), revision("R4", source_id="1"))

    with database.read() as connection:
        found = find_identities(connection, sources=[SourceKey("CRM", "1"), SourceKey("", "1")])

    assert found.by_source == {}


def test_a_large_batch_is_found_whole(database: Database) -> None:
    batch = [
        revision(f"R{number}", source=f"S{number % 3}", source_id=str(number), notes=str(number))
        for number in range(1300)
    ]
    with database.write() as connection:
        save(connection, *batch)

    with database.read() as connection:
        found = find_identities(
            connection,
            record_ids=[one.record.record_id for one in batch],
            sources=[SourceKey(f"S{number % 3}", str(number)) for number in range(1300)],
            digests=[one.digest for one in batch],
        )

    assert len(found.by_record_id) == len(found.by_source) == len(found.by_digest) == 1300
