"""Search engines: where index documents are kept and plans are answered.

Owns the protocol, the index fields and the documents made from records; one sub-package an engine.
Must not know the
record store, the query language or the user interfaces.
"""
