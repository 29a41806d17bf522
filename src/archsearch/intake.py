"""Wiring of what reads files, apart from all other wiring: who searches need not load it."""

from collections.abc import Callable
from functools import partial

from archsearch.domain.zone import CHINA
from archsearch.ingest.mapping import ColumnMapping
from archsearch.ingest.naming import NamingRule
from archsearch.ingest.normalise.normaliser import Normaliser
from archsearch.ingest.pipeline import Pipeline
from archsearch.ingest.readers.limits import Limits
from archsearch.ingest.rejects import RejectsWriter
from archsearch.ingest.validate import Validator
from archsearch.services.asking import Asking, Masker
from archsearch.services.companion import Invitation
from archsearch.services.differing import Differ
from archsearch.services.editing import Editor
from archsearch.services.helper import invite
from archsearch.services.index import IndexService
from archsearch.services.indexing import Indexing
from archsearch.services.ingest import IngestRules, IngestService
from archsearch.services.lists import ListService
from archsearch.services.proposals import ProposalDesk
from archsearch.services.proposing import ProposalService
from archsearch.services.recalling import recall
from archsearch.services.revising import Reviser, RevisingService
from archsearch.services.screening import ScreeningService
from archsearch.services.trail import Trail
from archsearch.settings.model import IngestLimits, Settings


def ingest_service(
    settings: Settings, trail: Trail, indexing: Callable[[], Indexing], masker: Masker
) -> IngestService:
    """Make the service that takes sources in."""
    options = settings.options
    rules = IngestRules(
        policy=settings.policy,
        naming=_naming(settings),
        fingerprint=settings.ingest_fingerprint,
        zone=CHINA,
        batch=options.ingest.batch_rows,
    )
    labels = {spec.key: spec.label for spec in settings.schema.walk()}
    folder = settings.workspace.var / "rejects"

    def rejects(source: str, digest: str) -> RejectsWriter:
        return RejectsWriter(folder, source, digest, labels=labels)

    return IngestService(trail, indexing, pipeline_of(settings), rules, masker, rejects)


def revising_service(
    settings: Settings, trail: Trail, index: IndexService, masker: Masker
) -> RevisingService:
    """Make the service that changes single records."""
    editor = Editor(pipeline_of(settings), settings.policy, masker)
    reviser = Reviser(trail, editor, Differ(settings.schema, masker), index)
    return RevisingService(reviser, partial(recall, trail), _naming(settings))


def proposal_service(trail: Trail, reviser: Reviser) -> ProposalService:
    """Make the service of proposals to change records."""
    return ProposalService(reviser, ProposalDesk(trail, reviser.editor))


def list_service(
    settings: Settings,
    screening: ScreeningService,
    asking: Asking,
    trail: Trail,
    helper: Invitation,
    built: str,
) -> ListService:
    """Make the service that screens lists into files; ``built`` stands for the index."""
    costs = settings.lists("likeness.tsv").read_text(encoding="utf-8")
    said = repr((built, settings.options.search, settings.options.masks, costs))
    return ListService(screening, asking, trail, said, lambda: invite(helper))


def pipeline_of(settings: Settings) -> Pipeline:
    """Make the steps of ingest."""
    normaliser = Normaliser(
        settings.schema,
        settings.vocabularies,
        settings.regions,
        defaults=settings.options.ingest.defaults,
    )
    mappings = tuple(
        ColumnMapping(each.source, each.columns, each.constants, frozenset(each.match))
        for each in settings.mappings
    )
    validator = Validator(settings.schema, settings.regions)
    limits = limits_of(settings.options.ingest.limits)
    return Pipeline(settings.schema, mappings, normaliser, validator, limits)


def _naming(settings: Settings) -> NamingRule:
    naming = settings.options.naming
    return NamingRule(naming.template, naming.fonds, naming.categories, naming.other)


def limits_of(limits: IngestLimits) -> Limits:
    """Make the bounds on a source file."""
    megabyte = 1 << 20
    return Limits(
        max_file_bytes=limits.max_file_mb * megabyte,
        max_uncompressed_bytes=limits.max_uncompressed_mb * megabyte,
        max_ratio=limits.max_ratio,
        max_row_bytes=limits.max_row_bytes,
        max_columns=limits.max_columns,
        max_depth=limits.max_depth,
        max_cell_chars=limits.max_cell_chars,
    )
