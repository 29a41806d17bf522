"""The form that gives a waiting scan what it lacks: few fields, with what is known filled in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from archsearch.domain.problem import Severity
from archsearch.domain.record import JsonValue
from archsearch.domain.schema import FieldSpec, FieldType, Schema
from archsearch.domain.vocabulary import Vocabulary
from archsearch.entrypoints.web.pieces import told
from archsearch.entrypoints.web.visit import Form

if TYPE_CHECKING:
    from archsearch.services.mending import InboxFile

_OF_SCANS: Final = ("kind", "scanned_at")
_FIRST: Final = (
    *("name", "id_number", "record_id", "phones", "address", "department", "tags"),
    *_OF_SCANS,
)
_MORE: Final = ("nature", "region", "business_type", "email")
"""What is asked for besides where a record is to be complete."""
_SCANS: Final = "attachments"
WAS: Final = "was."
"""Before the names of what fields held when they were shown."""
_WRONG: Final = "?"
"""What a field held that is not shown, as it was wrong: left empty, it is taken away."""


@dataclass(frozen=True, slots=True)
class Blank:
    """A field of the form.

    ``now`` is what it holds before anybody types, ``was`` what is compared with what was typed,
    ``hidden`` what is known and not shown in full; ``day`` is whether a box for days can hold it,
    ``options`` are all that it may hold, ``more`` whether it is one that few need.
    """

    key: str
    label: str
    now: str
    was: str
    hidden: str
    day: bool
    options: tuple[str, ...] = ()
    more: bool = False
    problems: tuple[str, ...] = ()

    @property
    def dropped(self) -> bool:
        """Whether it is taken away when it is left empty."""
        return self.was == _WRONG


def blanks(
    file: "InboxFile",
    schema: Schema,
    vocabularies: Mapping[str, Vocabulary],
    problems: Mapping[str, list[str]],
    shown: Iterable[str] = (),
) -> list[Blank]:
    """List the fields of the form for a file; none for what cannot be mended.

    Args:
        file: The file.
        schema: The fields there are.
        vocabularies: What some of them may hold.
        problems: What is wrong, by field: what is wrong can be put right.
        shown: Keys of fields that are shown in any case, as they were before.
    """
    if not file.mendable:
        return []
    required = (spec.key for spec in schema.fields if spec.required)
    wrong = [key for key in problems if key not in _FIRST]
    keys = dict.fromkeys((*wrong, *_FIRST, *_MORE, *required, *shown))
    specs = {key: spec for key in keys if (spec := _spec(schema, key)) is not None}
    return [
        _blank(key, spec, file.known.get(key), vocabularies, tuple(problems.get(key, ())))
        for key, spec in specs.items()
    ]


def _blank(
    key: str,
    spec: FieldSpec,
    value: JsonValue,
    vocabularies: Mapping[str, Vocabulary],
    problems: tuple[str, ...],
) -> Blank:
    known = told(value)
    hidden = spec.sensitive and "*" in known
    now, apart = ("", known) if hidden else (known, "")
    vocabulary = vocabularies.get(spec.vocabulary or "")
    closed = vocabulary is not None and not (vocabulary.open or spec.many)
    few = vocabulary.terms if vocabulary and closed else ()
    return Blank(
        key,
        spec.label,
        now,
        _WRONG if problems and not known else now,
        apart,
        spec.type is FieldType.DATE and _is_day(known),
        few if len(few) <= _MOST_OPTIONS else (),
        more=key not in _FIRST and not problems and not now,
        problems=problems,
    )


_MOST_OPTIONS: Final = 40


def keys_in(form: Form) -> list[str]:
    """List the fields that a form showed."""
    return [name.removeprefix(WAS) for name in form.fields if name.startswith(WAS)]


def typed(form: Form, schema: Schema) -> dict[str, str]:
    """Give what somebody changed, by the labels of fields: people read what is written."""
    specs = {key: _spec(schema, key) for key in form.fields}
    return {
        spec.label: form[key]
        for key, spec in specs.items()
        if spec is not None and form[key] != form[WAS + key]
    }


def by_field(problems: Iterable[Any]) -> dict[str, list[str]]:
    """Sort what is wrong by the field of the form that it belongs to."""
    found: dict[str, list[str]] = {}
    for each in problems:
        if getattr(each, "severity", Severity.ERROR) is not Severity.ERROR:
            continue
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
    """Find a field that the form can show: of the scan itself, or one that stands by itself."""
    if key in _OF_SCANS:
        return schema.by_key.get(f"{_SCANS}.{key}")
    spec = schema.by_key.get(key)
    alone = spec is not None and not (spec.system or spec.fields or "." in key)
    return spec if alone else None
