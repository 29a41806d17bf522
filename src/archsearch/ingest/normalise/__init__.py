"""From raw cells to normalised values, the original kept beside.

One module a family of field types; ``normaliser`` puts them together for a schema. Must not know
files, column names, storage or engines.
"""
