"""Likeness: which names a half-remembered name may mean, how well each fits, and why.

Works on names as the index stores them. Must not know records, schema or the query language.
"""
