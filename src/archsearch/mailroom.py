"""Wiring of the watch folder and of scans, loaded when somebody looks after them."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from archsearch.domain.inbox import Patience
from archsearch.domain.zone import CHINA
from archsearch.errors import BusyError, InvalidRequestError
from archsearch.ingest.inbox.examine import ScanLimits
from archsearch.ingest.inbox.folder import Folder
from archsearch.ingest.inbox.forms import Forms
from archsearch.ingest.inbox.metadata import Metadata
from archsearch.ingest.inbox.naming import NameRule
from archsearch.intake import limits_of, pipeline_of
from archsearch.search.claims import Claims
from archsearch.search.language import Language
from archsearch.services.asking import Asking, Masker
from archsearch.services.attachments import AttachmentService
from archsearch.services.checking import Checker, Tools
from archsearch.services.data_intake import DataIntake
from archsearch.services.filing import Filing
from archsearch.services.findings import FindingService
from archsearch.services.inbox import InboxService
from archsearch.services.index import IndexService, Lock
from archsearch.services.ingest import IngestService
from archsearch.services.mending import MendingService, Reader
from archsearch.services.painting import Painter
from archsearch.services.reading import ReadingService
from archsearch.services.readings import Readings, has_fields
from archsearch.services.recogniser import Limits, Recogniser, available
from archsearch.services.recognising import RecognitionService
from archsearch.services.revising import RevisingService
from archsearch.services.trail import Trail
from archsearch.services.watching import Book, Watcher, WatchRules
from archsearch.settings.model import Settings
from archsearch.storage.inbox import Ledger
from archsearch.storage.scans import ScanStore
from archsearch.storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Office:
    """What the archive has, that the mailroom works with."""

    trail: Trail
    ingest: IngestService
    reading: ReadingService
    asking: Asking
    index: IndexService
    masker: Masker
    revising: RevisingService


class Mailroom:
    """The watch folder and the scans that came through it."""

    def __init__(
        self, settings: Settings, vault: Vault, language: Language, office: Office
    ) -> None:
        self._settings = settings
        self._office = office
        self._language = language
        self._vault = vault
        self._store = ScanStore(settings.workspace.var / "scans", vault)

    @cached_property
    def inbox(self) -> InboxService:
        """Shows the ledger."""
        office, policy = self._office, self._settings.policy
        ledger = Ledger(self._vault)
        return InboxService(office.trail, policy, office.masker, ledger, self._folder)

    @cached_property
    def mending(self) -> MendingService:
        """Tells what is known of files, and takes down what somebody adds."""
        office, policy = self._office, self._settings.policy
        reader = Reader(pipeline_of(self._settings), self._metadata)
        return MendingService(office.trail, policy, self.inbox, office.masker, reader)

    @cached_property
    def attachments(self) -> AttachmentService:
        """Gives scans back."""
        return AttachmentService(self._office.trail, self._office.reading, self._store)

    @cached_property
    def painter(self) -> Painter:
        """Has pages of scans drawn."""
        return Painter()

    @cached_property
    def findings(self) -> FindingService:
        """Shows what was read on scans, for people to confirm."""
        office = self._office
        return FindingService(office.revising, office.asking, office.reading, self._readings)

    @property
    def reads_scans(self) -> bool:
        """Whether this installation and workspace can read the text of scans."""
        off = self._settings.options.inbox.recognise == "off"
        return not off and has_fields(self._settings.schema) and available()

    def recognition(self, user: str) -> RecognitionService | None:
        """Make what has scans read on behalf of a user; None where that cannot be, or is not to."""
        options = self._settings.options.inbox
        if not self.reads_scans:
            return None
        limits = Limits(options.recognise_pages, options.max_megapixels, options.recognise_seconds)
        reviser = self._office.revising.reviser
        return RecognitionService(reviser, self._store, self._readings, Recogniser(limits), user)

    @cached_property
    def _readings(self) -> Readings:
        claims = Claims(self._language.schema, self._language.facts)
        return Readings(Forms(self._settings.schema), claims)

    @staticmethod
    def is_watched(lock: Lock) -> bool:
        """Whether anybody looks after a watch folder now."""
        try:
            with lock(0):
                return False
        except BusyError:
            return True

    def watcher(self, user: str, lock: Lock, folder: Path | None = None) -> Watcher:
        """Make a watcher of a folder, by default the workspace's own.

        Raises:
            InvalidRequestError: The workspace's own files are there, which would be filed.
        """
        if folder is not None and self._settings.workspace.keeps(folder):
            raise InvalidRequestError(
                "这个文件夹里有工作区自己的文件，不能当收件夹；请换一个只放待归档文件的文件夹。"
            )
        office, options = self._office, self._settings.options.inbox
        patience = Patience(
            timedelta(seconds=options.settle_seconds), timedelta(minutes=options.wait_minutes)
        )
        rules = WatchRules(patience, CHINA, keeps=options.archived == "keep")
        place = self._folder(folder)
        own = place.root.resolve() == self._settings.workspace.inbox.resolve()
        ledger = Ledger(self._vault, "" if own else str(place.root.resolve()))
        book = Book(office.trail, ledger)
        claims = Claims(self._language.schema, self._language.facts)
        tools = Tools(
            office.ingest,
            DataIntake(office.ingest, place, self._settings.workspace.var / "inbox"),
            Filing(office.trail, office.asking, claims, self._store),
            self._metadata(place),
            office.index,
            ScanLimits(options.max_pages, options.max_megapixels),
        )
        checker = Checker(book, place, tools, rules, user)
        return Watcher(book, place, checker, rules, lock=lock, user=user)

    def _metadata(self, place: Folder) -> Metadata:
        rule = NameRule(self._settings.options.inbox.naming)
        return Metadata(place, pipeline_of(self._settings), rule)

    def _folder(self, folder: Path | None) -> Folder:
        limits = limits_of(self._settings.options.ingest.limits)
        limits = replace(limits, max_file_bytes=self._settings.options.inbox.max_scan_mb << 20)
        return Folder(folder or self._settings.workspace.inbox, limits)
