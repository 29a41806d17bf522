"""The watcher as a service: started, fed, and told to stop."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from archsearch.domain.inbox import State
from tests.offices import Office, copied
from tests.scans import Tray, scan_of

ROOT = Path(__file__).parents[2]
PROGRAM = "import sys; from archsearch.entrypoints.cli.main import main; sys.exit(main())"


def start(workspace: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, "watch", *arguments],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT / "src"),
            "ARCHSEARCH_HOME": str(workspace),
            "ARCHSEARCH_USER": "admin",
            "ARCHSEARCH__INBOX__SETTLE_SECONDS": "0",
            "ARCHSEARCH__INBOX__POLL_MILLISECONDS": "50",
        },
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )


def wait_for_no(gone: Path) -> None:
    for _ in range(600):
        if not gone.exists():
            return
        select.select([], [], [], 0.05)
    raise AssertionError(f"{gone.name} stayed")


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_files_what_comes_until_it_is_told_to_stop(
    template: Path, tmp_path: Path, sign: signal.Signals
) -> None:
    workspace = copied(template, tmp_path / "workspace")
    inbox = workspace / "inbox"
    process = start(workspace)
    assert process.stderr is not None
    assert "正在照看" in process.stderr.readline()

    (inbox / "张伟_1234_合同.png").write_bytes(scan_of(1))
    wait_for_no(inbox / "张伟_1234_合同.png")
    second = start(workspace, "--once")
    _, said = second.communicate()
    process.send_signal(sign)
    process.communicate()

    assert (process.returncode, second.returncode) == (0, 5)
    assert "Traceback" not in said
    with Office(workspace) as office:
        assert Tray(office).states() == {"张伟_1234_合同.png": State.ARCHIVED}
        assert office.seen("admin", "张伟")
        assert office.ailments() == []


def test_a_file_that_somebody_is_writing_is_left_until_it_is_closed(
    template: Path, tmp_path: Path
) -> None:
    """It stands still for longer than it takes to settle, and is not done."""
    workspace = copied(template, tmp_path / "workspace")
    inbox = workspace / "inbox"
    with (inbox / "张伟_1234_合同.png").open("wb") as file:
        file.write(scan_of(1)[:40])
        file.flush()
        process = start(workspace)
        (inbox / "李四_1234_合同.png").write_bytes(scan_of(2))
        wait_for_no(inbox / "李四_1234_合同.png")
        assert not (inbox / "已退回").exists()
        file.write(scan_of(1)[40:])
    wait_for_no(inbox / "张伟_1234_合同.png")
    process.terminate()
    process.communicate()

    assert process.returncode == 0
    with Office(workspace) as office:
        tray = Tray(office)
        assert tray.scans(tray.records()["张伟"].record_id) == [scan_of(1)]
