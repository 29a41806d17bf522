from pathlib import Path

import pytest

from archsearch.engines.whoosh import guard
from archsearch.errors import EngineError


def test_the_whoosh_installed_here_is_accepted() -> None:
    guard.check()


@pytest.mark.parametrize(
    "installed",
    [
        [],
        ["Whoosh-2.7.3.dist-info"],
        ["whoosh_reloaded-2.7.5.dist-info"],
        ["Whoosh-2.7.4.dist-info", "whoosh3-3.18.0.dist-info"],
        ["Whoosh-2.7.4.dist-info", "Whoosh_Reloaded-2.7.5-py3.11.egg-info"],
    ],
)
def test_no_or_another_or_a_second_whoosh_is_refused(tmp_path: Path, installed: list[str]) -> None:
    for name in installed:
        (tmp_path / name).mkdir()

    with pytest.raises(EngineError, match=r"Whoosh 2\.7\.4"):
        guard.check([str(tmp_path), str(tmp_path / "missing")])


def test_the_original_alone_is_accepted_under_either_spelling(tmp_path: Path) -> None:
    for name in ("Whoosh-2.7.4.dist-info", "whooshish.txt", "numpy-2.0.0.dist-info"):
        (tmp_path / name).mkdir()

    guard.check([str(tmp_path)])
