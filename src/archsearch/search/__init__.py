"""The query language: parse, compile to a plan, highlight.

Must not know storage or a particular engine.
"""
