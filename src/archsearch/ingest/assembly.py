"""Putting the values of one row together: repeated fields, groups, entries of groups."""

from typing import Any

from archsearch.domain.schema import FieldSpec, FieldType
from archsearch.ingest.cells import as_text, entries, plain, scalar, split, structured
from archsearch.ingest.columns import ColumnNames, Target


class Assembly:
    """The fields of one row as its columns come in.

    ``fields`` are plain fields that are read already. ``unused`` collects (column, code) for what
    could not be placed; the codes are those of :mod:`archsearch.ingest.mapping`.
    """

    def __init__(self, names: ColumnNames, fields: dict[str, Any]) -> None:
        self.unused: list[tuple[str, str]] = []
        self._names = names
        self._fields = fields
        self._groups: dict[str, FieldSpec] = {}
        self._entries: dict[str, list[dict[str, Any]]] = {}
        self._slots: dict[str, dict[int, dict[str, Any]]] = {}

    def put(self, name: str, target: Target, value: object) -> None:
        """Take the plain value of one column."""
        spec = target.spec
        if spec.type is not FieldType.GROUP:
            self._place(self._fields, spec, _read(value, spec, target.unit), name)
            return
        self._groups[spec.key] = spec
        if target.member:
            slot = self._slots.setdefault(spec.key, {}).setdefault(target.slot, {})
            self._place(slot, target.member, _read(value, target.member, target.unit), name)
        else:
            found = self._read_entries(name, spec, value)
            self._entries.setdefault(spec.key, []).extend(found)

    def put_default(self, target: Target, value: object) -> None:
        """Fill a field that no column filled."""
        spec, member = target.spec, target.member
        if member is None:
            if spec.key not in self._fields and spec.key not in self._groups:
                self.put(spec.key, target, value)
        elif _short(member) not in self._slots.get(spec.key, {}).get(target.slot, {}):
            self.put(member.key, target, value)

    def values(self) -> dict[str, Any]:
        """Give what came together, groups after plain fields."""
        found = dict(self._fields)
        for key, spec in self._groups.items():
            merged = self._merge(key)
            if merged:
                found[key] = merged if spec.many else _united(merged)
        return found

    def _merge(self, key: str) -> list[dict[str, Any]]:
        """Join entries given as a whole with those given column by column.

        A sheet with 联系人 and 联系人电话 speaks of one contact.
        """
        merged = [entry for entry in self._entries.get(key, []) if entry]
        whole = len(merged)
        for slot, entry in sorted(self._slots.get(key, {}).items()):
            if slot <= whole and merged[slot - 1].keys().isdisjoint(entry):
                merged[slot - 1] |= entry
            elif entry:
                merged.append(entry)
        return merged

    def _place(self, place: dict[str, Any], spec: FieldSpec, value: Any, name: str) -> None:
        key = _short(spec)
        known = place.get(key)
        if value is None or value == []:
            return
        if known is None:
            place[key] = value
        elif spec.many:
            texts = set(map(as_text, known))
            known.extend(item for item in value if as_text(item) not in texts)
        elif as_text(value) == as_text(known):
            return
        elif spec.type is FieldType.TEXT:
            place[key] = f"{as_text(known)}\n{as_text(value)}"
        else:
            self.unused.append((name, "column_conflict"))

    def _read_entries(self, name: str, group: FieldSpec, value: object) -> list[dict[str, Any]]:
        value = structured(value)
        if isinstance(value, list):
            return [
                entry for item in value for entry in self._read_entries(name, group, plain(item))
            ]
        if isinstance(value, dict):
            return self._read_members(name, group, value)
        if value is None:
            return []
        found = entries(str(value), group, lambda text: self._names.member(group, text))
        if not found:
            self.unused.append((name, "group_unreadable"))
        return found

    def _read_members(
        self, name: str, group: FieldSpec, members: dict[str, Any]
    ) -> list[dict[str, Any]]:
        entry: dict[str, Any] = {}
        inner: list[dict[str, Any]] = []
        for key, cell in members.items():
            value = plain(cell)
            match = self._names.member(group, str(key))
            if value is None:
                continue
            if match:
                member, unit = match
                self._place(entry, member, _read(value, member, unit), f"{name}.{key}")
            elif isinstance(value, list | dict):
                # <contacts><item><name>: what is between group and members has any name.
                inner += self._read_entries(f"{name}.{key}", group, value)
            else:
                self.unused.append((f"{name}.{key}", "unknown_column"))
        return [entry, *inner] if entry else inner


def _short(spec: FieldSpec) -> str:
    return spec.key.rpartition(".")[2]


def _read(value: object, spec: FieldSpec, unit: str) -> Any:
    return split(value, spec) if spec.many else scalar(value, spec, unit)


def _united(parts: list[dict[str, Any]]) -> dict[str, Any]:
    united: dict[str, Any] = {}
    for part in reversed(parts):
        united |= part
    return united
