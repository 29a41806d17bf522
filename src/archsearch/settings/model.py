"""Everything that can be configured, as one frozen typed object.

Keys and defaults stand in ``config/archsearch.yaml``, explained there; here are types and bounds.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from archsearch.domain.audit_report import Bounds
from archsearch.domain.borrowing import BorrowRules
from archsearch.domain.passwords import PasswordRules
from archsearch.domain.plan import Channel
from archsearch.domain.policy import Policy
from archsearch.domain.schema import FieldType, Schema
from archsearch.domain.sessions import SessionRules, TokenRules
from archsearch.domain.throttle import LoginRules
from archsearch.domain.vocabulary import Vocabulary
from archsearch.security.masking import MaskStyle
from archsearch.security.passwords import HashCost
from archsearch.security.sealing import CipherName
from archsearch.settings.binding import between, one_of
from archsearch.settings.server import ServerSettings

if TYPE_CHECKING:
    from archsearch.domain.regions import RegionTree

MAX_COUNT = 10**9

SEARCHED_LISTS: Final = (
    "abbreviations.tsv",
    "components.tsv",
    "honorifics.txt",
    "likeness.tsv",
    "lookalikes.tsv",
    "misread.tsv",
    "question_words.txt",
    "surnames.txt",
    "variants.tsv",
    "weights.tsv",
)
"""Lists that decide what is found and in which order, beside those that the index is made with."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where a workspace keeps its things."""

    root: Path

    @property
    def config(self) -> Path:
        """What people edit."""
        return self.root / "config"

    @property
    def var(self) -> Path:
        """The system of record; losing it loses everything."""
        return self.root / "var"

    @property
    def keys(self) -> Path:
        """The wrapped keys of records; without them the system of record says nothing."""
        return self.root / "keys"

    @property
    def index(self) -> Path:
        """The derived index; losing it loses nothing."""
        return self.root / "index"

    @property
    def inbox(self) -> Path:
        """Where clerks drop files."""
        return self.root / "inbox"

    def keeps(self, folder: Path) -> bool:
        """Tell whether a folder holds, or is a part of, what the workspace itself is made of."""
        asked = folder.resolve()
        own = [each.resolve() for each in (self.config, self.var, self.keys, self.index)]
        return self.root.resolve().is_relative_to(asked) or any(
            each.is_relative_to(asked) or asked.is_relative_to(each) for each in own
        )


@dataclass(frozen=True, slots=True)
class ChannelSwitches:
    """Which fuzzy channels (命中方式) are searched."""

    substring: bool
    pinyin: bool
    initials: bool
    homophone: bool
    similar: bool
    lookalike: bool
    wrong: bool
    missing: bool
    extra: bool
    swapped: bool
    alias: bool
    synonym: bool
    masked: bool
    evidence: bool

    @property
    def enabled(self) -> frozenset[Channel]:
        """The channels that are on; the exact one always is."""
        on = {Channel[name.upper()] for name, switch in asdict(self).items() if switch}
        return frozenset(on | {Channel.EXACT, Channel.WRITTEN})


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """Search: behaviour and limits."""

    mode: str = field(metadata=one_of("auto", "exact", "fuzzy"))
    enough_exact: int = field(metadata=between(0, MAX_COUNT))
    limit: int = field(metadata=between(1, 1000))
    max_limit: int = field(metadata=between(1, 10_000))
    max_offset: int = field(metadata=between(0, MAX_COUNT))
    max_length: int = field(metadata=between(1, 10_000))
    max_clauses: int = field(metadata=between(1, 1000))
    max_depth: int = field(metadata=between(1, 100))
    channels: ChannelSwitches


