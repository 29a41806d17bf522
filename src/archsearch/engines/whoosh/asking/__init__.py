"""Scoped queries to answers: reach, matching, scores, ranking, facets, page."""
