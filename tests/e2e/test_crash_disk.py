"""A disk that fills up: a clear error, nothing lost, and all works again once there is space."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.victim import PATH
from tests.offices import Office, copied

FILL_AND_RELIEVE = """
import os
import sys
from pathlib import Path
from archsearch.errors import EngineError, StoreError
from tests.offices import Office, copied, counts, named

disk, template = Path(sys.argv[1]), Path(sys.argv[2])
os.environ["TMPDIR"] = str(disk)
fates = set()
for spare in (0, 250, *range(520, 760, 40), 1000):
    workspace = copied(template, disk / f"at-{spare}")
    filler = disk / "filler"
    with Office(workspace) as office:
        before = named(f"R{number}" for number in range(20))
        office.feed(*before)
        rows = [
            {**row, "notes": f"逾期{number}次，" * 20}
            for number, row in enumerate(named(f"N{number}" for number in range(300)))
        ]
        rows.append({"record_id": "bad", "name": ""})
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_bsize
        filler.write_bytes(b"x" * max(0, free - spare * 1024))

        try:
            office.feed(*rows)
            fates.add("fits")
        except (StoreError, EngineError) as error:
            assert any(word in str(error) for word in ("磁盘", "space")), str(error)
            fates.add(type(error).__name__)
        try:
            kept = office.archive.get("R7", user="admin")
            assert kept.values["name"] == "R7"
            assert office.seen("admin") >= {row["record_id"] for row in before}
        except (StoreError, EngineError) as error:
            # An answer that cannot be logged is not given.
            assert "磁盘" in str(error), str(error)

    filler.unlink()
    with Office(workspace) as office:
        report = office.feed(*rows)
        assert report.accepted + report.unchanged == 300, counts(report)
        assert report.rejected_rows == len(report.rejects) == 1
        assert office.seen("admin") == {row["record_id"] for row in (*before, *rows[:-1])}
        assert office.ailments() == [], office.ailments()
        assert office.archive.get("N299", user="admin").version == 1
    import shutil
    shutil.rmtree(workspace)
print(*sorted(fates))
"""


def test_a_full_disk_at_any_moment_loses_nothing(template: Path, tmp_path: Path) -> None:
    """A real file system of 12 MB, mounted in a name space of its own."""
    unshare = shutil.which("unshare")
    command = [
        str(unshare),
        "--mount",
        "--map-root-user",
        "sh",
        "-c",
        f'mount -t tmpfs -o size=12m none "$0" && exec "{sys.executable}" -c "$1" "$0" "$2"',
        str(tmp_path),
        FILL_AND_RELIEVE,
        str(template),
    ]
    if unshare is None or subprocess.run([*command[:4], "-c", "true"], check=False).returncode:
        pytest.skip("this machine lets nobody mount a small disk")

    finished = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": PATH},
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 0, finished.stderr
    assert set(finished.stdout.split()) >= {"StoreError", "EngineError", "fits"}


def test_an_index_folder_that_cannot_be_written_leaves_the_records_safe(
    template: Path, tmp_path: Path
) -> None:
    with Office(copied(template, tmp_path / "workspace")) as office:
        shutil.rmtree(office.path / "index")
        (office.path / "index").write_text("in the way")
        with pytest.raises(Exception, match="索引"):
            office.feed({"record_id": "A", "name": "甲"})
        assert office.archive.get("A", user="admin").values["name"] == "甲"

        (office.path / "index").unlink()
        assert office.seen("admin") == {"A"}
        assert office.ailments() == []
