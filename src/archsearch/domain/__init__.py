"""The words and rules of customer archives, standard library only.

Owns records, the metadata schema, vocabularies, regions, identifiers, the query and its plan,
access and audit
entries. Must not know files, databases, engines or user interfaces.
"""
