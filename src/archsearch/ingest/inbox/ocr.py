"""Reading the text of scans, by RapidOCR (the extra ``archsearch[ocr]``).

Only a process of its own does this (:mod:`archsearch.entrypoints.recogniser`): pictures are decoded
here, which nobody else does.
"""

import codecs
import io
import warnings
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, NamedTuple

from archsearch.ingest.inbox.layout import Line, mended, text_of

_LONGEST_SIDE: Final = 3200
"""Pixels; an A4 page at 270 dpi. Larger pictures take longer and are read no better."""
_SURE: Final = 0.5
"""Below this the library guesses."""
_PRINTED: Final = 20
"""Characters from which on a page of a document is text by itself, and not only a picture."""
_ENCODINGS: Final = (
    "ascii", "latin-1", "cp1252", "mac-roman", "utf-16", "utf-16-be", "utf-16-le", "utf-32",
    "gbk", "gb18030", "gb2312", "big5", "hz", "shift-jis", "euc-kr", "zlib", "hex",
)  # fmt: skip
"""What documents are written in; Python loads each when it is first asked for."""
_PRINT: Final = b"""%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200]
/Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >> endobj
4 0 obj << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> endobj
5 0 obj << /Length 65 >> stream
BT /F1 12 Tf 10 100 Td (What is printed is text by itself.) Tj ET
endstream endobj
trailer << /Root 1 0 R /Size 6 >>
startxref
0
%%EOF"""
"""A document to begin with."""


class Bounds(NamedTuple):
    """What is read of a scan at most."""

    pages: int
    megapixels: int
    characters: int


class TextReader:
    """Reads scans; takes a second to make, and some hundred megabytes."""

    def __init__(self, bounds: Bounds) -> None:
        import rapidocr  # noqa: PLC0415 - there only with the extra

        # One thread: whoever searches meanwhile must not notice.
        engine = "EngineConfig.onnxruntime."
        threads = {f"{engine}{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
        self._engine: Any = rapidocr.RapidOCR(params={"Global.log_level": "error", **threads})
        self._bounds = bounds

    def read(self, file: BinaryIO) -> str:
        """Give the text of a scan, page after page.

        Raises:
            Exception: Whatever the libraries raise over a damaged file.
        """
        found: list[str] = []
        left = self._bounds.characters
        for page in _pages(file, self._bounds):
            text = page if isinstance(page, str) else self._seen(page)
            found.append(text[:left])
            left -= len(text) + 1
            if left <= 0:
                break
        return "\n".join(found).strip()

    def warm_up(self) -> None:
        """Have loaded whatever reading may need, as later nothing can be opened any more."""
        from PIL import Image, ImageDraw  # noqa: PLC0415 - only here
        from pypdf import PdfReader, PdfWriter  # noqa: PLC0415 - only here

        Image.init()
        for encoding in _ENCODINGS:
            codecs.lookup(encoding)
        page = Image.new("RGB", (320, 80), "white")
        ImageDraw.Draw(page).text((20, 20), "2026-01-31", fill="black")
        self._seen(page)
        drawn = [_saved(page, *how) for how in (("PNG",), ("JPEG",), ("PDF",))]
        drawn += [_saved(page.convert("1"), "TIFF", each) for each in ("group4", "tiff_lzw")]
        locked = PdfWriter(PdfReader(drawn[2]))
        locked.add_blank_page(9, 9)
        locked.encrypt("", "x", algorithm="RC4-128")
        file = io.BytesIO()
        locked.write(file)
        for each in (*drawn, io.BytesIO(_PRINT), file):
            each.seek(0)
            list(_pages(each, self._bounds))

    def _seen(self, picture: Any) -> str:
        found = self._engine(picture)
        if found.boxes is None or found.txts is None:
            return ""
        read = zip(found.boxes, found.txts, found.scores, strict=True)
        return text_of(_line(box, text) for box, text, score in read if score >= _SURE)


def _saved(page: Any, kind: str, compression: str | None = None) -> io.BytesIO:
    file = io.BytesIO()
    page.save(file, kind, **({"compression": compression} if compression else {}))
    return file


def _line(box: Any, text: str) -> Line:
    across, down = [float(x) for x, _ in box], [float(y) for _, y in box]
    plain = " ".join(str(text).split())
    return Line(plain, min(across), min(down), max(across), max(down))


def _pages(file: BinaryIO, bounds: Bounds) -> Iterator[Any]:
    """Yield pages: as text where they have some, else as pictures."""
    head = file.read(5)
    file.seek(0)
    yield from _of_document(file, bounds) if head == b"%PDF-" else _of_picture(file, bounds)


def _of_document(file: BinaryIO, bounds: Bounds) -> Iterator[Any]:
    from pypdf import PdfReader  # noqa: PLC0415 - only here

    for page in PdfReader(file, strict=False).pages[: bounds.pages]:
        text = page.extract_text()
        if len(text.strip()) >= _PRINTED:
            yield mended(text)
            continue
        pictures = [each.image for each in page.images if each.image is not None]
        if pictures:
            yield _prepared(max(pictures, key=lambda each: each.width * each.height))


def _of_picture(file: BinaryIO, bounds: Bounds) -> Iterator[Any]:
    from PIL import Image, ImageSequence  # noqa: PLC0415 - only here

    Image.MAX_IMAGE_PIXELS = bounds.megapixels * 1_000_000
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(file, formats=("JPEG", "PNG", "TIFF")) as image:
            for number, frame in enumerate(ImageSequence.Iterator(image)):
                if number == bounds.pages:
                    return
                yield _prepared(frame)


def _prepared(image: Any) -> Any:
    from PIL import ImageOps  # noqa: PLC0415 - only here

    upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    return upright
