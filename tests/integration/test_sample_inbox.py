"""The scans of the sample go to the customers that they are of."""

import shutil

from archsearch.domain.inbox import State
from tests.offices import Office
from tests.scans import Tray
from tools.make_sample_scans import FOLDER, NEW, known_customers


def test_the_scans_of_the_sample_end_as_they_should(office: Office) -> None:
    tray = Tray(office)
    office.archive.ingest(known_customers(), user="admin")
    office.hire(zhou="manager at 华东分行/个人金融部")
    shutil.copytree(FOLDER, tray.folder, dirs_exist_ok=True)

    tray.settle()

    person, other, company = (str(each["name"]) for each in known_customers())
    records = tray.records()
    scanned = {name for name, record in records.items() if record.values.get("attachments")}
    assert scanned == {person, other, company, NEW["name"]}
    assert len(records) == 4
    assert records[str(NEW["name"])].department == "华东分行/个人金融部"
    left = {name: state for name, state in tray.states().items() if state != State.ARCHIVED}
    assert left == {"IMG_0001.jpg": State.WAITING, "扫描中断.pdf": State.QUARANTINED}
    assert office.ailments() == []
