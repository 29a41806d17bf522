"""Writing a workbook whose cells are text but where told otherwise, straight into an open file.

Not through openpyxl: it keeps rows in temporary files that a crash leaves behind, stamps the time
into every file, and takes 0.1 s to load. Here equal rows give equal bytes.
"""

import hashlib
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import chain, islice
from typing import BinaryIO, Final
from xml.sax.saxutils import escape

LAST_ROW = 1_048_576
LARGEST_CELL = 32_767
"""What Excel holds, in UTF-16 units."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNWRITABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_CORE_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_CORE = "docProps/core.xml"
_SHEET = re.compile(r"xl/worksheets/sheet\d+\.xml")
_DIGEST = re.compile(rb"<dc:identifier>([0-9a-f]{64})</dc:identifier>")
_PLAIN, _BOLD, _WRAPPED = 0, 1, 2
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="0.000"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="等线"/></font>'
    '<font><b/><sz val="11"/><name val="等线"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    "<borders count='1'><border/></borders><cellStyleXfs count='1'><xf/></cellStyleXfs>"
    '<cellXfs count="5"><xf numFmtId="49" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/>'
    '<xf numFmtId="49" applyNumberFormat="1" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf>'
    '<xf numFmtId="1" applyNumberFormat="1"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)


class NumberStyle(IntEnum):
    """How numbers of a column are shown."""

    WHOLE = 3
    THOUSANDTHS = 4


@dataclass(frozen=True, slots=True)
class Layout:
    """What columns look like: widths in order, which hold numbers, whether rows can be filtered."""

    widths: Sequence[int] = ()
    numbers: Mapping[int, NumberStyle] = field(default_factory=dict)
    filtered: bool = False


_NONE: Final[Mapping[int, NumberStyle]] = {}
_BARE: Final = Layout()
_NUMBER: Final = re.compile(r"(?:0|[1-9][0-9]{0,14})(?:\.[0-9]+)?")
_WIDTH: Final = 20


def write_text_workbook(
    file: BinaryIO,
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    layout: Layout = _BARE,
) -> None:
    """Write rows of text below a header, on as many sheets as it takes.

    Nothing becomes a date or a formula, and a number only in columns that the layout says hold
    them. Characters that XML cannot hold become U+FFFD.
    """
    digest = hashlib.sha256()
    pending = iter(rows)
    sheets = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        first = next(pending, None)
        while first is not None or not sheets:
            sheets += 1
            page = islice(pending, LAST_ROW - 2)
            with archive.open(_member(f"xl/worksheets/sheet{sheets}.xml"), "w") as part:
                for text in _sheet(header, first, page, layout):
                    data = text.encode()
                    digest.update(data)
                    part.write(data)
            first = next(pending, None)
        for name, text in _parts(title, sheets, digest.hexdigest()):
            archive.writestr(_member(name), _HEAD + text, zipfile.ZIP_DEFLATED)


def is_untouched(file: BinaryIO) -> bool:
    """Tell whether a workbook is as :func:`write_text_workbook` left it."""
    digest = hashlib.sha256()
    try:
        with zipfile.ZipFile(file) as archive:
            recorded = _DIGEST.search(archive.read(_CORE))
            for name in filter(_SHEET.fullmatch, archive.namelist()):
                digest.update(archive.read(name))
    except (zipfile.BadZipFile, KeyError, OSError):
        return False
    return recorded is not None and recorded[1].decode() == digest.hexdigest()


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _sheet(
    header: Sequence[str],
    first: Sequence[str] | None,
    rows: Iterable[Sequence[str]],
    layout: Layout,
) -> Iterator[str]:
    yield (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        '</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
        f"<cols>{_cols(len(header), layout)}</cols><sheetData>"
    )
    yield _row(header, _BOLD)
    last = 1
    for last, row in enumerate(chain([] if first is None else [first], rows), 2):  # noqa: B007 - used
        yield _row(row, _PLAIN, layout.numbers)
    yield "</sheetData>"
    if layout.filtered and header:
        yield f'<autoFilter ref="A1:{_letters(len(header))}{last}"/>'
    yield "</worksheet>"


def _cols(columns: int, layout: Layout) -> str:
    if not layout.widths:
        return f'<col min="1" max="{max(columns, 1)}" width="{_WIDTH}" style="0" customWidth="1"/>'
    return "".join(
        f'<col min="{at}" max="{at}" width="{width}" '
        f'style="{int(layout.numbers.get(at - 1, _PLAIN))}" customWidth="1"/>'
        for at, width in enumerate(layout.widths, 1)
    )


def _letters(column: int) -> str:
    """Name a column as spreadsheets do.

    >>> _letters(1), _letters(26), _letters(28)
    ('A', 'Z', 'AB')
    """
    letters = ""
    while column:
        column, place = divmod(column - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters


def _row(cells: Sequence[str], style: int, numbers: Mapping[int, NumberStyle] = _NONE) -> str:
    if not numbers:
        return "<row>" + "".join(_cell(cell, style) for cell in cells) + "</row>"
    return (
        "<row>"
        + "".join(
            f'<c s="{int(numbers[at])}"><v>{cell}</v></c>'
            if at in numbers and _NUMBER.fullmatch(cell)
            else _cell(cell, style)
            for at, cell in enumerate(cells)
        )
        + "</row>"
    )


def _cell(text: str, style: int) -> str:
    if not text:
        return f'<c s="{style}"/>'
    style = _WRAPPED if "\n" in text else style
    clean = escape(_UNWRITABLE.sub("\ufffd", text))
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{clean}</t></is></c>'


def _parts(title: str, sheets: int, digest: str) -> Iterator[tuple[str, str]]:
    numbers = range(1, sheets + 1)
    names = [title if number == 1 else f"{title}{number}" for number in numbers]
    yield (
        "[Content_Types].xml",
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        f'<Override PartName="/{_CORE}" ContentType="{_CORE_TYPE}"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{number}.xml" '
            f'ContentType="{_TYPE}.worksheet+xml"/>'
            for number in numbers
        )
        + "</Types>",
    )
    yield (
        "_rels/.rels",
        (
            f'<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
            f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" '
            f'Target="{_CORE}"/></Relationships>'
        ),
    )
    yield (
        "xl/workbook.xml",
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        + "".join(
            f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>'
            for number, name in zip(numbers, names, strict=True)
        )
        + "</sheets></workbook>",
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" '
            f'Target="worksheets/sheet{number}.xml"/>'
            for number in numbers
        )
        + f'<Relationship Id="rId{sheets + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        "</Relationships>",
    )
    yield "xl/styles.xml", _STYLES
    yield (
        _CORE,
        (
            f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<dc:identifier>{digest}</dc:identifier></cp:coreProperties>"
        ),
    )
