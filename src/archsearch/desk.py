"""Wiring of what people keep for their work, loaded when somebody does."""

from dataclasses import dataclass
from functools import cached_property

from archsearch.security.sealing import CipherName, Seal
from archsearch.services.asking import Asking, Masker
from archsearch.services.screening import ScreeningService
from archsearch.services.screenings import ScreeningDesk
from archsearch.services.sifting import Sifter
from archsearch.services.trail import Trail


@dataclass(frozen=True)
class Desk:
    """What people have on their desks; contents are sealed."""

    trail: Trail
    asking: Asking
    masker: Masker
    screening: ScreeningService
    seal: Seal
    cipher: CipherName

    @cached_property
    def lists(self) -> ScreeningDesk:
        """Lists under screening, and what was decided about them."""
        database = self.trail.database
        sifter = Sifter(database, self.asking, self.masker, self.seal, self.cipher)
        return ScreeningDesk(self.trail, self.asking, self.screening, sifter)
