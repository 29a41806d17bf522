"""Scans of forms, read by the real library; where the extra and a font for Chinese are there."""

import io
import random
from pathlib import Path

import pytest

from archsearch.services.recogniser import available
from tests.bench.recognition import SHARE, measure
from tests.offices import Office, copied
from tests.scans import Tray, scan_of
from tools.sample_data.scans import font, letter, scanned, table

from .test_watch import start

pytestmark = pytest.mark.skipif(
    not (available() and font()), reason="needs archsearch[ocr] and a font for Chinese"
)
NUMBER = "11010519491231002X"


def test_names_and_numbers_on_twenty_forms_are_proposed_right() -> None:
    there, right = measure(20)

    assert there["name"] == there["id_number"] == 20
    assert right["name"] >= SHARE * 20
    assert right["id_number"] >= SHARE * 20


def test_a_scan_that_was_dropped_is_read_found_and_confirmed(
    template: Path, tmp_path: Path
) -> None:
    workspace = copied(template, tmp_path / "workspace")
    rows = [("姓名", "欧阳俊杰"), ("证件号码", NUMBER), ("用途", "购置冷链运输车辆")]
    pages = [
        scanned(draw("授信申请书", rows, "申请授信。"), random.Random(1))
        for draw in (table, letter)
    ]
    file = io.BytesIO()
    pages[0].save(file, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    (workspace / "inbox" / "欧阳俊杰_002X_申请书.pdf").write_bytes(file.getvalue())

    process = start(workspace, "--once")
    _, said = process.communicate()

    assert (process.returncode, "Traceback" in said) == (0, False), said
    with Office(workspace) as office:
        (record_id,) = office.seen("admin", "冷链运输")
        (finding,) = office.archive.findings.list(user="admin")
        assert finding.record_id == record_id
        office.archive.findings.confirm(record_id, 1, user="admin")
        assert Tray(office).records()["欧阳俊杰"].values["id_number"] == NUMBER
        assert office.ailments() == []


def test_a_damaged_scan_is_filed_all_the_same(template: Path, tmp_path: Path) -> None:
    workspace = copied(template, tmp_path / "workspace")
    whole = scan_of(1, "TIFF", compression="tiff_deflate")
    damaged = whole.replace(b"\x78\x9c", b"\xff\xff")
    assert damaged != whole
    (workspace / "inbox" / "欧阳俊杰_002X_申请书.tif").write_bytes(damaged)

    start(workspace, "--once").communicate()

    with Office(workspace) as office:
        (record_id,) = office.seen("admin", "识别状态:未识别")
        assert Tray(office).scans(record_id) == [damaged]
