"""Wiring: the one place where settings meet services, and where an engine is chosen."""

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from archsearch.analysis.pinyin import Pinyin
from archsearch.analysis.segmenter import ChineseSegmenter
from archsearch.domain.access import Role
from archsearch.domain.audit import Action, AuditEntry
from archsearch.domain.record import Values
from archsearch.domain.users import User
from archsearch.engines.base import SearchEngine
from archsearch.engines.documents import Analysis, DocumentBuilder
from archsearch.engines.whoosh.engine import WhooshEngine
from archsearch.engines.whoosh.lock import writing
from archsearch.errors import ConflictError
from archsearch.ingest.naming import NamingRule
from archsearch.ingest.values import SchemaValues
from archsearch.search.language import Language
from archsearch.search.parser import QueryLimits
from archsearch.security.masking import MaskRule, MaskStyle, mask, mask_text
from archsearch.security.secret import create_secret, load_secret
from archsearch.security.tokens import Tokens, derive_key
from archsearch.services.audit import AuditService
from archsearch.services.doctor import Doctor
from archsearch.services.identity import Clock
from archsearch.services.index import IndexService
from archsearch.services.ingest import IngestRules, IngestService
from archsearch.services.search import SearchRules, SearchService
from archsearch.services.trail import Trail
from archsearch.services.users import UserService
from archsearch.settings.loading import load
from archsearch.settings.model import Settings
from archsearch.settings.workspace import create_workspace, is_workspace
from archsearch.storage import audit_log, users
from archsearch.storage.database import Database, open_database
from archsearch.storage.migrations.runner import migrate

ANALYSIS_VERSION = "1"
"""Counts changes to how text becomes tokens; an index made under another number is rebuilt."""

FIRST_ADMINISTRATOR = "admin"
ZONE = ZoneInfo("Asia/Shanghai")
_LOCK_WAIT = 10.0


def now() -> datetime:
    """Tell the time; the only place that reads the machine's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _SchemaMasker:
    """Masks by the schema and the configured rules."""

    settings: Settings

    def values(self, values: Values) -> Values:
        rules = {
            kind: MaskRule(MaskStyle(rule.style.value), rule.first, rule.last)
            for kind, rule in self.settings.options.masks.items()
        }
        return mask(self.settings.schema, values, rules)

    def text(self, text: str) -> str:
        return mask_text(text)


class Application:
    """An open workspace: its services, made when first asked for."""

    def __init__(self, settings: Settings, database: Database, secret: bytes, clock: Clock) -> None:
        self.settings = settings
        self.database = database
        self.clock = clock
        self._secret = secret

    def close(self) -> None:
        """Let go of files."""
        if "engine" in self.__dict__:
            self.engine.close()
        self.database.close()

    @cached_property
    def trail(self) -> Trail:
        """The way into the audit log."""
        return Trail(self.database, self.clock)

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """Secrecy labels, lowest first."""
        return tuple(self.settings.vocabularies["secrecy"].terms)

    @cached_property
    def analysis(self) -> Analysis:
        """The tools of analysis."""
        table = self.settings.region_table.parent
        pinyin = Pinyin(table / "pinyin.tsv", table / "surname_readings.tsv")
        segmenter = ChineseSegmenter(self.settings.user_dictionary)
        return Analysis(segmenter, pinyin, Tokens(derive_key(self._secret, "tokens")))

    @cached_property
    def engine(self) -> WhooshEngine:
        """The search engine: Whoosh."""
        return WhooshEngine(
            self.settings.workspace.index,
            key=derive_key(self._secret, "index"),
            fingerprint={
                "analysis": ANALYSIS_VERSION,
                "schema": self.settings.schema_fingerprint,
                "vocabularies": self.settings.vocabulary_fingerprint,
            },
        )

    @cached_property
    def index(self) -> IndexService:
        """Keeps the index in step."""
        vocabularies = self.settings.vocabularies
        ranks = {
            spec.key: {term: rank for rank, term in enumerate(vocabularies[spec.vocabulary].terms)}
            for spec in self.settings.schema.leaves
            if spec.sortable and spec.vocabulary is not None
        }
        builder = DocumentBuilder(self.settings.schema, ranks, self.analysis)
        return IndexService(self.database, self.engine, builder, self.trail, self._drain_lock)

    @cached_property
    def search(self) -> SearchService:
        """Answers questions about records."""
        options = self.settings.options.search
        limits = QueryLimits(options.max_length, options.max_clauses, options.max_depth)
        values = SchemaValues(self.settings.vocabularies, lambda: self.settings.regions)
        language = Language.of(
            self.settings.schema, self.analysis, values, limits, options.channels.enabled
        )
        rules = SearchRules(
            levels=self.levels,
            enough_exact=options.enough_exact,
            most_hits=options.max_limit,
            deepest_offset=options.max_offset,
        )
        return SearchService(self.index, language, self.trail, rules, _SchemaMasker(self.settings))

    @cached_property
    def users(self) -> UserService:
        """Manages users."""
        return UserService(self.trail, self.levels)

    @cached_property
    def audit(self) -> AuditService:
        """Reads the operation log."""
        return AuditService(self.trail)

    @cached_property
    def doctor(self) -> Doctor:
        """Proves that everything agrees."""
        return Doctor(self.trail, self.engine)

    def _drain_lock(self) -> AbstractContextManager[object]:
        return writing(self.settings.workspace.var / "drain.lock", _LOCK_WAIT)
