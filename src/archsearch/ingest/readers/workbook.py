"""XLSX workbooks: every visible sheet that has a header, through openpyxl's read-only mode."""

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml import DefusedXmlException
from openpyxl.utils.exceptions import InvalidFileException

from archsearch.domain.problem import Problem, Where
from archsearch.ingest.readers.faults import (
    Fault,
    RefusalError,
    cell_too_long,
    display_name,
    too_many_columns,
    truncated,
)
from archsearch.ingest.readers.header import (
    Header,
    Line,
    find_header,
    is_reject_note,
    join_continued,
)
from archsearch.ingest.readers.inflate import check_expansion
from archsearch.ingest.readers.limits import Limits
from archsearch.ingest.readers.source import Source
from archsearch.ingest.rows import Row

LAST_ROW = 1_048_576
"""The last row a sheet may have; gaps beyond it are an attack."""
_LARGEST_EXACT = 10**15
_LARGEST_WORKBOOK = 1 << 30
"""Openpyxl keeps the shared texts in memory."""
_PROLOG = 1 << 16
_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
_ROOT = re.compile(rb"<[^!?]")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_DAMAGES = (
    *(ValueError, KeyError, IndexError, TypeError, AttributeError, ArithmeticError, EOFError),
    *(OSError, NotImplementedError, RecursionError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error, ParseError, InvalidFileException),
)
"""What openpyxl lets through when a workbook is damaged or crafted."""


def read_workbook(source: Source) -> Iterator[Row | Problem]:
    """Yield the rows of every visible sheet, positions by sheet and line."""
    with source.seekable() as file:
        _check_archive(file, source.limits)
        try:
            yield from _sheets(file, source)
        except DefusedXmlException as exc:
            raise RefusalError("xml_forbidden", "表格里含有不允许的 XML 声明，不予读取。") from exc
        except _DAMAGES as exc:
            raise RefusalError(
                "unreadable", "表格已损坏；请用 Excel 打开后另存为新的 .xlsx。"
            ) from exc


def _sheets(file: BinaryIO, source: Source) -> Iterator[Row | Problem]:
    # Warnings on styles and extensions say nothing about the rows.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl(\.|$)")
    book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    try:
        number = 0
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            # The declared size is often wrong, and one may lie to make a sheet look huge.
            sheet.reset_dimensions()
            for item in _sheet(sheet.iter_rows(values_only=True), sheet.title, number, source):
                number = item.where.number
                yield item
    finally:
        book.close()


def _sheet(
    cells: Iterator[tuple[Any, ...]], title: str, number: int, source: Source
) -> Iterator[Row | Problem]:
    limits = source.limits
    found = find_header(_lines(cells))
    if found is None:
        return
    header, lines = found
    if len(header.names) > limits.max_columns:
        raise too_many_columns(limits.max_columns).refusal(f"{display_name(title)} 列名行")
    for line, values in lines:
        where = Where(source.name, f"{display_name(title)} 第 {line} 行", number + 1)
        item = _row(header, values, where, limits)
        if item is not None:
            number += 1
            yield item


def _row(
    header: Header, cells: Sequence[Any], where: Where, limits: Limits
) -> Row | Problem | None:
    values = header.values(cells)
    if values is None:
        message = f"这一行有 {len(cells)} 格，列名只有 {len(header.names)} 个；请给每一列写上列名。"
        return Fault("csv_columns", message).at(where)
    if any(isinstance(cell, str) and len(cell) > limits.max_cell_chars for cell in cells):
        return cell_too_long(limits.max_cell_chars).at(where)
    return None if is_reject_note(values) else Row(where, join_continued(values))


def _lines(rows: Iterator[tuple[Any, ...]]) -> Iterator[Line]:
    blank = 0
    for line, cells in enumerate(rows, 1):
        blank = 0 if any(cell is not None for cell in cells) else blank + 1
        if blank > LAST_ROW:
            raise RefusalError(
                "unreadable", "表格的行号超出 Excel 的范围，不予读取。", f"第 {line} 行"
            )
        if not blank:
            yield line, [_plain(cell) for cell in cells]


def _plain(cell: Any) -> Any:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _LARGEST_EXACT:
        # Excel knows no integers; some programs write 5 as 5.0.
        return int(cell)
    if isinstance(cell, datetime):
        return cell.date() if cell.time() == time() else cell
    if isinstance(cell, time | timedelta):
        return str(cell)
    return cell


def _check_archive(file: BinaryIO, limits: Limits) -> None:
    """Refuse what is no workbook, and bombs, before anything is unpacked."""
    if file.read(len(_OLD_EXCEL)) == _OLD_EXCEL:
        raise RefusalError(
            "unreadable", "这是加密的表格或旧版 .xls；请用 Excel 另存为不加密的 .xlsx。"
        )
    size = file.seek(0, 2)
    if size == 0:
        raise RefusalError("empty", "文件是空的。")
    try:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
            unpacked = sum(info.file_size for info in infos)
            packed = sum(info.compress_size for info in infos)
            # Members that share their bytes add up to more than the file.
            if packed > size:
                raise RefusalError("zip_bomb", "压缩内容互相重叠，疑似压缩炸弹，不予读取。")
            check_expansion(unpacked, packed, limits)
            if unpacked > _LARGEST_WORKBOOK:
                raise RefusalError("too_large", "表格解开后超过 1 GB；请拆成几个文件，或改用 CSV。")
            for info in infos:
                if info.filename.endswith((".xml", ".rels")):
                    _check_prolog(archive, info)
    except zipfile.BadZipFile as exc:
        file.seek(0)
        if file.read(2) == b"PK":
            raise truncated("文件末尾") from exc
        raise RefusalError("unreadable", "这不是 .xlsx 表格；请用 Excel 另存为 .xlsx。") from exc
    except _DAMAGES as exc:
        raise RefusalError("unreadable", "表格已损坏；请用 Excel 打开后另存为新的 .xlsx。") from exc
    file.seek(0)


def _check_prolog(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """Refuse a document type declaration, which openpyxl's parser would read."""
    with archive.open(info) as part:
        start = part.read(_PROLOG).replace(b"\0", b"")
    if _DOCTYPE.search(start) or not _ROOT.search(start):
        raise RefusalError("xml_forbidden", "表格里含有不允许的 XML 声明，不予读取。")
