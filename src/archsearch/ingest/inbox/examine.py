"""What a scan is by itself: its type, pages, resolution, date; read from its head, never decoded.

Nothing is unpacked, so that a picture or document that would grow to gigabytes stays what it is on
disk; what claims to be larger than the limits is refused. A scan whose end is missing is refused as
well: it was cut while it was made or copied.
"""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO, Final

from archsearch.ingest.readers.faults import RefusalError, truncated

SCANS: Final = (".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".png")
"""What names of scans end with."""
_HEAD: Final = 16
_TAIL: Final = 4096
_IMAGES: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "TIFF": "image/tiff"}
_DATE_TAGS: Final = (36867, 306)
"""EXIF: when the picture was taken, and when it was changed."""
_STRIPS: Final = ((273, 279), (324, 325))
"""TIFF: where strips and tiles begin, and how long they are."""
_PLAUSIBLE_DPI: Final = range(30, 10_000)
_DAY: Final = re.compile(r"(?:D:)?([12][0-9]{3})[:-]?([01][0-9])[:-]?([0-3][0-9])")
_EARLIEST: Final = 1985
_EXCERPT: Final = 64


@dataclass(frozen=True, slots=True)
class ScanLimits:
    """What a scan may claim to be."""

    max_pages: int = 5000
    max_megapixels: int = 400


@dataclass(frozen=True, slots=True)
class Properties:
    """What a scan says of itself; empty where it says nothing."""

    media_type: str
    pages: int
    dpi: int | None = None
    scanned_at: str = ""


def examine(file: BinaryIO, size: int, limits: ScanLimits) -> Properties:
    """Look at a scan; its content decides what it is, not its name.

    Raises:
        RefusalError: It is none, is damaged, or claims to be too large.
    """
    if not size:
        raise RefusalError("empty", "文件是空的（0 字节）；请重新扫描，或重新复制一次。")
    head = file.read(_HEAD)
    file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL)
    file.seek(0)
    if head.startswith(b"%PDF-"):
        if b"%%EOF" not in tail:
            raise truncated("文件末尾")
        return _document(file, limits)
    if head.startswith(b"\xff\xd8\xff"):
        if b"\xff\xd9" not in tail:
            raise truncated("文件末尾")
    elif head.startswith(b"\x89PNG\r\n\x1a\n"):
        if b"IEND" not in tail:
            raise truncated("文件末尾")
    elif head[:4] not in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        raise RefusalError(
            "not_a_scan", "内容不是 PDF、TIFF、JPEG 或 PNG；请确认文件没有改错扩展名，重新扫描。"
        )
    return _picture(file, size, limits)


def _document(file: BinaryIO, limits: ScanLimits) -> Properties:
    # Loading takes a while, and whoever takes in no documents should not wait for it.
    from pypdf import PdfReader  # noqa: PLC0415 - see above

    with _guarded("PDF"):
        reader = PdfReader(file, strict=False)
        if reader.is_encrypted:
            raise RefusalError("encrypted", "PDF 设有密码，无法读取；请去掉密码后重新放入。")
        # The count as the document states it: walking through all pages is work without a bound.
        root: Any = reader.trailer["/Root"]
        pages = int(root["/Pages"]["/Count"])
        created = str((reader.metadata or {}).get("/CreationDate") or "")
    if pages < 1:
        raise RefusalError("no_pages", "PDF 里没有一页；请重新扫描。")
    _check_pages(pages, limits)
    return Properties("application/pdf", pages, None, _day(created))


def _picture(file: BinaryIO, size: int, limits: ScanLimits) -> Properties:
    from PIL import Image  # noqa: PLC0415 - as above

    with _guarded("图像"), Image.open(file, formats=tuple(_IMAGES)) as image:
        if image.width * image.height > limits.max_megapixels * 1_000_000:
            raise RefusalError(
                "too_large",
                f"图像超过 {limits.max_megapixels} 百万像素；请用较低的分辨率重新扫描。",
            )
        kind = str(image.format)
        pages, dpi, day = 1, _resolution(image), _exif_day(image)
        if kind == "TIFF":
            pages = _tiff_pages(image, size, limits)
    return Properties(_IMAGES[kind], pages, dpi, day)


def _tiff_pages(image: Any, size: int, limits: ScanLimits) -> int:
    """Count the pages, and see that what they point to is there."""
    pages = 0
    while True:
        pages += 1
        _check_pages(pages, limits)
        for starts, lengths in _STRIPS:
            places = _numbers(image.tag_v2.get(starts))
            for start, length in zip(places, _numbers(image.tag_v2.get(lengths)), strict=False):
                if start + length > size:
                    raise truncated(f"第 {pages} 页")
        try:
            image.seek(pages)
        except EOFError:
            return pages


def _numbers(value: Any) -> tuple[int, ...]:
    if value is None:
        return ()
    return tuple(value) if isinstance(value, tuple) else (int(value),)


def _check_pages(pages: int, limits: ScanLimits) -> None:
    if pages > limits.max_pages:
        raise RefusalError("too_many_pages", f"超过 {limits.max_pages} 页；请分成几个文件扫描。")


def _resolution(image: Any) -> int | None:
    given = image.info.get("dpi")
    try:
        dpi = round(float(given[0]))
    except (TypeError, ValueError, IndexError, OverflowError, ZeroDivisionError):
        return None
    return dpi if dpi in _PLAUSIBLE_DPI else None


def _exif_day(image: Any) -> str:
    tags = image.getexif()
    return next(filter(None, (_day(str(tags.get(tag) or "")) for tag in _DATE_TAGS)), "")


def _day(text: str) -> str:
    found = _DAY.match(text[:_EXCERPT])
    if not found:
        return ""
    try:
        day = date(*map(int, found.groups()))
    except ValueError:
        return ""
    return day.isoformat() if day.year >= _EARLIEST else ""


@contextmanager
def _guarded(what: str) -> Iterator[None]:
    """Refuse what the libraries stumble over; a hostile file may make them raise anything."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except RefusalError:
        raise
    except Exception as error:
        raise RefusalError("damaged", f"{what}已损坏，无法读取；请重新扫描。") from error
