import re
from pathlib import Path

import pytest

from archsearch.engines.whoosh import guard
from archsearch.errors import EngineError

ROOT = Path(__file__).parents[4]


def folder_with(path: Path, *names: str, package: bool = False) -> str:
    """A folder of site packages, with or without the package itself."""
    for name in names:
        (path / name).mkdir(parents=True)
    if package:
        (path / "whoosh").mkdir(parents=True, exist_ok=True)
        (path / "whoosh" / "__init__.py").touch()
    return str(path)


def test_the_whoosh_imported_here_is_accepted() -> None:
    guard.check()


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["Whoosh-2.7.3.dist-info"],
        ["whoosh_reloaded-2.7.5.dist-info"],
        ["whoosh3-2.7.4.dist-info"],
        ["Whoosh-2.7.4.dist-info", "whoosh3-3.54.0.dist-info"],
        ["Whoosh-2.7.4.dist-info", "Whoosh_Reloaded-2.7.5-py3.11.egg-info"],
    ],
)
@pytest.mark.parametrize("package", [False, True])
def test_no_or_another_or_a_second_whoosh_is_refused(
    tmp_path: Path, names: list[str], package: bool
) -> None:
    folder = folder_with(tmp_path / "site", *names, package=package)

    with pytest.raises(EngineError, match=r"Whoosh 2\.7\.4"):
        guard.check([folder, str(tmp_path / "missing")], "2.7.4")


def test_the_original_alone_is_accepted_under_either_spelling(tmp_path: Path) -> None:
    names = ("Whoosh-2.7.4.dist-info", "whooshish.txt", "numpy-2.0.0.dist-info")

    guard.check([folder_with(tmp_path, *names)], "2.7.4")


def test_the_tested_fork_is_accepted_in_the_tested_version_alone(tmp_path: Path) -> None:
    tested = folder_with(tmp_path / "tested", "whoosh3-3.54.0.dist-info", package=True)
    newer = folder_with(tmp_path / "newer", "whoosh3-3.55.0.dist-info", package=True)

    guard.check([tested], "3.54.0")
    with pytest.raises(EngineError, match=r"whoosh3 3\.55\.0"):
        guard.check([newer], "3.55.0")


def test_what_is_imported_must_be_what_is_installed(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "Whoosh-2.7.4.dist-info", package=True)

    with pytest.raises(EngineError):
        guard.check([folder], "3.54.0")


def test_only_the_first_package_on_the_path_counts(tmp_path: Path) -> None:
    fork = folder_with(tmp_path / "a", "whoosh3-3.54.0.dist-info", package=True)
    original = folder_with(tmp_path / "b", "Whoosh-2.7.4.dist-info", package=True)

    guard.check([str(tmp_path / "missing"), fork, original], "3.54.0")
    guard.check([original, fork], "2.7.4")
    for folders, version in (([fork, original], "2.7.4"), ([original, fork], "3.54.0")):
        with pytest.raises(EngineError):
            guard.check(folders, version)


def test_a_second_whoosh_before_the_first_package_is_refused(tmp_path: Path) -> None:
    stray = folder_with(tmp_path / "a", "whoosh_reloaded-2.7.5.dist-info")
    original = folder_with(tmp_path / "b", "Whoosh-2.7.4.dist-info", package=True)

    with pytest.raises(EngineError):
        guard.check([stray, original], "2.7.4")


def test_what_is_installed_is_what_was_tested() -> None:
    locks = {"whoosh": "requirements.lock", "whoosh3": "requirements-whoosh3.lock"}

    for name, version in guard.TESTED:
        text = (ROOT / locks[name]).read_text(encoding="utf-8")
        assert re.search(rf"^{name}=={re.escape(version)} ", text, flags=re.MULTILINE)
