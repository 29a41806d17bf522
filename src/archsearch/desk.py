"""Wiring of what people keep for their work, loaded when somebody does."""

from dataclasses import dataclass
from functools import cached_property

from archsearch.domain.policy import Policy
from archsearch.security.sealing import CipherName, Seal
from archsearch.security.tokens import derive_key
from archsearch.services.asking import Asking, Masker
from archsearch.services.exporting import ExportService
from archsearch.services.overview import OverviewService
from archsearch.services.safe import Safe
from archsearch.services.saved import SavedSearches, Secrets
from archsearch.services.screening import ScreeningService
from archsearch.services.screenings import ScreeningDesk
from archsearch.services.search import SearchService
from archsearch.services.sifting import Sifter
from archsearch.services.trail import Trail


@dataclass(frozen=True)
class Tools:
    """What the archive has, that people work with."""

    trail: Trail
    asking: Asking
    masker: Masker
    policy: Policy
    screening: ScreeningService
    search: SearchService
    exporting: ExportService


class Desk:
    """What people have on their desks; contents are sealed."""

    def __init__(self, tools: Tools, secret: bytes, cipher: CipherName) -> None:
        self._tools = tools
        self._secret = secret
        self._cipher = cipher

    @cached_property
    def lists(self) -> ScreeningDesk:
        """Lists under screening, and what was decided about them."""
        tools = self._tools
        sifter = Sifter(tools.trail.database, tools.asking, tools.masker, self._safe("lists"))
        return ScreeningDesk(tools.trail, tools.asking, tools.screening, sifter)

    @cached_property
    def saved(self) -> SavedSearches:
        """Searches that are kept."""
        tools = self._tools
        secrets = Secrets(self._safe("saved"), derive_key(self._secret, "saved/ids"))
        found = (tools.exporting.asking, tools.exporting.search, tools.masker)
        return SavedSearches(tools.trail, tools.policy, found, secrets, tools.search.search)

    @cached_property
    def overview(self) -> OverviewService:
        """The archive at a glance."""
        tools = self._tools
        found = (tools.exporting.asking, tools.exporting.search)
        return OverviewService(tools.trail, tools.policy, *found)

    def _safe(self, use: str) -> Safe:
        return Safe(Seal(derive_key(self._secret, use)), self._cipher)
