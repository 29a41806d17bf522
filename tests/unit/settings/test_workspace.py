from pathlib import Path

import pytest

from archsearch.errors import ConflictError, NotFoundError, WorkspaceError
from archsearch.settings.loading import load
from archsearch.settings.workspace import (
    create_workspace,
    defaults_folder,
    find_workspace,
    is_workspace,
)


def test_a_new_workspace_loads_and_holds_the_files_people_edit(tmp_path: Path) -> None:
    workspace = create_workspace(tmp_path / "archive")
    names = {path.relative_to(workspace.root).as_posix() for path in workspace.root.rglob("*")}

    assert {
        "archsearch.yaml", "var", "index", "inbox", "config/schema.yaml",
        "config/vocabularies.yaml", "config/user_dictionary.txt", "config/mappings/crm.yaml",
    } <= names  # fmt: skip
    assert "config/regions.csv" not in names
    assert load(workspace.root, {}).workspace == workspace


def test_records_index_and_inbox_are_closed_to_other_accounts(tmp_path: Path) -> None:
    workspace = create_workspace(tmp_path / "archive")

    for folder in (workspace.var, workspace.index, workspace.inbox):
        assert folder.stat().st_mode & 0o077 == 0


def test_files_that_are_there_stay_as_they_are(tmp_path: Path) -> None:
    own = tmp_path / "config" / "user_dictionary.txt"
    own.parent.mkdir()
    own.write_text("浦惠贷 1000 n\n")
    (tmp_path / "letter.txt").write_text("x")

    create_workspace(tmp_path)

    assert own.read_text() == "浦惠贷 1000 n\n"
    assert (tmp_path / "letter.txt").read_text() == "x"


def test_a_workspace_is_not_made_twice(tmp_path: Path) -> None:
    create_workspace(tmp_path)

    with pytest.raises(ConflictError):
        create_workspace(tmp_path)


def test_a_workspace_that_was_half_made_can_be_made_again(tmp_path: Path) -> None:
    create_workspace(tmp_path)
    (tmp_path / "archsearch.yaml").unlink()

    assert not is_workspace(tmp_path)
    create_workspace(tmp_path)
    assert is_workspace(tmp_path)


def test_a_file_cannot_become_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(WorkspaceError):
        create_workspace(tmp_path / "file")


def test_a_workspace_is_found_from_a_folder_below(tmp_path: Path) -> None:
    root = create_workspace(tmp_path / "archive").root
    below = root / "inbox" / "2024"
    below.mkdir()

    assert find_workspace(None, {}, below) == root


def test_a_folder_that_is_named_comes_before_the_environment_and_that_before_here(
    tmp_path: Path,
) -> None:
    named, home, here = (create_workspace(tmp_path / name).root for name in "abc")
    environ = {"ARCHSEARCH_HOME": str(home)}

    assert find_workspace(named, environ, here) == named
    assert find_workspace(None, environ, here) == home
    assert find_workspace(None, {"ARCHSEARCH_HOME": ""}, here) == here


def test_a_named_folder_must_be_a_workspace_itself(tmp_path: Path) -> None:
    root = create_workspace(tmp_path).root

    with pytest.raises(WorkspaceError, match="archsearch init"):
        find_workspace(root / "inbox", {}, root)


def test_without_any_workspace_it_says_how_to_make_one(tmp_path: Path) -> None:
    assert not any(is_workspace(folder) for folder in tmp_path.parents)

    with pytest.raises(NotFoundError, match="archsearch init"):
        find_workspace(None, {}, tmp_path)


def test_options_in_the_config_folder_make_a_workspace_too(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "archsearch.yaml").write_text("version: 1\n")

    assert find_workspace(None, {}, tmp_path) == tmp_path


def test_the_repository_is_a_workspace_with_the_defaults_as_its_own() -> None:
    assert is_workspace(defaults_folder().parent)
