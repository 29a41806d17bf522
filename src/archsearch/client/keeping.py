"""What the client asks of the server beyond records: rights, the past, words, duplicates."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from archsearch.client.call import Call, in_path, once
from archsearch.domain.duplicates import DuplicatePage
from archsearch.domain.policy import Policy
from archsearch.domain.users import User

if TYPE_CHECKING:
    from archsearch.services.past import WhoCould
    from archsearch.services.policy import Explanation, PolicyDiff
    from archsearch.services.reading import Viewer
    from archsearch.services.replay import Replay


def duplicates(*, least: str = "likely", limit: int = 20, offset: int = 0) -> Call[DuplicatePage]:
    """Propose groups of records that may be one customer's."""
    asked = {"least": least, "limit": limit, "offset": offset}
    kind = "archsearch.domain.duplicates:DuplicatePage"
    return Call("GET", "/duplicates", kind, parameters=asked)


def who(record_id: str) -> "Call[tuple[Viewer, ...]]":
    """List the users who may see a record now, and why."""
    path, kind = f"/records/{in_path(record_id)}/who", "archsearch.services.reading:Viewer"
    return Call("GET", path, kind, many=True)


def who_could(
    record_id: str, at: date | int, *, right: str = "read", seen: bool = False
) -> "Call[WhoCould]":
    """List who had a right over a record at a moment."""
    body = {"at": at if isinstance(at, int) else at.isoformat(), "right": right, "seen": seen}
    path, kind = f"/records/{in_path(record_id)}/who_could", "archsearch.services.past:WhoCould"
    return Call("POST", path, kind, body)


def replay(seq: int) -> "Call[Replay]":
    """Put a question of the log again."""
    return Call("POST", f"/audit/{seq}/replay", "archsearch.services.replay:Replay")


def add_word(word: str) -> Call[int]:
    """Tell the archive a word that segmentation is not to cut; gives how many records hold it."""
    return Call("POST", "/dictionary", body=_entry("word", word), headers=once(), member="records")


def add_short_name(short: str, full: str) -> Call[None]:
    """Tell the archive what a short name stands for."""
    return Call("POST", "/dictionary", body=_entry("short_name", short, full), headers=once())


def add_synonym(word: str, other: str) -> Call[None]:
    """Tell the archive that two words mean the same."""
    return Call("POST", "/dictionary", body=_entry("synonym", word, other), headers=once())


def add_user(
    name: str,
    *,
    role: str | None,
    departments: Iterable[str] = (),
    clearance: str = "",
    display_name: str = "",
) -> Call[User]:
    """Add a user; departments named for the first time are created."""
    body = {
        "name": name,
        "role": role,
        "departments": [departments] if isinstance(departments, str) else list(departments),
        "clearance": clearance,
        "display_name": display_name,
    }
    return Call("POST", "/users", "archsearch.domain.users:User", body, headers=once())


def show_policy() -> Call[Policy]:
    """Give the policy in force."""
    return Call("GET", "/policy", "archsearch.domain.policy:Policy")


def check_policy(name: str, right: str, record_id: str = "") -> "Call[Explanation]":
    """Decide whether a user may do something now, and explain it."""
    body = {"name": name, "right": right, "record_id": record_id}
    return Call("POST", "/policy/check", "archsearch.services.policy:Explanation", body)


def diff_policy(
    old: str | Path | None, new: str | Path, *, limit: int | None = None
) -> "Call[PolicyDiff]":
    """Tell what would change if one policy file took the place of another; files are here."""
    body = {"old": None if old is None else _file(old), "new": _file(new), "limit": limit}
    return Call("POST", "/policy/diff", "archsearch.services.policy:PolicyDiff", body)


def _file(path: str | Path) -> str:
    return Path(path).read_text("utf-8-sig")


def _entry(kind: str, term: str, meaning: str = "") -> dict[str, str]:
    return {"kind": kind, "term": term, "meaning": meaning}
