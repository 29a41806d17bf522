"""The form that gives a waiting scan what it lacks: few fields, with what is known filled in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from archsearch.domain.schema import FieldSpec, FieldType, Schema
from archsearch.entrypoints.web.pieces import told
from archsearch.entrypoints.web.visit import Form

if TYPE_CHECKING:
    from archsearch.services.mending import InboxFile

_OF_CUSTOMERS: Final = ("name", "id_number", "record_id", "department", "tags")
_OF_SCANS: Final = ("kind", "scanned_at")
_KEYS: Final = (*_OF_CUSTOMERS, *_OF_SCANS)
_SCANS: Final = "attachments"
WAS: Final = "was."
"""Before the names of what fields held when they were shown."""


@dataclass(frozen=True, slots=True)
class Blank:
    """A field of the form.

    ``now`` is what it holds before anybody types, ``hidden`` what is known and not shown in full;
    ``day`` is whether a box for days can hold it.
    """

    key: str
    label: str
    now: str
    hidden: str
    day: bool
    problems: tuple[str, ...] = ()


def blanks(file: "InboxFile", schema: Schema, problems: Mapping[str, list[str]]) -> list[Blank]:
    """List the fields of the form for a file; none for what cannot be mended."""
    if not file.mendable:
        return []
    found = []
    for key in _KEYS:
        spec = _spec(schema, key)
        if spec is not None:
            known = told(file.known.get(key))
            hidden = spec.sensitive and "*" in known
            shown, apart = ("", known) if hidden else (known, "")
            day = spec.type is FieldType.DATE and _is_day(known)
            found.append(Blank(key, spec.label, shown, apart, day, tuple(problems.get(key, ()))))
    return found


def typed(form: Form, schema: Schema) -> dict[str, str]:
    """Give what somebody changed, by the labels of fields: people read what is written."""
    specs = {key: _spec(schema, key) for key in _KEYS}
    return {
        spec.label: form[key]
        for key, spec in specs.items()
        if spec is not None and key in form.fields and form[key] != form[WAS + key]
    }


def by_field(problems: Iterable[Any]) -> dict[str, list[str]]:
    """Sort problems by the field of the form that they belong to."""
    found: dict[str, list[str]] = {}
    for each in problems:
        field = str(getattr(each, "field", None) or "").removeprefix(_SCANS + ".")
        found.setdefault(field, []).append(str(getattr(each, "message", each)))
    return found


def _is_day(text: str) -> bool:
    """Whether a box for days can hold it: what somebody wrote beside a scan may be anything."""
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False


def _spec(schema: Schema, key: str) -> FieldSpec | None:
    if key not in _OF_SCANS:
        return schema.by_key.get(key)
    scans = schema.by_key.get(_SCANS)
    members = scans.fields if scans else ()
    return next((each for each in members if each.key == f"{_SCANS}.{key}"), None)
