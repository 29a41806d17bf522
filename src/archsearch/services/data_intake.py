"""Data files of the watch folder: ingested from a private copy that nobody changes meanwhile."""

import hashlib
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Final

from archsearch.domain.inbox import RETURNED, Entry
from archsearch.errors import StoreError
from archsearch.ingest.inbox.folder import Folder
from archsearch.ingest.readers.folder import REJECTS_ENDING
from archsearch.services.ingest import IngestReport, IngestService

REFUSED: Final = "unreadable_data"
"""Code of a file of which nothing could be read."""


class DataIntake:
    """Takes data files in; ``staging`` is a private folder for the copies."""

    def __init__(self, ingest: IngestService, folder: Folder, staging: Path) -> None:
        self._ingest = ingest
        self._folder = folder
        self._staging = staging

    def sweep(self) -> None:
        """Remove what a killed process left behind."""
        shutil.rmtree(self._staging, ignore_errors=True)

    def take(self, entry: Entry, user: str) -> tuple[Entry, str, str]:
        """Ingest a file; to bring what it holds into the index is left to the caller.

        Returns:
            Its entry with digest and, if it brought one record alone, that; a code; what is told.

        Raises:
            AccessDeniedError: The user may not bring records.
            RefusalError: It cannot be read, or changes while it is.
            StoreError: The disk failed.
        """
        place = self._staging / str(entry.id)
        name = os.fsencode(entry.home.rpartition("/")[2]).decode("utf-8", "replace")
        try:
            digest = self._copied(entry, place / name)
            report = self._ingest.ingest([place / name], user, index=False)
            told = self._told(entry, report)
        finally:
            shutil.rmtree(place, ignore_errors=True)
        records = tuple(map(str, report.record_ids[:1])) if len(report.record_ids) == 1 else ()
        return replace(entry, digest=digest, record_ids=records), *told

    def _copied(self, entry: Entry, copy: Path) -> str:
        digest = hashlib.sha256()
        try:
            copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with copy.open("wb") as file:
                for chunk in self._folder.chunks(entry.path):
                    digest.update(chunk)
                    file.write(chunk)
        except OSError as error:
            raise StoreError(
                f"数据文件的副本写不进 var（{error.strerror}）；文件仍在收件夹，请清理磁盘。"
            ) from error
        return digest.hexdigest()

    def _told(self, entry: Entry, report: IngestReport) -> tuple[str, str]:
        stored = report.accepted + report.updated
        whole = [problem for problem in report.rejected if not problem.where.number]
        if whole and not (stored or report.unchanged or report.rejected_rows):
            return REFUSED, whole[0].message
        code, message = "", f"新建 {report.accepted} 份，更新 {report.updated} 份"
        if not stored and not report.rejected_rows:
            code, message = "duplicate", "内容都已在档案里，没有重复归档"
        if report.rejected_rows:
            code = "rows_rejected"
            message += (
                f"；{report.rejected_rows} 行有问题没有入档，{self._give_back(entry, report)}"
            )
        if whole:
            message += f"；{whole[0].message.rstrip('。')}"
        return code, message + "。"

    def _give_back(self, entry: Entry, report: IngestReport) -> str:
        """Put the workbook of rejected rows where the clerk finds it."""
        try:
            for path in report.rejects:
                target = self._folder.free(f"{RETURNED}/{entry.home}{REJECTS_ENDING}")
                self._folder.write(target, path.read_bytes())
        except OSError:
            return "见 var/rejects 里的拒收文件"
        return f"见{RETURNED}里的拒收文件，改好后另存为别的名字放回收件夹"
