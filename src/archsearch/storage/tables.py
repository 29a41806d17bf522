"""The tables as queries see them; what creates and alters them are the migrations."""

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, MetaData, Table, Text

from archsearch.storage.encoding import UtcTime

METADATA: Final = MetaData()

RECORDS: Final = Table(
    "records",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("record_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("source", Text),
    Column("source_id", Text),
    Column("owner", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("secrecy", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("quality", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)
"""One row a record: its identity, access and state. Small, so that scans over it are quick."""

RECORD_VERSIONS: Final = Table(
    "record_versions",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("record", ForeignKey("records.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("quality", Integer, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("origins", Text),
    Column("content", LargeBinary, nullable=False),
)
"""One row a version. Content lives only here, the current version's too: written once, sealed."""

OUTBOX: Final = Table(
    "outbox",
    METADATA,
    Column("seq", Integer, primary_key=True),
    Column("record_id", Text, nullable=False),
    Column("access_changed", Integer, nullable=False),
)
"""What the index has not heard of yet, in order."""

COUNTERS: Final = Table(
    "counters",
    METADATA,
    Column("prefix", Text, primary_key=True),
    Column("last", Integer, nullable=False),
)

DEPARTMENTS: Final = Table(
    "departments",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("path", Text, nullable=False),
    Column("parent", ForeignKey("departments.id")),
    Column("created_at", UtcTime, nullable=False),
)

USERS: Final = Table(
    "users",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("folded_name", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("role", Text),
    Column("clearance", Text, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

USER_DEPARTMENTS: Final = Table(
    "user_departments",
    METADATA,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("department_id", ForeignKey("departments.id"), primary_key=True),
)

GRANTS: Final = Table(
    "grants",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("record_id", ForeignKey("records.record_id"), nullable=False),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("granted_at", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("granted_by", Text, nullable=False),
    Column("revoked_at", UtcTime),
    Column("revoked_by", Text),
    Column("sensitive", Boolean, nullable=False),
    Column("item", ForeignKey("borrow_items.id")),
    Column("granted_seq", Integer, nullable=False),
    Column("revoked_seq", Integer),
)
"""``granted_seq`` and ``revoked_seq`` are the log's numbers of both; see ``storage/moments.py``."""

BORROW_REQUESTS: Final = Table(
    "borrow_requests",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("days", Integer, nullable=False),
    Column("sensitive", Boolean, nullable=False),
    Column("requested_at", UtcTime, nullable=False),
)

BORROW_ITEMS: Final = Table(
    "borrow_items",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("request", ForeignKey("borrow_requests.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("shown", Text, nullable=False),
    Column("record_id", Text),
    Column("name", Text),
    Column("tokens", Text),
    Column("state", Text, nullable=False),
    Column("sensitive", Boolean, nullable=False),
    Column("until", UtcTime),
    Column("extension", Integer),
    Column("renewals", Integer, nullable=False),
)
"""What is asked for: ``record_id``, or ``name`` and ``tokens`` of a number."""

BORROW_STEPS: Final = Table(
    "borrow_steps",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("request", ForeignKey("borrow_requests.id"), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("user_name", Text, nullable=False),
    Column("deed", Text, nullable=False),
    Column("items", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("days", Integer),
)

BORROW_QUESTIONS: Final = Table(
    "borrow_questions",
    METADATA,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("day", Text, nullable=False),
    Column("asked", Integer, nullable=False),
)
"""How often a user has asked today whether somebody is on file elsewhere."""

PROPOSALS: Final = Table(
    "proposals",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("record", ForeignKey("records.id"), nullable=False),
    Column("base", Integer, nullable=False),
    Column("proposed_at", UtcTime, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_at", UtcTime),
    Column("decided_by", Text),
    Column("answer", LargeBinary),
    Column("version", Integer),
)
"""Changes proposed on version ``base`` of a record; what came of it is its ``version``."""

AUDIT: Final = Table(
    "audit",
    METADATA,
    Column("seq", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("user_name", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("prev_digest", Text, nullable=False),
    Column("digest", Text, nullable=False),
)
"""The operation log. Times stay text here: the chain is over the bytes as they are stored."""

AUDIT_HEAD: Final = Table(
    "audit_head",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("latest", Text, nullable=False),
)
"""The last link, in its only row: what cutting the log's end would leave behind. ``latest`` is the
latest moment of all entries, which is not the last one's where a clock was set back."""

DICTIONARY: Final = Table(
    "dictionary",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("term", Text, nullable=False),
    Column("meaning", Text, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("added_at", UtcTime, nullable=False),
)

USER_STATES: Final = Table(
    "user_states",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("role", Text),
    Column("clearance", Text, nullable=False),
    Column("departments", Text, nullable=False),
    Column("disabled", Boolean, nullable=False),
)
"""What each user was, from a number of the log on; ``departments`` is a JSON list of paths."""

DICTIONARY_STATES: Final = Table(
    "dictionary_states",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("term", Text, nullable=False),
    Column("meaning", Text, nullable=False),
    Column("present", Boolean, nullable=False),
)
"""Which entries came into the dictionary and went, in order."""

RECORD_STATES: Final = Table(
    "record_states",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("upto", Integer, nullable=False),
)
"""The highest number among record versions, from a number of the log on: one row a batch."""

META: Final = Table(
    "meta",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

SCREENINGS: Final = Table(
    "screenings",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("began_at", UtcTime, nullable=False),
    Column("touched_at", UtcTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("worker", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
"""Lists that somebody has screened; ``worker`` is the process that is at it."""

SCREENING_PARTS: Final = Table(
    "screening_parts",
    METADATA,
    Column("screening", ForeignKey("screenings.id"), primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

SCREENING_DECISIONS: Final = Table(
    "screening_decisions",
    METADATA,
    Column("screening", ForeignKey("screenings.id"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

SAVED_SEARCHES: Final = Table(
    "saved_searches",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("saved_at", UtcTime, nullable=False),
    Column("looked_at", UtcTime, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("seen", LargeBinary, nullable=False),
)
"""Searches kept under a name; ``seen`` stands for what they found when last looked at."""
