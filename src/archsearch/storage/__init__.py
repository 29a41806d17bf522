"""The system of record: SQLite through SQLAlchemy Core, with migrations.

Owns records with their versions, departments, users, grants, audit entries and the outbox. Must
not know engines, files to
ingest, or who may see what.
"""
