"""What recognition leaves in a record: texts of its scans, and what of them is news to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from archsearch.domain.record import Values
from archsearch.domain.schema import Schema
from archsearch.ingest.inbox.forms import Forms
from archsearch.search.claims import Claims

TEXT: Final = "text"
READING: Final = "reading"
"""Members of an attachment: its text, and how far it was read."""
PROPOSED: Final = "待核对"
"""Values were read that a person has yet to confirm."""
READ: Final = "已识别"
CONFIRMED: Final = "已核对"
UNREADABLE: Final = "未识别"


def has_fields(schema: Schema) -> bool:
    """Tell whether a workspace's schema has room for what is read."""
    return {f"attachments.{TEXT}", f"attachments.{READING}"} <= schema.by_key.keys()


def attachments_of(values: Values) -> list[dict[str, Any]]:
    """List what a record says of its scans."""
    found = values.get("attachments")
    return (
        [dict(each) for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    )


def proposed_in(values: Values) -> list[int]:
    """Tell which attachments of a record, from 1, have values to be confirmed."""
    listed = enumerate(attachments_of(values), 1)
    return [number for number, each in listed if each.get(READING) == PROPOSED]


@dataclass(frozen=True, slots=True)
class Readings:
    """Compares what stands on a scan with what its record holds."""

    forms: Forms
    claims: Claims

    def news(self, values: Values, text: str) -> Mapping[str, str]:
        """Give what a text says of the customer and the record does not, by schema key."""
        read = self.forms.read(text)
        return {key: said for key, said in read.items() if not self._holds(values, key, said)}

    def _holds(self, values: Values, key: str, said: str) -> bool:
        if key == "name":
            return self.claims.called(values, said)
        held = values.get(key)
        return said in (held if isinstance(held, list) else (held,))
