"""What scans say of themselves, and hostile ones that say nothing good."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfWriter

from archsearch.ingest.inbox.examine import Properties, ScanLimits, examine
from archsearch.ingest.readers.faults import RefusalError

LIMITS = ScanLimits(max_pages=20, max_megapixels=1)


def picture(kind: str, **more: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 10, 10)).save(file, kind, **more)
    return file.getvalue()


def document(pages: int, **metadata: str) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    writer.add_metadata({f"/{key}": value for key, value in metadata.items()})
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def seen(content: bytes) -> Properties:
    return examine(io.BytesIO(content), len(content), LIMITS)


def refused(content: bytes) -> str:
    with pytest.raises(RefusalError) as caught:
        seen(content)
    assert caught.value.message
    return caught.value.reason


def test_a_jpeg_with_its_resolution_and_day() -> None:
    exif = Image.Exif()
    exif[306] = "2024:03:05 10:11:12"

    found = seen(picture("JPEG", dpi=(300, 300), exif=exif))

    assert found == Properties("image/jpeg", 1, 300, "2024-03-05")


def test_a_png() -> None:
    assert seen(picture("PNG", dpi=(200, 200))) == Properties("image/png", 1, 200, "")


def test_a_tiff_of_several_pages() -> None:
    more = [Image.new("RGB", (40, 30)) for _ in range(2)]

    found = seen(picture("TIFF", save_all=True, append_images=more, dpi=(300, 300)))

    assert (found.media_type, found.pages, found.dpi) == ("image/tiff", 3, 300)


def test_a_pdf() -> None:
    found = seen(document(4, CreationDate="D:20240305101112+08'00'"))

    assert found == Properties("application/pdf", 4, None, "2024-03-05")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_a_picture_that_was_cut_is_refused(kind: str) -> None:
    content = picture(kind)

    reasons = {refused(content[:end]) for end in range(20, len(content) - 8, 7)}

    assert reasons <= {"truncated", "damaged"}


def test_a_pdf_that_was_cut_is_refused() -> None:
    content = document(2)

    assert refused(content[: len(content) // 2]) == "truncated"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"MZ\x90\0 program", "not_a_scan"),
        (b"<html>", "not_a_scan"),
        (b"%PDF-1.7\n%%EOF\n", "damaged"),
        (b"%PDF-1.7\n" + b"[" * 100_000 + b"\n%%EOF\n", "damaged"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 50 + b"\xff\xd9", "damaged"),
        (b"II*\0\x08\0\0\0\xff\xff" + b"\0" * 40, "damaged"),
    ],
)
def test_what_is_no_scan_is_refused(content: bytes, reason: str) -> None:
    assert refused(content) == reason


def chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def test_a_picture_of_a_billion_points_is_refused_unread() -> None:
    head = struct.pack(">IIBBBBB", 40_000, 40_000, 1, 0, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99))

    assert refused(bomb + chunk(b"IEND", b"")) in ("too_large", "damaged")


def test_a_tiff_whose_pages_go_in_a_circle_is_refused() -> None:
    content = bytearray(picture("TIFF"))
    start = struct.unpack_from("<I", content, 4)[0]
    tags = struct.unpack_from("<H", content, start)[0]
    struct.pack_into("<I", content, start + 2 + 12 * tags, start)

    found = b""
    try:
        found = str(seen(bytes(content)).pages).encode()
    except RefusalError as error:
        found = error.reason.encode()

    assert found in (b"1", b"too_many_pages", b"damaged")


def test_more_pages_than_allowed_are_refused() -> None:
    assert refused(document(21)) == "too_many_pages"


def test_a_locked_pdf_is_refused_with_what_to_do() -> None:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("geheim", algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)

    assert refused(file.getvalue()) == "encrypted"
