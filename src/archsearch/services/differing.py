"""What differs between two versions of a record, as far as whoever looks may see it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archsearch.domain.record import FieldChange, Values, changed_keys
from archsearch.domain.schema import Schema
from archsearch.services.asking import Masker


@dataclass(frozen=True, slots=True)
class Differ:
    """Compares versions field by field."""

    schema: Schema
    masker: Masker

    def between(
        self, before: Values, after: Values, *, revealed: bool = False
    ) -> tuple[FieldChange, ...]:
        """List what changed; of sensitive fields only that they did, unless they are revealed."""
        keys = changed_keys(before, after)
        if revealed:
            return tuple(FieldChange(key, before.get(key), after.get(key)) for key in keys)
        return tuple(self._shown(keys, before, after))

    def _shown(self, keys: Iterable[str], before: Values, after: Values) -> Iterator[FieldChange]:
        old, new = self.masker.values(before), self.masker.values(after)
        for key in keys:
            spec = self.schema.by_key.get(key)
            hidden = spec is None or spec.sensitive
            if hidden or old.get(key) == new.get(key):
                yield FieldChange(key, concealed=True)
            else:
                yield FieldChange(key, old.get(key), new.get(key))
