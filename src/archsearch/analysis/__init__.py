"""Chinese text analysis: folding, units, segmentation, pinyin; one analysis for index and query.

Must not know engines, records or the query language.
"""
