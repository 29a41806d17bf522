"""Drawing a page of a scan, for people to look at: TIFF and PDF, which browsers do not show alike.

This decodes what anybody may have made. It is for a process that holds nothing else, may do nothing
else, and is ended when it takes too long; see :mod:`archsearch.services.painting`.
"""

import io
import mmap
import warnings
from contextlib import suppress
from typing import Any, Final

from PIL import Image, ImageOps, TiffImagePlugin

try:
    import pypdfium2
except (ImportError, OSError):  # not built for every system
    pypdfium2 = None

LONGEST: Final = 2400
"""Pixels of the longer side of what is drawn: A4 at about 200 dpi."""
MOST_PIXELS: Final = 120_000_000
_FINEST: Final = 300 / 72
"""Of documents, which say how large a page is: no finer than 300 dpi."""
_SQUARE: Final = 1.1
"""From which difference on resolutions across and down are not the same: faxes have 204 by 98."""
_FLATTEST: Final = 4
PDF: Final = b"%PDF-"


class Undrawable(Exception):  # noqa: N818 - no failure of ours
    """A page cannot be drawn; its text is a code: ``damaged``, ``no_page``, ``too_large`` …."""


def draw(content: mmap.mmap, page: int) -> tuple[bytes, int]:
    """Draw a page as PNG; page 0 is none, to count them.

    Returns:
        The picture, and how many pages there are.

    Raises:
        Undrawable: It cannot be drawn.
    """
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture, pages = (_document if content[:5] == PDF else _picture)(content, page)
            file = io.BytesIO()
            if picture is not None:
                picture.save(file, "PNG", compress_level=3)
    except Undrawable:
        raise
    except (MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Undrawable("too_large") from None
    except Exception:  # noqa: BLE001 - a hostile file may make the libraries raise anything
        raise Undrawable("damaged") from None
    return file.getvalue(), pages


def warm_up() -> None:
    """Have loaded whatever drawing may need, as later nothing can be opened any more."""
    Image.preinit()
    file = io.BytesIO()
    Image.new("1", (8, 8)).save(file, "TIFF", compression="group4")
    with Image.open(file, formats=["TIFF"]) as image:
        _scaled(image).save(io.BytesIO(), "PNG")


def _picture(content: mmap.mmap, page: int) -> tuple[Any, int]:
    with Image.open(content, formats=["TIFF"]) as image:
        pages = int(image.n_frames)
        if not 0 <= page <= pages:
            raise Undrawable("no_page")
        if not page:
            return None, pages
        image.seek(page - 1)
        if image.width * image.height > MOST_PIXELS:
            raise Undrawable("too_large")
        return ImageOps.exif_transpose(_scaled(image)), pages


def _scaled(image: TiffImagePlugin.TiffImageFile) -> Any:
    """Make a picture as large as it is to be seen, upright, in grey or colours."""
    width, height = image.size
    across, down = _resolution(image)
    # Dots that are no squares are given their shape back.
    ratio = min(max(across / down, 1 / _FLATTEST), _FLATTEST)
    if not 1 / _SQUARE < ratio < _SQUARE:
        height = max(1, round(height * ratio))
    scale = min(1.0, LONGEST / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    exif = image.getexif()
    plain = _plain(image)
    scaled = plain if size == plain.size else plain.resize(size, Image.Resampling.BOX)
    scaled.getexif()[_ORIENTATION] = exif.get(_ORIENTATION, 1)
    return scaled


_ORIENTATION: Final = 0x0112


def _resolution(image: Any) -> tuple[float, float]:
    with suppress(Exception):
        across, down = map(float, image.info["dpi"])
        if across > 0 and down > 0:
            return across, down
    return 1.0, 1.0


def _plain(image: Any) -> Any:
    if image.mode in ("L", "RGB"):
        image.load()
        return image.copy()
    if image.mode == "1":
        return image.convert("L")
    if image.mode.startswith("I;16"):
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if "A" in image.mode:
        seen = image.convert("RGBA")
        paper = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(paper, seen).convert("RGB")
    return image.convert("RGB")


def _document(content: mmap.mmap, page: int) -> tuple[Any, int]:
    if pypdfium2 is None:
        raise Undrawable("no_reader")
    try:
        document = pypdfium2.PdfDocument(io.BufferedReader(_Raw(content)))
    except pypdfium2.PdfiumError as error:
        raise Undrawable("encrypted" if "password" in str(error).lower() else "damaged") from error
    pages = len(document)
    if not 0 <= page <= pages:
        raise Undrawable("no_page")
    if not page:
        return None, pages
    leaf = document[page - 1]
    longer = max(leaf.get_size())
    if not 0 < longer < float("inf"):
        raise Undrawable("damaged")
    return leaf.render(scale=min(LONGEST / longer, _FINEST)).to_pil(), pages


class _Raw(io.RawIOBase):
    """Mapped bytes as a file that says nothing of where they come from."""

    def __init__(self, content: mmap.mmap) -> None:
        self._content = content

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._content.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        self._content.seek(offset, whence)  # type: ignore[arg-type]  # as whoever reads says
        return self._content.tell()

    def readinto(self, buffer: Any) -> int:
        found = self._content.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)
