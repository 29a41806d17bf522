"""The system of record: SQLite through SQLAlchemy Core, with migrations.

Owns records with their versions, departments, users, grants, audit entries, numbers and the outbox,
one module each; ``database`` opens the file and gives the transactions that all of them work in.
Must not know engines, files to ingest, or who may see what. Queries keep to SQL that PostgreSQL
understands too; what is SQLite's own stays in ``database``, ``failures`` and ``migrations``.
"""
