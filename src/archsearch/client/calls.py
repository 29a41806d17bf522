"""What the client asks of the server: one call for each verb of the Python API.

Arguments are those of :class:`archsearch.Archive`; whose rights hold says the token.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from archsearch.client.call import Call, in_path, once
from archsearch.domain.query import FilterValue, Hit, Page, Suggestion
from archsearch.domain.record import Record, RecordVersion
from archsearch.domain.screening import Entry

if TYPE_CHECKING:
    from archsearch.domain.saved import Saved
    from archsearch.services.attachments import Attached, Attachment
    from archsearch.services.borrow_desk import Borrowing
    from archsearch.services.borrowing import OnFile
    from archsearch.services.inbox import InboxItem, InboxPage
    from archsearch.services.mending import InboxFile
    from archsearch.services.proposals import ShownProposal
    from archsearch.services.revising import Revised

_INBOX_FILE = "archsearch.services.mending:InboxFile"
_BORROWING = "archsearch.services.borrow_desk:Borrowing"
_PROPOSAL = "archsearch.services.proposals:ShownProposal"
_RECORD = "archsearch.domain.record:Record"
_SAVED = "archsearch.domain.saved:Saved"
_REVISED = "archsearch.services.revising:Revised"


@dataclass(frozen=True, slots=True)
class FoundPage(Page):
    """A page; ``next_cursor`` goes on behind it."""

    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class BackgroundTask:
    """How far a background task is."""

    id: str
    state: str
    done: int
    total: int
    code: str = ""


def search(  # noqa: PLR0913 - as the Python API
    query: str = "",
    *,
    mode: str = "auto",
    filters: Mapping[str, FilterValue] | None = None,
    facets: Sequence[str] = (),
    sort: str = "relevance",
    limit: int = 20,
    offset: int = 0,
    cursor: str | None = None,
) -> Call[FoundPage]:
    """Find records; ``cursor`` is that of the page before, with the same conditions."""
    body = {
        "query": query,
        "mode": mode,
        "filters": {} if filters is None else filters,
        "facets": [facets] if isinstance(facets, str) else list(facets),
        "sort": sort,
        "limit": limit,
        "offset": offset,
        "cursor": cursor,
    }
    return Call("POST", "/search", "archsearch.client.calls:FoundPage", body)


def suggest(text: str, *, limit: int = 8) -> Call[tuple[Suggestion, ...]]:
    """Complete what is being typed."""
    asked = {"text": text, "limit": limit}
    kind = "archsearch.domain.query:Suggestion"
    return Call("GET", "/suggest", kind, parameters=asked, many=True)


def match(
    names: Sequence[str | Entry | Mapping[str, str]], *, limit: int = 3
) -> Call[tuple[tuple[Hit, ...], ...]]:
    """Screen a list."""
    body = {"names": _lines(names), "limit": limit}
    return Call("POST", "/match", "archsearch.domain.query:Hit", body, many=True, nested=True)


def begin_match(
    names: Sequence[str | Entry | Mapping[str, str]], *, limit: int = 3
) -> Call[BackgroundTask]:
    """Begin to screen a long list in the background."""
    body, kind = {"names": _lines(names), "limit": limit}, "archsearch.client.calls:BackgroundTask"
    return Call("POST", "/tasks/match", kind, body, headers=once())


def task(task_id: str) -> Call[BackgroundTask]:
    """Tell how far a background task is."""
    return Call("GET", f"/tasks/{in_path(task_id)}", "archsearch.client.calls:BackgroundTask")


def task_result(task_id: str) -> Call[tuple[tuple[Hit, ...], ...]]:
    """Fetch what came of a background task."""
    path, kind = f"/tasks/{in_path(task_id)}/result", "archsearch.domain.query:Hit"
    return Call("GET", path, kind, many=True, nested=True)


def get(record_id: str) -> Call[Record]:
    """Load one record, its sensitive fields masked."""
    return Call("GET", f"/records/{in_path(record_id)}", _RECORD)


def reveal(record_id: str, *, reason: str) -> Call[Record]:
    """Load one record with its sensitive fields as they are."""
    return Call("POST", f"/records/{in_path(record_id)}/reveal", _RECORD, {"reason": reason})


def history(record_id: str, *, reason: str | None = None) -> Call[tuple[RecordVersion, ...]]:
    """Load every version of a record, oldest first."""
    path, kind = f"/records/{in_path(record_id)}/history", "archsearch.domain.record:RecordVersion"
    if reason is None:
        return Call("GET", path, kind, many=True)
    return Call("POST", path, kind, {"reason": reason}, many=True)


def create(fields: Mapping[str, Any], *, reason: str = "") -> "Call[Revised]":
    """Make one new record; sent again by itself, it is made once."""
    body = {"fields": dict(fields), "reason": reason}
    return Call("POST", "/records", _REVISED, body, headers=once())


def change(
    record_id: str, fields: Mapping[str, Any], *, expected_version: int, reason: str = ""
) -> "Call[Revised]":
    """Change fields of a record that is still at the version that was seen."""
    body = {"fields": dict(fields), "reason": reason}
    condition = {"If-Match": f'"{expected_version}"'}
    return Call("PATCH", f"/records/{in_path(record_id)}", _REVISED, body, headers=condition)


def delete(record_id: str, *, reason: str) -> "Call[Revised]":
    """Take a record out of all search."""
    return Call("POST", f"/records/{in_path(record_id)}/delete", _REVISED, {"reason": reason})


def restore(record_id: str, *, reason: str) -> "Call[Revised]":
    """Bring a deleted record back."""
    return Call("POST", f"/records/{in_path(record_id)}/restore", _REVISED, {"reason": reason})


def propose(record_id: str, fields: Mapping[str, Any], *, reason: str) -> "Call[ShownProposal]":
    """Propose a change to those who may make it."""
    body, path = {"fields": dict(fields), "reason": reason}, f"/records/{in_path(record_id)}"
    return Call("POST", f"{path}/proposals", _PROPOSAL, body, headers=once())


def save(
    name: str,
    query: str = "",
    *,
    mode: str = "auto",
    filters: Mapping[str, FilterValue] | None = None,
    sort: str = "relevance",
) -> "Call[Saved]":
    """Keep a search under a name."""
    conditions = {"query": query, "mode": mode, "filters": filters or {}, "sort": sort}
    return Call("POST", "/saved", _SAVED, {"name": name, **conditions}, headers=once())


def list_saved() -> "Call[tuple[Saved, ...]]":
    """List one's searches."""
    return Call("GET", "/saved", _SAVED, many=True)


