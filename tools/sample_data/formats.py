"""The file formats, written so that equal rows give equal bytes on every machine."""

import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from xml.sax.saxutils import escape

import yaml
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from tools.sample_data.surface import Layout, Line, named

EPOCH: Final = (2025, 6, 30, 0, 0, 0)
LARGEST_BLOCK: Final = 0xFFFF
MEMBER_TAGS: Final = {"contacts": "contact", "family": "relative"}


def file_bytes(layout: Layout, lines: Sequence[Line]) -> bytes:
    """The content of one file."""
    match layout.format:
        case "json":
            content = write_json(layout, lines)
        case "jsonl":
            content = "".join(f"{as_json(layout, line)}\n" for line in lines).encode()
        case "csv" | "tsv":
            content = write_table(layout, lines)
        case "xlsx":
            content = write_workbook(layout, lines)
        case "yaml":
            content = write_yaml(layout, lines)
        case _:
            content = write_xml(lines)
    if layout.cut:
        content = content[: -len(as_json(layout, lines[-1]).encode()) // 2]
    return gzipped(content) if layout.path.endswith(".gz") else content


def as_json(layout: Layout, line: Line) -> str:
    """One row as a JSON text."""
    if line.raw is not None:
        return line.raw
    return json.dumps(named(line.values) if layout.labels else line.values, ensure_ascii=False)


def write_json(layout: Layout, lines: Sequence[Line]) -> bytes:
    """An array, bare or inside an object."""
    rows = ",\n".join(as_json(layout, line) for line in lines)
    array = f"[\n{rows}\n]"
    text = f'{{"{layout.wrapper}": {array}}}' if layout.wrapper else array
    return f"{text}\n".encode()


def write_table(layout: Layout, lines: Sequence[Line]) -> bytes:
    """Delimited text with the line ends of Windows, as spreadsheets write it."""
    text = io.StringIO()
    delimiter = "\t" if layout.format == "tsv" else layout.delimiter
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(layout.columns.values())
    for line in lines:
        writer.writerow("" if cell is None else cell for cell in line.values.values())
    return text.getvalue().encode(layout.encoding)


def write_workbook(layout: Layout, lines: Sequence[Line]) -> bytes:
    """A workbook of several sheets under one header."""
    book = Workbook(write_only=True)
    book.properties.creator = "archsearch"
    book.properties.created = datetime(*EPOCH)  # noqa: DTZ001 - the format has no time zones
    left = iter(lines)
    sizes = list(layout.sheets.items())
    for place, (title, size) in enumerate(sizes):
        sheet = book.create_sheet(title)
        sheet.append(list(layout.columns.values()))
        last = place == len(sizes) - 1
        for line in left if last else (next(left) for _ in range(size)):
            sheet.append([_cell(sheet, value) for value in line.values.values()])
    file = io.BytesIO()
    book.save(file)
    return _settled(file.getvalue())


def _cell(sheet: WriteOnlyWorksheet, value: Any) -> Any:
    if isinstance(value, date):
        cell = WriteOnlyCell(sheet, datetime(value.year, value.month, value.day))  # noqa: DTZ001
        cell.number_format = "yyyy/m/d"
        return cell
    return value


def _settled(content: bytes) -> bytes:
    """The same workbook without the time of day and without compression, which varies by zlib."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as new,
    ):
        for name in sorted(old.namelist()):
            part = old.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2025-06-30T00:00:00Z", part)
            info = zipfile.ZipInfo(name, EPOCH)
            info.create_system = 3
            new.writestr(info, part)
    return file.getvalue()


class _PlainDumper(yaml.SafeDumper):
    """YAML without anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the library's own signature
        """Write equal values out again."""
        return True


def write_yaml(layout: Layout, lines: Sequence[Line]) -> bytes:
    """One list."""
    rows = [named(line.values) if layout.labels else line.values for line in lines]
    text: str = yaml.dump(rows, Dumper=_PlainDumper, allow_unicode=True, sort_keys=False, width=200)
    return text.encode()


def write_xml(lines: Sequence[Line]) -> bytes:
    """Plain records."""
    records = "".join(element("record", line.values, 1) for line in lines)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<records>\n{records}</records>\n'.encode()


def write_package(layout: Layout, line: Line) -> bytes:
    """One record in a package after the idea of DA/T 48, without file contents and signatures."""
    values = named(line.values) if layout.labels else line.values
    entity = element("文件实体", values, 4)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<电子文件封装包>
  <封装包格式描述>本封装包参照 DA/T 48 的结构，只含元数据</封装包格式描述>
  <版本>2009</版本>
  <被签名对象>
    <封装包类型>原始型</封装包类型>
    <封装包创建时间>2025-06-30T09:00:00</封装包创建时间>
    <封装包创建单位>{escape(str(line.values["department"]))}</封装包创建单位>
    <封装内容>
      <文件实体块>
{entity}      </文件实体块>
    </封装内容>
  </被签名对象>
</电子文件封装包>
""".encode()


def element(tag: str, value: Any, depth: int) -> str:
    """An element; lists repeat it, objects nest."""
    indent = "  " * depth
    if isinstance(value, list):
        return "".join(element(tag, item, depth) for item in value)
    if isinstance(value, dict):
        inner = "".join(element(key, part, depth + 1) for key, part in value.items())
        return f"{indent}<{tag}>\n{inner}{indent}</{tag}>\n"
    return "" if value is None else f"{indent}<{tag}>{escape(str(value))}</{tag}>\n"


def gzipped(content: bytes) -> bytes:
    """A gzip file of stored blocks: how well a library compresses depends on its version."""
    parts = [b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"]
    for start in range(0, len(content), LARGEST_BLOCK):
        block = content[start : start + LARGEST_BLOCK]
        last = start + LARGEST_BLOCK >= len(content)
        size = len(block)
        header = bytes([last]) + size.to_bytes(2, "little")
        parts += [header, (size ^ LARGEST_BLOCK).to_bytes(2, "little"), block]
    parts.append(zlib.crc32(content).to_bytes(4, "little"))
    parts.append((len(content) % 2**32).to_bytes(4, "little"))
    return b"".join(parts)
