"""Everything hostile at once, among good files: the good goes in, the rest has its reason."""

import json
import os
import subprocess
import sys
from pathlib import Path

import archsearch
from tests.integration.archive.hostile import GOOD_IDS, make
from tests.offices import Office, copied

ROOT = Path(__file__).parents[3]
PATH = f"{Path(archsearch.__file__).parents[1]}{os.pathsep}{ROOT}"
MOST_MEMORY_MB = 300

PROGRAM = """
import json
import sys
from pathlib import Path
from tests.offices import Office

with Office(Path(sys.argv[1])) as office:
    report = office.archive.ingest(Path(sys.argv[2]), user="admin")
    found = sorted(office.seen("admin"))
    problems = [
        [problem.where.source, problem.code, problem.message]
        for problem in (*report.rejected, *report.warnings)
    ]
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    peak = int(status["VmHWM"].split()[0]) // 1024
    print(json.dumps({"found": found, "problems": problems, "peak": peak}))
"""


def test_good_rows_go_in_and_each_hostile_file_has_its_reason(
    template: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    hostile = make(folder)
    workspace = copied(template, tmp_path / "workspace")

    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(workspace), str(folder)],
        env={**os.environ, "PYTHONPATH": PATH},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert finished.returncode == 0, finished.stderr[-2000:]
    answer = json.loads(finished.stdout)
    assert set(answer["found"]) >= GOOD_IDS
    told = {source for source, _, _ in answer["problems"]}
    assert hostile <= told, hostile - told
    assert all(code and max(message) >= "\u4e00" for _, code, message in answer["problems"])
    assert "root:" not in finished.stdout
    assert not (tmp_path / "pwned").exists()
    assert answer["peak"] < MOST_MEMORY_MB, answer["peak"]

    with Office(workspace) as office:
        names = {hit.record["name"] for hit in office.archive.search(user="admin", limit=1000).hits}
        assert "外面的公司" not in names
        assert office.ailments() == []
        again = office.archive.ingest(folder, user="admin")
        assert (again.accepted, again.updated) == (0, 0)