@dataclass(frozen=True, slots=True)
class IngestLimits:
    """Upper bounds on a source file."""

    max_file_mb: int = field(metadata=between(1, 1 << 20))
    max_uncompressed_mb: int = field(metadata=between(1, 1 << 20))
    max_ratio: int = field(metadata=between(2, 100_000))
    max_row_bytes: int = field(metadata=between(1 << 10, 1 << 30))
    max_columns: int = field(metadata=between(1, 100_000))
    max_depth: int = field(metadata=between(1, 100))
    max_cell_chars: int = field(metadata=between(100, 131_072))


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """Ingest: batches, values for empty fields, limits."""

    batch_rows: int = field(metadata=between(1, 10_000))
    defaults: Mapping[str, str]
    limits: IngestLimits


@dataclass(frozen=True, slots=True)
class InboxSettings:
    """The watch folder."""

    settle_seconds: int = field(metadata=between(0, 3600))
    poll_milliseconds: int = field(metadata=between(50, 60_000))
    wait_minutes: int = field(metadata=between(0, 100_000))
    naming: str
    archived: str = field(metadata=one_of("keep", "remove"))
    max_scan_mb: int = field(metadata=between(1, 1 << 20))
    max_pages: int = field(metadata=between(1, 100_000))
    max_megapixels: int = field(metadata=between(1, 10_000))
    recognise: str = field(metadata=one_of("auto", "off"))
    recognise_pages: int = field(metadata=between(1, 1000))
    recognise_seconds: int = field(metadata=between(5, 3600))


@dataclass(frozen=True, slots=True)
class NamingSettings:
    """How record ids are made."""

    template: str
    fonds: str
    categories: Mapping[str, str]
    other: str


@dataclass(frozen=True, slots=True)
class MaskSettings:
    """How one type of field is masked."""

    style: MaskStyle
    first: int = field(default=0, metadata=between(0, 8))
    last: int = field(default=0, metadata=between(0, 8))


@dataclass(frozen=True, slots=True)
class UnusualSettings(Bounds):
    """From where on use is unusual."""

    night_from: int = field(metadata=between(0, 24))
    night_until: int = field(metadata=between(0, 24))
    views: int = field(metadata=between(1, 1_000_000))
    misses: int = field(metadata=between(1, 1_000_000))
    refusals: int = field(metadata=between(1, 1_000_000))


@dataclass(frozen=True, slots=True)
class BorrowingSettings(BorrowRules):
    """Borrowing: periods, and how much one user may ask."""

    days: int = field(metadata=between(1, 3650))
    max_days: int = field(metadata=between(1, 3650))
    answer_days: int = field(metadata=between(1, 365))
    renewals: int = field(metadata=between(0, 100))
    questions_a_day: int = field(metadata=between(0, 10_000))
    max_open: int = field(metadata=between(1, 10_000))


@dataclass(frozen=True, slots=True)
class PasswordSettings(PasswordRules):
    """Which passwords are long enough."""

    shortest: int = field(metadata=between(8, 64))
    longest: int = field(metadata=between(64, 1024))


@dataclass(frozen=True, slots=True)
class HashSettings(HashCost):
    """What the hash of a password costs; from OWASP's least memory on."""

    memory_kib: int = field(metadata=between(7168, 1 << 21))
    passes: int = field(metadata=between(1, 100))
    lanes: int = field(metadata=between(1, 64))
    at_once: int = field(metadata=between(1, 64))


@dataclass(frozen=True, slots=True)
class LoginSettings(LoginRules):
    """How often one may try to log in."""

    free_tries: int = field(metadata=between(1, 100))
    first_wait_seconds: int = field(metadata=between(1, 3600))
    longest_wait_minutes: int = field(metadata=between(1, 1440))
    account_tries: int = field(metadata=between(1, 10_000))
    source_tries: int = field(metadata=between(1, 100_000))
    window_hours: int = field(metadata=between(1, 720))


@dataclass(frozen=True, slots=True)
class SessionSettings(SessionRules):
    """How long sessions last."""

    idle_minutes: int = field(metadata=between(2, 1440))
    hours: int = field(metadata=between(1, 720))
    most: int = field(metadata=between(1, 100))


