"""The Whoosh engine: Whoosh's schema, segments and TOC over columnar segment files of our own.

Must not know records, schema files or the query language; it sees documents, plans and scopes only.
"""
