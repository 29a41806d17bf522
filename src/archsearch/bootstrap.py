"""Wiring: the one place where settings meet services, and where an engine is chosen."""

from collections.abc import Mapping, Set
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from archsearch.domain.policy import Policy
from archsearch.domain.record import RecordId
from archsearch.engines.documents import Analysis
from archsearch.engines.whoosh.engine import WhooshEngine
from archsearch.engines.whoosh.files.lock import writing
from archsearch.errors import WorkspaceError
from archsearch.founding import audit_log, found, keys_of, open_store
from archsearch.search.language import Language
from archsearch.searching import analysis_of, builder_of, language_of, presenter_of, rules_of
from archsearch.security.sealing import Seal
from archsearch.security.tokens import Tokens, derive_key
from archsearch.services.asking import Asking, SearchRules
from archsearch.services.audit import AuditService
from archsearch.services.audit_report import Reporter
from archsearch.services.companion import Invitation, Lingering
from archsearch.services.configuration import Configuration
from archsearch.services.departments import DepartmentService
from archsearch.services.dictionary import DictionaryService
from archsearch.services.differing import Differ
from archsearch.services.doctor import Doctor
from archsearch.services.duplicates import DuplicateService
from archsearch.services.glossary import Keeper
from archsearch.services.identity import Clock
from archsearch.services.index import IndexService, Lock, Locks, Watch
from archsearch.services.indexing import Indexing
from archsearch.services.keys import KeyService
from archsearch.services.leftovers import clear
from archsearch.services.names import NameService
from archsearch.services.policy import PolicyService, note_policy
from archsearch.services.presenting import Presenter
from archsearch.services.questions import Questions
from archsearch.services.reading import ReadingService
from archsearch.services.screening import ScreeningService
from archsearch.services.search import SearchService
from archsearch.services.trail import Trail
from archsearch.services.users import UserService
from archsearch.settings.loading import load
from archsearch.settings.masks import SchemaMasker
from archsearch.settings.model import Settings
from archsearch.settings.workspace import is_workspace
from archsearch.storage.database import Database
from archsearch.storage.vault import Vault
from archsearch.version import VERSION

if TYPE_CHECKING:
    from archsearch.desk import Desk
    from archsearch.mailroom import Mailroom
    from archsearch.reception import Reception
    from archsearch.services.borrow_counter import BorrowCounter
    from archsearch.services.exporting import ExportService
    from archsearch.services.ingest import IngestService
    from archsearch.services.lists import ListService
    from archsearch.services.past import PastService
    from archsearch.services.proposing import ProposalService
    from archsearch.services.replay import ReplayService
    from archsearch.services.revising import RevisingService
    from archsearch.services.watching import Watcher

ANALYSIS_VERSION = "8"
"""Counts changes to how text becomes tokens; an index made under another number is rebuilt."""


def now() -> datetime:
    """Tell the time; the only place that reads the machine's clock."""
    return datetime.now(UTC)


