"""Single values read as ingest reads them, for queries and filters."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from archsearch.domain.identifiers import classify
from archsearch.domain.schema import FieldSpec, FieldType
from archsearch.domain.vocabulary import Vocabulary

if TYPE_CHECKING:
    from archsearch.domain.regions import RegionTree
    from archsearch.ingest.normalise.cells import Faults, FieldNormaliser

_FREE = {FieldType.NAME, FieldType.TEXT, FieldType.ADDRESS}


class SchemaValues:
    """Reads values by the normalisers of their fields; see ``search.values.ValueReader``."""

    def __init__(
        self, vocabularies: Mapping[str, Vocabulary], regions: Callable[[], "RegionTree"]
    ) -> None:
        self._vocabularies = vocabularies
        # Building the tree takes a while, and few queries need it.
        self._regions = regions
        self._normalisers: dict[str, FieldNormaliser] = {}

    def read(self, spec: FieldSpec, text: str) -> str | float | None:
        """Give the canonical value that a text means in a field, or None when it means none."""
        if spec.type in _FREE:
            return text
        if spec.type is FieldType.REGION:
            region = self._regions().resolve(text)
            return None if region is None else region.path
        faults: Faults = []
        value = self._normaliser(spec)(text, faults)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and not faults:
            return value
        # Identifiers with a slip are still looked for as they were typed; they just match nothing.
        return text if spec.sensitive else None

    def faulty(self, spec: FieldSpec, text: str) -> bool:
        """Whether a text stands for a value of a field and is none, or not surely the one meant."""
        from archsearch.ingest.normalise.cells import is_placeholder  # noqa: PLC0415 - as below

        if spec.type in _FREE or is_placeholder(text):
            return False
        if spec.type is FieldType.REGION:
            return self._regions().resolve(text) is None
        faults: Faults = []
        value = self._normaliser(spec)(text, faults)
        if spec.type is FieldType.ID_NUMBER and isinstance(value, str):
            # Normalising keeps a number with a slip; it is validation that tells of it.
            return bool(faults) or classify(value).fault is not None
        return bool(faults)

    def nearest(self, spec: FieldSpec, text: str) -> str | None:
        """Name the known value that is most like the text."""
        if spec.type is FieldType.REGION:
            region = self._regions().nearest(text)
            return None if region is None else region.path
        if spec.vocabulary is None:
            return None
        return self._vocabularies[spec.vocabulary].nearest(text)

    def _normaliser(self, spec: FieldSpec) -> "FieldNormaliser":
        found = self._normalisers.get(spec.key)
        if found is None:
            # Loading takes longer than an ordinary search, which reads no value.
            from archsearch.ingest.normalise.fields import (  # noqa: PLC0415 - see above
                Sources,
                normaliser_of,
            )

            sources = Sources(self._vocabularies, self._regions())
            found = self._normalisers[spec.key] = normaliser_of(replace(spec, many=False), sources)
        return found
