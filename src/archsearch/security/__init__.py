"""Masking of sensitive values, and keyed tokens to find them by.

Must not know storage or engines.
"""
