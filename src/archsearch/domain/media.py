"""What a scan is by its first bytes: whoever brought it may call it anything."""

from collections.abc import Mapping
from typing import Final

PDF: Final = "application/pdf"
TIFF: Final = "image/tiff"
JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
UNKNOWN: Final = "application/octet-stream"
SHOWN: Final = frozenset({JPEG, PNG})
"""What every browser shows as it is."""
ENDINGS: Final[Mapping[str, str]] = {PDF: ".pdf", TIFF: ".tif", JPEG: ".jpg", PNG: ".png"}
_HEADS: Final = (
    (b"%PDF-", PDF),
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"II+\0", TIFF),
    (b"MM\0+", TIFF),
)


def media_type_of(head: bytes) -> str:
    """Tell what begins so; what is none of a scanner's formats is just bytes."""
    return next((kind for start, kind in _HEADS if head.startswith(start)), UNKNOWN)
