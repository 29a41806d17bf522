"""What is hidden of values, by the schema and the configured masks."""

from archsearch.domain.record import Values
from archsearch.security.masking import Mask, MaskRule
from archsearch.security.prose import mask_text
from archsearch.settings.model import Settings


class SchemaMasker:
    """Masks whatever leaves a workspace."""

    def __init__(self, settings: Settings) -> None:
        rules = {
            kind: MaskRule(rule.style, rule.first, rule.last)
            for kind, rule in settings.options.masks.items()
        }
        self._mask = Mask(settings.schema, rules)

    def values(self, values: Values) -> Values:
        """Mask a record's values."""
        return self._mask.values(values)

    def text(self, text: str) -> str:
        """Mask identifiers inside free text."""
        return mask_text(text)
