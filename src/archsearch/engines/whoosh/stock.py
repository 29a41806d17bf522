"""The parts of Whoosh that this engine builds on.

Whoosh has no types and its abstract methods are not all meant to be implemented, so its names are
taken over as ``Any`` here, once.
"""

from typing import Any

import whoosh
from whoosh import fields as _fields
from whoosh import index, writing
from whoosh.analysis import tokenizers
from whoosh.codec import base
from whoosh.filedb import filestore

Codec: Any = base.Codec
FieldWriter: Any = base.FieldWriter
FileIndex: Any = index.FileIndex
FileStorage: Any = filestore.FileStorage
IdField: Any = _fields.ID
PerDocumentWriter: Any = base.PerDocumentWriter
RamStorage: Any = filestore.RamStorage
Schema: Any = _fields.Schema
Segment: Any = base.Segment
SegmentWriter: Any = writing.SegmentWriter
SpaceSeparatedTokenizer: Any = tokenizers.SpaceSeparatedTokenizer
StoredField: Any = _fields.STORED
TOC: Any = index.TOC
TextField: Any = _fields.TEXT

IndexVersionError = index.IndexVersionError
LockError = index.LockError


def version() -> str:
    """Give the version that the imported Whoosh says it has."""
    return ".".join(map(str, whoosh.__version__))