def run_saved(saved_id: str, *, limit: int = 20, offset: int = 0) -> Call[Page]:
    """Search again; what is found now is not new any more."""
    path, kind = f"/saved/{in_path(saved_id)}/run", "archsearch.domain.query:Page"
    return Call("POST", path, kind, parameters={"limit": limit, "offset": offset})


def rename_saved(saved_id: str, name: str) -> "Call[Saved]":
    """Call a search otherwise."""
    return Call("PATCH", f"/saved/{in_path(saved_id)}", _SAVED, {"name": name})


def delete_saved(saved_id: str) -> Call[None]:
    """Forget a search."""
    return Call("DELETE", f"/saved/{in_path(saved_id)}")


def list_proposals(*, which: str = "mine", limit: int = 100) -> "Call[tuple[ShownProposal, ...]]":
    """List proposals."""
    asked = {"which": which, "limit": limit}
    return Call("GET", "/proposals", _PROPOSAL, parameters=asked, many=True)


def show_proposal(proposal_id: str) -> "Call[ShownProposal]":
    """Show a proposal."""
    return Call("GET", f"/proposals/{in_path(proposal_id)}", _PROPOSAL)


def accept(
    proposal_id: str, *, expected_version: int | None = None, note: str = ""
) -> "Call[ShownProposal]":
    """Accept a proposal."""
    condition = {} if expected_version is None else {"If-Match": f'"{expected_version}"'}
    path, body = f"/proposals/{in_path(proposal_id)}/accept", {"note": note}
    return Call("POST", path, _PROPOSAL, body, headers=condition)


def refuse_proposal(proposal_id: str, *, reason: str) -> "Call[ShownProposal]":
    """Refuse a proposal."""
    return Call("POST", f"/proposals/{in_path(proposal_id)}/refuse", _PROPOSAL, {"reason": reason})


def withdraw_proposal(proposal_id: str) -> "Call[ShownProposal]":
    """Take back a proposal of one's own."""
    return Call("POST", f"/proposals/{in_path(proposal_id)}/withdraw", _PROPOSAL)


def attachments(record_id: str) -> "Call[tuple[Attached, ...]]":
    """List the scans of a record."""
    kind = "archsearch.services.attachments:Attached"
    return Call("GET", f"/records/{in_path(record_id)}/attachments", kind, many=True)


def attachment(record_id: str, number: int, *, reason: str) -> "Call[Attachment]":
    """Fetch a scan of a record, all of it."""
    path = f"/records/{in_path(record_id)}/attachments/{number}"
    kind = "archsearch.services.attachments:Attachment"
    given = {"record_id": record_id, "number": number}
    return Call("POST", path, kind, {"reason": reason}, file=given)


