"""Verifies an operation log (操作日志) with nothing but Python's standard library.

    python verify_audit.py var/archive.db --key audit.key [--anchors var/audit.anchors]

For auditors who do not want to trust archsearch itself: this file needs no other. The key is what
``archsearch audit key`` gives out, 64 hexadecimal digits. The database is opened for reading only.
Exit code 0: every link and every anchor holds; 1: they do not; 2: something could not be read.

How entries are linked: ``digest`` of an entry is HMAC-SHA256, under the key, of the JSON array of
the digest before (64 zeros before the first) and seq, at, user_name, action, target, outcome and
detail, in UTF-8 without spaces. An anchor is a line ``seq digest`` of the last entry of a commit.
"""

import argparse
import hmac
import json
import re
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

GENESIS = "0" * 64
COLUMNS = "seq, at, user_name, action, target, outcome, detail, prev_digest, digest"
ANCHOR = re.compile(r"([0-9]{16}) ([0-9a-f]{64})$", re.MULTILINE)


def faults(database: Path, key: bytes, anchors: dict[int, str] | None) -> Iterator[tuple[int, str]]:
    """Yield the entries where the log does not hold, and why; at last (-1, how many there are)."""
    connection = sqlite3.connect(database.absolute().as_uri() + "?mode=ro", uri=True)
    last, previous = 0, GENESIS
    for row in connection.execute(f"SELECT {COLUMNS} FROM audit ORDER BY seq"):
        seq, digest = row[0], row[8]
        if seq != last + 1:
            yield last + 1, "entries are missing"
        elif row[7] != previous:
            yield seq, "does not follow from the entry before"
        text = json.dumps([row[7], *row[:7]], ensure_ascii=False, separators=(",", ":"))
        if hmac.new(key, text.encode(), "sha256").hexdigest() != digest:
            yield seq, "is not what was written"
        if anchors and anchors.get(seq, digest) != digest:
            yield seq, "is not what its anchor says"
        last, previous = seq, digest
    if connection.execute("SELECT seq, digest FROM audit_head").fetchall() != [(last, previous)]:
        yield last + 1, "the end is not where the head of the chain says"
    if anchors is not None and last and last not in anchors:
        yield last, "the last entry has no anchor"
    if anchors and max(anchors) > last:
        yield last + 1, "entries that have anchors are missing"
    connection.close()
    yield -1, str(last)


def main() -> int:
    """Verify as the command line says."""
    parser = argparse.ArgumentParser(description="Verify an operation log of archsearch.")
    parser.add_argument("database", type=Path)
    parser.add_argument("--key", type=Path, required=True, help="file with the key")
    parser.add_argument("--anchors", type=Path, help="file of anchors")
    given = parser.parse_args()
    try:
        key = bytes.fromhex(given.key.read_text().strip())
        anchors = None
        if given.anchors:
            found = ANCHOR.findall(given.anchors.read_text(errors="replace"))
            # Of two for one entry the first holds: the other is of an entry put in its place.
            anchors = {int(seq): digest for seq, digest in reversed(found)}
        *broken, (_, entries) = faults(given.database, key, anchors)
    except (OSError, ValueError, sqlite3.Error) as error:
        print(f"cannot be verified: {error}", file=sys.stderr)
        return 2
    for seq, reason in broken:
        print(f"{seq}\t{reason}")
    print(f"{entries} entries, {'broken' if broken else 'intact'}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