@dataclass(frozen=True, slots=True)
class TokenSettings(TokenRules):
    """How long tokens last."""

    days: int = field(metadata=between(1, 3650))
    max_days: int = field(metadata=between(1, 3650))
    most: int = field(metadata=between(1, 1000))


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """How people and programs come in."""

    issuer: str
    passwords: PasswordSettings
    hashing: HashSettings
    login: LoginSettings
    sessions: SessionSettings
    tokens: TokenSettings


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """What goes out of the archive."""

    max_records: int = field(metadata=between(1, 1_000_000))


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """The operation log."""

    keep_months: int = field(metadata=between(6, 1200))
    anchors: str
    unusual: UnusualSettings


@dataclass(frozen=True, slots=True)
class KeySettings:
    """Where the workspace's key comes from, and what contents are sealed with."""

    source: str
    cipher: CipherName


@dataclass(frozen=True, slots=True)
class Options:
    """The contents of ``archsearch.yaml``."""

    version: int
    search: SearchSettings
    ingest: IngestSettings
    inbox: InboxSettings
    naming: NamingSettings
    masks: Mapping[FieldType, MaskSettings]
    borrowing: BorrowingSettings
    accounts: AccountSettings
    export: ExportSettings
    server: ServerSettings
    keys: KeySettings
    audit: AuditSettings


@dataclass(frozen=True, slots=True)
class VocabularyOptions:
    """A vocabulary as the file has it: terms in order, each with its synonyms."""

    terms: Mapping[str, tuple[str, ...]]
    open: bool = False


@dataclass(frozen=True, slots=True)
class SourceMapping:
    """How the columns of one source system are called.

    ``columns`` maps their names to schema keys, ``constants`` gives schema keys a value that holds
    for every row, and a file that has all columns of ``match`` is taken to come from ``source``.
    """

    source: str
    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    match: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """All configuration of a workspace."""

    workspace: Workspace
    options: Options
    schema: Schema
    vocabularies: Mapping[str, Vocabulary]
    mappings: tuple[SourceMapping, ...]
    policy: Policy
    user_dictionary: Path
    user_dictionary_digest: str
    region_table: Path
    lists: Callable[[str], Path]
    """Finds a published list by the name of its file: the workspace's own, else the default."""
    lists_digest: str
    """Of those lists that decide what names become in the index."""

    @cached_property
    def regions(self) -> "RegionTree":
        """The region tree, read when first needed; ordinary searches can do without."""
        from archsearch.settings.regions import load_regions  # noqa: PLC0415 - see above

        return load_regions(self.region_table)

    @cached_property
    def schema_fingerprint(self) -> str:
        """A hash that changes when the schema means something else."""
        return _digest([asdict(spec) for spec in self.schema.fields])

    @cached_property
    def search_fingerprint(self) -> str:
        """A hash that changes with anything that changes answers, but for what the index is of."""
        options = self.options
        masks = {kind: asdict(mask) for kind, mask in options.masks.items()}
        lists = [
            hashlib.sha256(self.lists(name).read_bytes()).hexdigest() for name in SEARCHED_LISTS
        ]
        return _digest([asdict(options.search), masks, lists])

    @cached_property
    def ingest_fingerprint(self) -> str:
        """A hash that changes with anything that changes how a row is understood."""
        mappings = [[m.source, dict(m.columns), dict(m.constants), m.match] for m in self.mappings]
        defaults = dict(self.options.ingest.defaults)
        return _digest([self.schema_fingerprint, self.vocabulary_fingerprint, mappings, defaults])

    @cached_property
    def vocabulary_fingerprint(self) -> str:
        """A hash that changes with the vocabularies or the user dictionary."""
        vocabularies = [
            [name, list(known.terms), sorted(known.synonyms.items()), known.open]
            for name, known in sorted(self.vocabularies.items())
        ]
        return _digest([vocabularies, self.user_dictionary_digest])


def _digest(value: Any) -> str:
    canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
