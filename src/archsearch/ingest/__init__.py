"""From a source file to checked records: read, map, normalise, validate.

Also owns the file of rejected rows. Must not know storage, engines or users.
"""
