"""Writing all that a search finds into a file."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from archsearch.entrypoints.cli.files import Counted, replaced
from archsearch.entrypoints.cli.output import Output, Steps

if TYPE_CHECKING:
    from archsearch.bootstrap import Application
    from archsearch.domain.query import SearchRequest
    from archsearch.domain.record import Record
    from archsearch.services.exporting import Export

_TOLD_EVERY = 500


def hand_out(
    archive: "Application",
    wish: "tuple[SearchRequest, str, bool]",
    user: str,
    output: Path,
    out: Output,
) -> None:
    """Export what a search finds; ``wish`` has the reason, and whether to reveal."""
    from archsearch.services.tabulating import write_records  # noqa: PLC0415 - loads the readers

    request, reason, revealed = wish
    with out.progress("导出") as steps:
        export = archive.exporting.export(request, user, reason=reason, revealed=revealed)
        records = Counted(_told(export, steps))
        with replaced(output) as file:
            write_records(file, output.suffix.lower(), records, archive.settings.schema)
    if out.json:
        out.document(
            {
                "output": output,
                "total": export.total,
                "exported": records.number,
                "left_out": export.left_out,
                "revealed": revealed,
            }
        )
    else:
        out.lines([[str(output), str(records.number)]])
    left = f"另有 {export.left_out:,} 条您只能查看，没有导出。" if export.left_out else ""
    masked = "含敏感字段的原文，请妥善保管。" if revealed else "敏感字段已脱敏。"
    out.note(f"已导出 {records.number:,} 条，在 {output}。{left}{masked}")


def _told(export: "Export", steps: Steps | None) -> "Iterator[Record]":
    for number, record in enumerate(export, 1):
        yield record
        if steps and number % _TOLD_EVERY == 0:
            steps("", number, export.number)