def list_inbox(*, state: str = "", limit: int = 50, before: int | None = None) -> "Call[InboxPage]":
    """List what arrived in the watch folder."""
    asked: dict[str, Any] = {"limit": limit} | ({"state": state} if state else {})
    asked |= {} if before is None else {"before": before}
    return Call("GET", "/inbox", "archsearch.services.inbox:InboxPage", parameters=asked)


def show_inbox(number: int) -> "Call[InboxFile]":
    """Show a file of the watch folder, and what is known of whose it is."""
    return Call("GET", f"/inbox/{number}", _INBOX_FILE)


def retry_inbox(number: int) -> "Call[InboxItem]":
    """Put a file back that waits or was returned."""
    return Call("POST", f"/inbox/{number}/retry", "archsearch.services.inbox:InboxItem")


def mend_inbox(number: int, fields: Mapping[str, Any]) -> "Call[InboxFile]":
    """Add what a scan lacks."""
    return Call("PUT", f"/inbox/{number}/metadata", _INBOX_FILE, {"fields": dict(fields)})


def find(name: str, id_number: str) -> "Call[OnFile]":
    """Tell whether a customer is on file elsewhere and may be borrowed."""
    body = {"name": name, "id_number": id_number}
    return Call("POST", "/borrow/find", "archsearch.services.borrowing:OnFile", body)


def request(  # noqa: PLR0913 - as the Python API
    records: str | Sequence[str] = (),
    *,
    purpose: str,
    reason: str,
    name: str = "",
    id_number: str = "",
    days: int | None = None,
    sensitive: bool = False,
) -> "Call[Borrowing]":
    """Ask to borrow."""
    body = {
        "records": _ids(records),
        "purpose": purpose,
        "reason": reason,
        "name": name,
        "id_number": id_number,
        "days": days,
        "sensitive": sensitive,
    }
    return Call("POST", "/borrow", _BORROWING, body, headers=once())


def list_borrowing(
    *, which: str = "mine", due: int | None = None, limit: int = 100
) -> "Call[tuple[Borrowing, ...]]":
    """List requests to borrow."""
    asked = {"which": which, "limit": limit} | ({} if due is None else {"due": due})
    return Call("GET", "/borrow", _BORROWING, parameters=asked, many=True)


def show_borrowing(request_id: str) -> "Call[Borrowing]":
    """Show a request to borrow."""
    return Call("GET", f"/borrow/{in_path(request_id)}", _BORROWING)


def approve(
    request_id: str,
    records: str | Sequence[str] = (),
    *,
    days: int | None = None,
    sensitive: bool | None = None,
    note: str = "",
) -> "Call[Borrowing]":
    """Approve what waits."""
    body = {"records": _ids(records), "days": days, "sensitive": sensitive, "note": note}
    return _borrow(request_id, "approve", body)


def refuse(request_id: str, records: str | Sequence[str] = (), *, reason: str) -> "Call[Borrowing]":
    """Refuse what waits."""
    return _borrow(request_id, "refuse", {"records": _ids(records), "reason": reason})


def revoke(request_id: str, records: str | Sequence[str] = (), *, reason: str) -> "Call[Borrowing]":
    """Take back what was lent."""
    return _borrow(request_id, "revoke", {"records": _ids(records), "reason": reason})


def withdraw(request_id: str) -> "Call[Borrowing]":
    """Take back one's own request."""
    return _borrow(request_id, "withdraw", None)


def give_back(request_id: str, records: str | Sequence[str] = ()) -> "Call[Borrowing]":
    """Return what was lent."""
    return _borrow(request_id, "give_back", {"records": _ids(records)})


def renew(
    request_id: str,
    records: str | Sequence[str] = (),
    *,
    reason: str,
    days: int | None = None,
) -> "Call[Borrowing]":
    """Ask for more days."""
    return _borrow(request_id, "renew", {"records": _ids(records), "reason": reason, "days": days})


def form(request_id: str) -> Call[str]:
    """Write the application form as a page to print."""
    return Call("GET", f"/borrow/{in_path(request_id)}/form", text=True)


def _borrow(request_id: str, verb: str, body: Any) -> "Call[Borrowing]":
    return Call("POST", f"/borrow/{in_path(request_id)}/{verb}", _BORROWING, body)


def _lines(names: Sequence[str | Entry | Mapping[str, str]]) -> list[Any]:
    several = [names] if isinstance(names, str | Entry | Mapping) else names
    return [asdict(each) if isinstance(each, Entry) else each for each in several]


def _ids(records: str | Sequence[str]) -> list[str]:
    return [records] if isinstance(records, str) else list(records)
