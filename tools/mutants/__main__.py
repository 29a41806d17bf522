"""Try the tests of what guards access on mutants: `python -m tools.mutants [GROUP | FILE …]`.

``table.toml`` says which tests answer for which file, in groups. ``equivalent.toml`` lists changes
that no test can notice, each with the reason; they are counted apart. The tree is copied first, and
everything happens in the copy. Exit code 1: a group has less than the share that must be killed.
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import tools
from tools.mutants.mutations import Mutation, mutations_of
from tools.mutants.running import MISSED, Quick, anew, branch, collect

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parent.parent
_COPIED: Final = ("src", "tests", "tools", "config", "sample_data", "pyproject.toml")
_REQUIRED: Final = 0.95
_PATIENCE: Final = 40.0
_PATIENCE_FOR_ALL: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the mutants of one file."""

    file: str
    killed: int
    equivalent: int
    survivors: tuple[Mutation, ...]

    @property
    def share(self) -> float:
        """How many were killed of those that can be."""
        return share([self])


def share(results: Sequence[Result]) -> float:
    """Tell how many mutants of some files were killed, of those that can be."""
    killed = sum(result.killed for result in results)
    return killed / max(1, killed + sum(len(result.survivors) for result in results))


def table() -> dict[str, dict[str, list[str]]]:
    """Read the tests of each file, by group."""
    return tomllib.loads((HERE / "table.toml").read_text(encoding="utf-8"))


def equivalents() -> dict[str, dict[str, str]]:
    """Read the changes that nobody can notice: by file and name, the reason."""
    return tomllib.loads((HERE / "equivalent.toml").read_text(encoding="utf-8"))


def try_file(tree: Path, file: str, tests: Sequence[str], known: Mapping[str, str]) -> Result:
    """Try all changes of one file of a copied tree."""
    path = tree / file
    every = mutations_of(path.read_text())
    if gone := known.keys() - {one.name for one in every}:
        raise SystemExit(f"{file}: equivalent.toml names what is no change of it: {sorted(gone)}")
    mutations = [one for one in every if one.name not in known]
    quick = [one for one in mutations if one.inside]
    said = tree / "said.tsv"
    said.write_text("")

    def report(line: str) -> None:
        with said.open("a") as out:
            out.write(line + "\n")

    plugin = Quick(path, quick, report)
    if quick:
        code = branch(lambda: collect(tests, tree / "base", plugin), _PATIENCE_FOR_ALL)
        if code != MISSED:
            raise SystemExit(f"{file}: the tests cannot be run (exit code {code})")
    lines = [line.split("\t", 1) for line in said.read_text().splitlines()]
    killed = {name for outcome, name in lines if outcome == "killed"}
    survivors = []
    for mutation in mutations:
        if mutation.name in killed:
            continue
        if anew(path, mutation, tests, tree / "base", _PATIENCE):
            killed.add(mutation.name)
        else:
            survivors.append(mutation)
            print(f"{file}:{mutation.lines[0]}: {mutation.name}", flush=True)
    return Result(file, len(killed), len(known), tuple(survivors))


def copied(folder: Path) -> Path:
    """Copy what the tests need, and make ready what every run would make again."""
    for name in _COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name)
        else:
            shutil.copy2(ROOT / name, folder / name)
    return folder


def prepare(tree: Path) -> None:
    """Load what is not ours, once for all branches, and let them load ours from the copy."""
    import click.testing  # noqa: F401, PLC0415
    import cryptography.hazmat.primitives.ciphers.aead  # noqa: F401, PLC0415
    import hypothesis.stateful  # noqa: F401, PLC0415
    import numpy  # noqa: F401, ICN001, PLC0415
    import openpyxl  # noqa: F401, PLC0415
    import orjson  # noqa: F401, PLC0415
    import sqlalchemy.dialects.sqlite  # noqa: F401, PLC0415
    import yaml  # noqa: F401, PLC0415

    os.chdir(tree)
    os.environ["PYTHONPATH"] = f"{tree / 'src'}{os.pathsep}{tree}"
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    os.environ["ARCHSEARCH_MANIPULATIONS"] = "60"
    sys.path[:] = [str(tree / "src"), str(tree), *sys.path]
    # This package is loaded from where it is; what tests load beside it is of the copy.
    tools.__path__ = [str(tree / "tools")]


def main(arguments: Iterable[str] | None = None) -> int:
    """Try the files that are named, or all, and print a table."""
    parser = argparse.ArgumentParser(description="Try the tests on mutants.")
    parser.add_argument("what", nargs="*", help="groups or files; all without")
    # So that what was started ends with this.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
    wanted = set(parser.parse_args(arguments).what)
    known, share_of = equivalents(), dict[str, float]()
    with tempfile.TemporaryDirectory(prefix="mutants") as folder:
        tree = copied(Path(folder))
        prepare(tree)
        for group, files in table().items():
            chosen = [file for file in files if not wanted or wanted & {group, file}]
            results = []
            for file in chosen:
                results.append(try_file(tree, file, files[file], known.get(file, {})))
                _print(results[-1].file, results[-1:])
            if results:
                _print(group, results)
                share_of[group] = share(results)
    return int(any(each < _REQUIRED for each in share_of.values()))


def _print(name: str, results: Sequence[Result]) -> None:
    killed = sum(result.killed for result in results)
    equivalent = sum(result.equivalent for result in results)
    surviving = sum(len(result.survivors) for result in results)
    whole = killed + equivalent + surviving
    print(
        f"{name}\t{whole} mutants\t{killed} killed\t{equivalent} equivalent\t"
        f"{surviving} surviving\t{share(results):.1%}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
