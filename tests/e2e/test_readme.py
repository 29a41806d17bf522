"""What README tells a newcomer to type, typed."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROGRAM = "import sys; from archsearch.entrypoints.cli.main import main; sys.exit(main())"


def section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def commands(title: str) -> list[str]:
    """The commands of a section, and those in the first column of its table."""
    lines = re.findall(r"^(?:    |\| `)(archsearch [^`\n]+)", section(title), flags=re.MULTILINE)
    return [re.sub(r"\s+#.*", "", line) for line in lines]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    table = re.search(
        r"(?:^    [^ ].*,.*\n){3}", section("Start your own archive"), flags=re.MULTILINE
    )
    assert table is not None
    content = "".join(line[4:] + "\n" for line in table.group().splitlines())
    (home / "customers.csv").write_bytes(content.encode("gb18030"))
    return home


def run(command: str, home: Path) -> subprocess.CompletedProcess[str]:
    program = f'"{sys.executable}" -W ignore -c "{PROGRAM}"'
    return subprocess.run(
        command.replace("archsearch", program, 1),
        shell=True,
        cwd=home,
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
    )


def environment(home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "HOME": str(home),
        "ARCHSEARCH_HOME": str(home / "archive"),
        "ARCHSEARCH_USER": "admin",
        "PYTHONPATH": str(ROOT / "src"),
    }


def test_a_newcomer_gets_through_the_readme(home: Path) -> None:
    titles = (
        "Start your own archive",
        "Drop files in a folder",
        "Who sees what",
        "Let people and programs in",
        "Borrow a record",
        "Change, propose, delete, export",
        "Keep it",
    )
    typed = [command for title in titles for command in commands(title)]
    year = datetime.now(UTC).astimezone(timezone(timedelta(hours=8))).year

    assert len(typed) > 10
    for command in typed:
        # Record ids are numbered by year; README shows that of its writing.
        finished = run(re.sub(r"GR-\d{4}", f"GR-{year}", command), home)
        assert finished.returncode == 0, (command, finished.stderr)
        if "章伟明" in command or "zhangweiming" in command:
            assert "张伟明" in finished.stdout


def test_the_python_example_runs(home: Path) -> None:
    example = re.search(r"^    import archsearch\n(?:    .*\n|\n)+", README, flags=re.MULTILINE)
    assert example is not None
    code = "\n".join(line[4:] for line in example.group().splitlines())

    finished = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code.replace('"archive"', '"program"')],
        cwd=home,
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 0, finished.stderr
