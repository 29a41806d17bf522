"""Damaged files: the index mends itself, the store and the secret are refused; nothing is wrong."""

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archsearch.domain.record import Values
from archsearch.errors import NotFoundError, StoreError, WorkspaceError
from archsearch.security.keyring import FileKeys, Keyring
from tests.integration.engine import vandal
from tests.offices import Office, copied, found_workspace

Damage = Callable[[Path], object]
AMOUNT = 60
DAMAGES = int(os.environ.get("ARCHSEARCH_TEST_DAMAGES", "10000")) // 100
FIRST_SEED = int(os.environ.get("ARCHSEARCH_TEST_SEED", "1000000"))


def truncate(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for place in range(0, len(data), max(1, len(data) // 7)):
        data[place] ^= 0x40
    path.write_bytes(data)


def delete(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.fixture(scope="module")
def filled(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with two segments and documents that were replaced; nobody has it open."""
    path = copied(template, tmp_path_factory.mktemp("filled") / "workspace")
    rows = [
        {"record_id": f"R{number}", "name": f"张伟{number}", "notes": f"逾期{number}次"}
        for number in range(AMOUNT)
    ]
    with Office(path) as office:
        office.hire(boss="manager at 总行")
        office.feed(*rows)
        office.feed(*({**row, "notes": "展期"} for row in rows[:9]))
        assert office.ailments() == []
    return path


def answers(office: Office) -> dict[str, Any]:
    page = office.archive.search("张伟", user="admin", facets=["status"], limit=100)
    found = {hit.record_id: (hit.score, hit.record) for hit in page.hits}
    return {
        "found": found,
        "facets": page.facets,
        "exact": office.seen("admin", "展期", mode="exact"),
        "hidden": office.seen("boss"),
    }


@pytest.fixture(scope="module")
def expected(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    with Office(copied(filled, tmp_path_factory.mktemp("expected") / "workspace")) as office:
        found = answers(office)
    assert (len(found["found"]), len(found["exact"]), found["hidden"]) == (AMOUNT, 9, set())
    return found


# The index ---------------------------------------------------------------------------------------


def index_files(workspace: Path) -> list[Path]:
    return sorted(path for path in (workspace / "index").rglob("*") if path.is_file())


@pytest.mark.parametrize("damage", [truncate, flip, delete, empty])
def test_any_damaged_index_file_is_mended_by_the_next_search(
    filled: Path, expected: dict[str, Any], tmp_path: Path, damage: Damage
) -> None:
    names = [path.relative_to(filled) for path in index_files(filled)]
    assert len(names) >= 5
    for number, name in enumerate(names):
        workspace = copied(filled, tmp_path / str(number))
        damage(workspace / name)

        with Office(workspace) as office:
            assert answers(office) == expected, name
            assert office.ailments() == []


def check_random_damages(workspace: Path, expected: dict[str, Any], seed: int, times: int) -> None:
    """Damage the index somewhere, and search; what was mended is damaged again."""
    dice = random.Random(seed)
    index = workspace / "index"
    for number in range(times):
        done = f"damage {number}, {vandal.damage(index, vandal.files_of(index), dice)}"
        with Office(workspace) as office:
            assert answers(office) == expected, done
            assert office.ailments() == [], done


def test_random_damage_to_the_index_is_mended_by_the_next_search(
    filled: Path, expected: dict[str, Any], tmp_path: Path
) -> None:
    check_random_damages(copied(filled, tmp_path / "workspace"), expected, 1, 10)


@pytest.mark.slow
def test_much_random_damage_to_the_index_is_mended_by_the_next_search(
    filled: Path, expected: dict[str, Any], tmp_path: Path
) -> None:
    """A hundredth of ``ARCHSEARCH_TEST_DAMAGES``."""
    check_random_damages(copied(filled, tmp_path / "workspace"), expected, FIRST_SEED, DAMAGES)


@pytest.mark.parametrize("content", [b"", b"../../etc\n", b"g000001-deadbeef\n", b"\xff\x00" * 50])
def test_a_pointer_to_nowhere_is_mended(
    filled: Path, expected: dict[str, Any], tmp_path: Path, content: bytes
) -> None:
    workspace = copied(filled, tmp_path / "workspace")
    (workspace / "index" / "CURRENT").write_bytes(content)

    with Office(workspace) as office:
        assert answers(office) == expected
        assert office.ailments() == []


def test_without_the_index_folder_nothing_is_lost(
    filled: Path, expected: dict[str, Any], tmp_path: Path
) -> None:
    workspace = copied(filled, tmp_path / "workspace")
    shutil.rmtree(workspace / "index")

    with Office(workspace) as office:
        assert answers(office) == expected
        shutil.rmtree(workspace / "index")
        assert answers(office) == expected
        office.feed({"record_id": "R0", "name": "张伟0", "notes": "又改"})
        assert office.seen("admin", "又改", mode="exact") == {"R0"}
        assert office.ailments() == []


def test_a_damaged_index_is_no_obstacle_to_ingest(filled: Path, tmp_path: Path) -> None:
    for number, name in enumerate(path.relative_to(filled) for path in index_files(filled)):
        workspace = copied(filled, tmp_path / str(number))
        flip(workspace / name)

        with Office(workspace) as office:
            assert office.feed({"record_id": "N", "name": "新客户"}).indexed
            assert office.seen("admin", "新客户", mode="exact") == {"N"}
            assert office.ailments() == []


# The store ---------------------------------------------------------------------------------------


def brought(values: Values) -> list[Any]:
    """Take what the row said: of what archsearch filled in there is no digest."""
    return [values.get(key) for key in ("record_id", "name", "notes")]


def shown(office: Office) -> list[Any]:
    ids = [f"R{number}" for number in range(0, 60, 6)]
    return [brought(office.archive.get(each, user="admin").values) for each in ids]


def versions(office: Office) -> list[Any]:
    return [
        brought(version.values)
        for number in range(0, 60, 20)
        for version in office.archive.history(f"R{number}", user="admin")
    ]


def found_again(office: Office) -> list[Any]:
    page = office.archive.search("张伟", user="admin", limit=100)
    return [(hit.score, brought(hit.record)) for hit in page.hits]


def fed(office: Office) -> set[str]:
    office.feed({"record_id": "N", "name": "新客户"})
    return office.seen("admin", "新客户", mode="exact")


def outcomes(workspace: Path) -> list[Any]:
    """Ask for everything; a clear refusal is an answer."""
    found: list[Any] = []
    asks: tuple[Callable[[Office], Any], ...] = (shown, versions, found_again, fed)
    try:
        with Office(workspace) as office:
            for ask in asks:
                try:
                    found.append(ask(office))
                except StoreError:
                    found.append(StoreError)
                except NotFoundError as error:  # of a record whose id was hit
                    found.append(str(error))
    except (StoreError, WorkspaceError):
        return [StoreError]
    return found


def ailing(workspace: Path) -> bool:
    try:
        with Office(workspace) as office:
            return bool(office.ailments())
    except (StoreError, WorkspaceError):
        return True


def check_store_damage(filled: Path, folder: Path, seeds: range, *, whole_pages: bool) -> int:
    right = outcomes(copied(filled, folder / "right"))
    assert StoreError not in right
    refused = 0
    for seed in seeds:
        dice = random.Random(seed)
        workspace = copied(filled, folder / str(seed))
        path = workspace / "var" / "archive.db"
        data = bytearray(path.read_bytes())
        if whole_pages:
            start = dice.randrange(len(data) // 4096) * 4096
            data[start : start + 4096] = dice.randbytes(4096)
        else:
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        path.write_bytes(data)

        found = outcomes(workspace)

        refused += StoreError in found
        wrong = any(
            answer not in (StoreError, truth) for answer, truth in zip(found, right, strict=False)
        )
        # SQLite has no checksums: what passes for content is found by the doctor alone.
        assert not wrong or (not whole_pages and ailing(workspace)), seed
        shutil.rmtree(workspace)
    return refused


def test_a_store_with_a_scrambled_page_is_refused_or_right(filled: Path, tmp_path: Path) -> None:
    assert check_store_damage(filled, tmp_path, range(5), whole_pages=True)


def test_a_store_with_a_flipped_bit_is_refused_or_right_or_found_by_the_doctor(
    filled: Path, tmp_path: Path
) -> None:
    check_store_damage(filled, tmp_path, range(133, 138), whole_pages=False)


@pytest.mark.slow
@pytest.mark.parametrize("whole_pages", [True, False])
def test_a_store_damaged_in_many_places_is_refused_or_right(
    filled: Path, tmp_path: Path, *, whole_pages: bool
) -> None:
    assert check_store_damage(filled, tmp_path, range(100, 700), whole_pages=whole_pages)


# The secret --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    [
        delete,
        empty,
        truncate,
        lambda path: path.write_bytes(b"\0" * 32),
        lambda path: path.chmod(0o644),
        lambda path: path.chmod(0o640),
        lambda path: path.rename(path.with_name("moved")).with_name(path.name).symlink_to("moved"),
    ],
    ids=["missing", "empty", "short", "zero", "world-readable", "group-readable", "link"],
)
def test_without_a_sound_and_private_secret_nothing_starts(
    filled: Path, tmp_path: Path, damage: Damage
) -> None:
    workspace = copied(filled, tmp_path / "workspace")
    secret = workspace / "secret.key"
    damage(secret)

    with pytest.raises(WorkspaceError, match="密钥"):
        Office(workspace)


def test_another_secret_is_refused(filled: Path, tmp_path: Path) -> None:
    workspace = copied(filled, tmp_path / "workspace")
    FileKeys(workspace / "secret.key").save(Keyring({}).with_new())

    with pytest.raises(WorkspaceError, match="不是建立这个工作区时的那个"):
        Office(workspace)


def test_keys_of_another_workspace_are_refused(filled: Path, tmp_path: Path) -> None:
    workspace, other = copied(filled, tmp_path / "workspace"), found_workspace(tmp_path / "other")
    for name in ("secret.key", "keys/keys.db"):
        shutil.copyfile(other / name, workspace / name)

    with pytest.raises(WorkspaceError, match="不是这个档案库的"):
        Office(workspace)


def test_without_the_keys_of_records_nothing_starts(filled: Path, tmp_path: Path) -> None:
    workspace = copied(filled, tmp_path / "workspace")
    (workspace / "keys" / "keys.db").unlink()

    with pytest.raises(WorkspaceError, match="密钥库"):
        Office(workspace)
