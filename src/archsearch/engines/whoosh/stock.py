"""The parts of Whoosh that this engine builds on.

Whoosh has no types and its abstract methods are not all meant to be implemented, so its names are
taken over as ``Any`` here, once.
"""

from typing import Any

import whoosh
from whoosh import index, writing
from whoosh.codec import base
from whoosh.fields import Schema as _Schema
from whoosh.filedb import filestore

Codec: Any = base.Codec
FieldWriter: Any = base.FieldWriter
FileIndex: Any = index.FileIndex
FileStorage: Any = filestore.FileStorage
PerDocumentWriter: Any = base.PerDocumentWriter
RamStorage: Any = filestore.RamStorage
Schema: Any = _Schema
Segment: Any = base.Segment
SegmentWriter: Any = writing.SegmentWriter
TOC: Any = index.TOC

IndexVersionError = index.IndexVersionError
LockError = index.LockError


def version() -> str:
    """Give the version that the imported Whoosh says it has."""
    return ".".join(map(str, whoosh.__version__))