class Application:
    """An open workspace: its services, made when first asked for.

    ``watch`` is told of rebuilds of the index; to be set before the index is first used.
    ``environ`` is the environment that the settings were read from.
    """

    def __init__(self, settings: Settings, database: Database, vault: Vault, clock: Clock) -> None:
        self.settings = settings
        self.database = database
        self.vault = vault
        self.clock = clock
        self.watch: Watch = nullcontext
        self.environ: Mapping[str, str] = {}
        self._secret = vault.root()
        self._lingering = Lingering()

    def close(self) -> None:
        """Let go of files, when whoever tidies the index is done with it."""
        self._lingering.see_off()
        if "engine" in self.__dict__:
            self.engine.close()
        self.database.close()

    def key_for(self, use: str) -> bytes:
        """Derive a key of the workspace's for a use that is not the services'."""
        return derive_key(self._secret, use)

    def visible(self, record_ids: Set[RecordId], user: str) -> Set[RecordId]:
        """Tell which of some records a user may see now."""
        return self._asking.visible(record_ids, self._asking.asker(user)).keys()

    @cached_property
    def trail(self) -> Trail:
        """The way into the audit log."""
        return Trail(self.database, self.clock, audit_log(self.settings, self._secret))

    @property
    def policy(self) -> Policy:
        """Who may do what."""
        return self.settings.policy

    @cached_property
    def analysis(self) -> Analysis:
        """The tools of analysis."""
        return analysis_of(self.settings, Tokens(derive_key(self._secret, "tokens")))

    @cached_property
    def engine(self) -> WhooshEngine:
        """The search engine: Whoosh."""
        return self._engine_in(self.settings.workspace.index)

    def _engine_in(self, folder: Path) -> WhooshEngine:
        key = derive_key(self._secret, "index")
        return WhooshEngine(folder, key=key, fingerprint=self._built_with)

    @property
    def _built_with(self) -> dict[str, str]:
        return {
            "analysis": ANALYSIS_VERSION,
            "lists": self.settings.lists_digest,
            "schema": self.settings.schema_fingerprint,
            "vocabularies": self.settings.vocabulary_fingerprint,
        }

    @property
    def index_fingerprint(self) -> str:
        """What the index is built with, in one word."""
        return "-".join(self._built_with.values())

    @cached_property
    def index(self) -> IndexService:
        """Keeps the index in step."""
        builder = builder_of(self.settings, self.analysis)
        feeding, idle = self._lock("feed.lock", shared=True), self._lock("feed.lock")
        locks = Locks(self._lock("drain.lock"), feeding, idle)
        index = IndexService(self.policy, self.engine, builder, self.trail, locks, self._keeper)
        index.watch = self.watch
        return index

    @cached_property
    def search(self) -> SearchService:
        """Finds records by queries."""
        return SearchService(self._asking, *self._answering, self._questions)

    @cached_property
    def exporting(self) -> "ExportService":
        """Hands out what searches find."""
        from archsearch.services.exporting import ExportService  # noqa: PLC0415 - most runs do not

        asking = Asking(self.index, self.trail, self._search_rules, self._keeper, loaded=1)
        search = SearchService(asking, *self._answering, self._questions)
        most = self.settings.options.export.max_records
        return ExportService(search, asking, self.trail, self.policy, self._masker, most)

    @cached_property
    def names(self) -> NameService:
        """Completes and screens names."""
        return NameService(self._asking, *self._answering, self._questions)

    @property
    def _answering(self) -> tuple[Language, Trail, SearchRules, Presenter]:
        return self._language, self.trail, self._search_rules, self._presenter

    @cached_property
    def screening(self) -> ScreeningService:
        """Screens lists."""
        return ScreeningService(self._asking, *self._answering)

    @cached_property
    def desk(self) -> "Desk":
        """Keeps what people work at."""
        from archsearch.desk import Desk, Tools  # noqa: PLC0415 - see its module

        asked = (self.trail, self._asking, self._masker, self.policy)
        tools = Tools(*asked, self.screening, self.search, self.exporting)
        return Desk(tools, derive_key(self._secret, "desk"), self.settings.options.keys.cipher)

    @cached_property
    def duplicates(self) -> DuplicateService:
        """Proposes records that may be one customer's."""
        return DuplicateService(self._asking, *self._answering)

    @cached_property
    def lists(self) -> "ListService":
        """Screens lists into files."""
        from archsearch.intake import list_service  # noqa: PLC0415 - see its module

        built = self.index_fingerprint
        helper = self.companion("helper")
        return list_service(self.settings, self.screening, self._asking, self.trail, helper, built)

    @cached_property
    def reading(self) -> ReadingService:
        """Shows single records."""
        return ReadingService(self.trail, self.policy, self._masker, self._differ)

    @cached_property
    def _language(self) -> Language:
        return language_of(self.settings, self.analysis)

    @cached_property
    def _search_rules(self) -> SearchRules:
        return rules_of(self.settings, self.policy)

    @cached_property
    def _asking(self) -> Asking:
        return Asking(self.index, self.trail, self._search_rules, self._keeper)

    @cached_property
    def _presenter(self) -> Presenter:
        return presenter_of(self.settings, self._language, self._masker)

    @cached_property
    def _masker(self) -> SchemaMasker:
        return SchemaMasker(self.settings)

    @cached_property
    def _differ(self) -> Differ:
        return Differ(self.settings.schema, self._masker)

    @cached_property
    def ingest(self) -> "IngestService":
        """Takes sources in."""
        from archsearch.intake import ingest_service  # noqa: PLC0415 - see its module

        return ingest_service(self.settings, self.trail, self._indexing, self._masker)

    @cached_property
    def revising(self) -> "RevisingService":
        """Changes, deletes and restores single records."""
        from archsearch.intake import revising_service  # noqa: PLC0415 - see its module

        return revising_service(self.settings, self.trail, self.index, self._masker)

    @cached_property
    def proposing(self) -> "ProposalService":
        """Takes down and decides about proposals to change records."""
        from archsearch.intake import proposal_service  # noqa: PLC0415 - see its module

        return proposal_service(self.trail, self.revising.reviser)

    @cached_property
    def _questions(self) -> Questions:
        seal = Seal(derive_key(self._secret, "questions"))
        cipher = self.settings.options.keys.cipher
        known = Configuration(self.trail, self._configuration)
        return Questions(self._masker, self.settings.schema, known, seal, cipher)

    def _configuration(self) -> dict[str, str]:
        """What answers depend on beside records, rights and dictionary."""
        parts = {"policy": self.policy.fingerprint, "search": self.settings.search_fingerprint}
        return {"program": VERSION, **parts, **self._built_with}

    @cached_property
    def mail(self) -> "Mailroom":
        """Looks after the watch folder and scans."""
        from archsearch.mailroom import Mailroom, Office  # noqa: PLC0415 - see its module

        tools = (self.trail, self.ingest, self.reading, self._asking, self.index, self._masker)
        office = Office(*tools, self.revising)
        return Mailroom(self.settings, self.vault, self._language, office)

    def watcher(self, user: str, folder: Path | None = None) -> "Watcher":
        """Make what looks after a watch folder."""
        return self.mail.watcher(user, self._lock("inbox.lock"), folder)

    @property
    def watched(self) -> bool:
        """Whether anybody looks after the watch folder now."""
        return self.mail.is_watched(self._lock("inbox.lock"))

    @cached_property
    def users(self) -> UserService:
        """Manages users."""
        return UserService(self.trail, self.policy)

    @cached_property
    def reception(self) -> "Reception":
        """Lets people and programs in."""
        from archsearch.reception import Reception  # noqa: PLC0415 - see its module

        return Reception.of(self.settings, self._secret, self.trail)

    @cached_property
    def departments(self) -> DepartmentService:
        """Manages departments."""
        return DepartmentService(self.trail, self.policy)

    @cached_property
    def dictionary(self) -> DictionaryService:
        """Manages the dictionary."""
        schema = self.settings.schema
        return DictionaryService(self.trail, self.index, schema, self.policy, self._masker)

    @cached_property
    def policies(self) -> PolicyService:
        """Explains rights."""
        return PolicyService(self.trail, self.policy, self._masker)

    @cached_property
    def past(self) -> "PastService":
        """Tells who could do what."""
        from archsearch.services.past import PastService  # noqa: PLC0415 - few ask

        return PastService(self.trail, self.policy, self._masker)

    @cached_property
    def replays(self) -> "ReplayService":
        """Puts questions of the log again."""
        from archsearch.replaying import Theatre  # noqa: PLC0415 - most runs replay nothing
        from archsearch.services.replay import ReplayService  # noqa: PLC0415 - see above

        answering = (self.analysis, self._language, self._search_rules, self._masker)
        files = (self._questions, self.index, self._engine_in, writing)
        theatre = Theatre(self.settings, self.trail, *answering, *files)
        parts = (self._questions, self.index, self._keeper, theatre)
        return ReplayService(self.trail, self.policy, *parts)

    @cached_property
    def borrow(self) -> "BorrowCounter":
        """Lends records."""
        from archsearch.services.borrow_counter import BorrowCounter  # noqa: PLC0415 - most runs borrow nothing

        tools = (self.trail, self._asking, self._language, self._masker, self.policy)
        return BorrowCounter.of(*tools, self.settings.options.borrowing)

    @cached_property
    def _keeper(self) -> Keeper:
        return Keeper(self.analysis.glossary)

    @cached_property
    def keys(self) -> KeyService:
        """Cares for the keys."""
        where = (keys_of(self.settings, self.environ), self.settings.options.keys.source)
        return KeyService(self.trail, self.policy, self.vault, self._lock("rotate.lock"), *where)

    @cached_property
    def audit(self) -> AuditService:
        """Reads the operation log."""
        return AuditService(self.trail, self.policy, Reporter(self.settings.options.audit.unusual))

    @cached_property
    def doctor(self) -> Doctor:
        """Proves that everything agrees."""
        return Doctor(self.trail, self.policy, self.engine)

    def _lock(self, name: str, *, shared: bool = False) -> Lock:
        return partial(writing, self.settings.workspace.var / name, shared=shared)

    def _indexing(self) -> Indexing:
        return Indexing(self.index, self.companion(), self._lingering.keep)

    def companion(self, program: str = "companion") -> Invitation:
        """How to start the process that indexes beside a large ingest, or another program."""
        root = self.settings.workspace.root
        return Invitation.of(program, root, self.environ, self.index_fingerprint)


def initialise(path: Path, environ: Mapping[str, str], clock: Clock = now) -> Path:
    """Make a workspace; see :func:`archsearch.founding.found`."""
    return found(path, environ, clock)


def open_application(path: Path, environ: Mapping[str, str], clock: Clock = now) -> Application:
    """Open a workspace.

    Raises:
        WorkspaceError: It is none, not initialised, incomplete, or of a newer version.
        SettingsError: Its configuration is wrong.
    """
    if not is_workspace(path):
        raise WorkspaceError(f"{path} 不是工作区，可用 archsearch init {path} 新建。")
    settings = load(path, environ)
    database, vault = open_store(settings, environ, clock)
    try:
        application = Application(settings, database, vault, clock)
        note_policy(application.trail, settings.policy)
        clear(settings.workspace.index, writing)
    except BaseException:
        database.close()
        raise
    application.environ = environ
    return application
