"""Proof by mutation: the source is changed in small ways, and the tests must notice each."""
