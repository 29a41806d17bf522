"""What the client asks of the server about what was read on scans."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from archsearch.client.call import Call, in_path

if TYPE_CHECKING:
    from archsearch.services.findings import Finding
    from archsearch.services.revising import Revised

_FINDING: Final = "archsearch.services.findings:Finding"
_REVISED: Final = "archsearch.services.revising:Revised"


def list_findings(*, limit: int = 50) -> "Call[tuple[Finding, ...]]":
    """List what is to be confirmed in records that one may change."""
    return Call("GET", "/findings", _FINDING, parameters={"limit": limit}, many=True)


def findings_of(record_id: str, *, reason: str | None = None) -> "Call[tuple[Finding, ...]]":
    """List what is to be confirmed of one record."""
    path = f"/records/{in_path(record_id)}/findings"
    if reason is None:
        return Call("GET", path, _FINDING, many=True)
    return Call("POST", path, _FINDING, {"reason": reason}, many=True)


def confirm(
    record_id: str,
    number: int,
    *,
    fields: Collection[str] | None = None,
    expected_version: int | None = None,
) -> "Call[Revised]":
    """Take what was read on a scan into its record; what is not taken is refused."""
    body = {"fields": None if fields is None else list(fields)}
    path = f"/records/{in_path(record_id)}/findings/{number}/confirm"
    return Call("POST", path, _REVISED, body, headers=_seen(expected_version))


def refuse_findings(
    record_id: str, number: int, *, expected_version: int | None = None
) -> "Call[Revised]":
    """Refuse everything that was read on a scan."""
    path = f"/records/{in_path(record_id)}/findings/{number}/refuse"
    return Call("POST", path, _REVISED, headers=_seen(expected_version))


def _seen(version: int | None) -> dict[str, str]:
    return {} if version is None else {"If-Match": f'"{version}"'}
