"""What is told beside a file that waits."""

from datetime import UTC, datetime

import pytest

from archsearch.domain.inbox import Entry, Mark, State
from archsearch.services.inbox_notes import reason_text


def told(name: str) -> str:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    entry = Entry(f"待补录/{name}", name, Mark(1, 1, 1), State.WAITING, at, message="缺内容")
    return reason_text(entry).decode()


def test_a_scan_wants_a_file_beside_it_or_the_one_it_has_mended() -> None:
    text = told("合同.pdf")

    assert "合同.pdf.json" in text
    assert "改好它" in text


@pytest.mark.parametrize("name", ["合同.pdf.json", "合同.YAML", "合同.xml"])
def test_what_is_said_of_a_scan_is_mended_and_wants_nothing_beside_it(name: str) -> None:
    text = told(name)

    assert "改好这个说明文件" in text
    assert f"{name}.json" not in text
