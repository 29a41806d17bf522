"""Documents to segments: building, merging, committing."""
