"""The HTTP door: the Python API as resources. It knows requests and answers, no rules of rights.

Everything here is loaded by ``archsearch serve`` alone.
"""
