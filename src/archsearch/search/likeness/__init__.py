"""Likeness: which names a half-remembered name may mean, how well each fits, and why.

Works on names alone. Must not know records, scopes, schema or the query language.
"""
