"""Wiring of analysis and query language, for the archive as it is and as it was."""

from dataclasses import replace

from archsearch.analysis.parts import Parts
from archsearch.analysis.pinyin import Pinyin
from archsearch.analysis.segmenter import ChineseSegmenter
from archsearch.analysis.sounds import MixedSounds
from archsearch.analysis.writing import Writing
from archsearch.domain.dictionary import Dictionary, Glossary
from archsearch.domain.policy import Policy
from archsearch.engines.documents import Analysis, DocumentBuilder
from archsearch.ingest.values import SchemaValues
from archsearch.search.language import Language
from archsearch.search.likeness.lexicon import Lexicon
from archsearch.search.number_parts import NumberParts
from archsearch.search.parser import QueryLimits
from archsearch.security.tokens import Tokens
from archsearch.services.asking import Masker, SearchRules
from archsearch.services.presenting import Presenter
from archsearch.settings.model import Settings


def analysis_of(settings: Settings, tokens: Tokens) -> Analysis:
    """Make the tools of analysis."""
    find = settings.lists
    mixed = MixedSounds(find("sounds.tsv"))
    pinyin = Pinyin(find("pinyin.tsv"), find("surname_readings.tsv"), mixed)
    parts = Parts(
        find("regions.csv"),
        find("trades.txt"),
        find("organisation_forms.txt"),
        find("name_parts.tsv"),
        Writing(find("writing.tsv")),
    )
    glossary = Glossary()
    segmenter = ChineseSegmenter(settings.user_dictionary, glossary)
    return Analysis(segmenter, pinyin, parts, tokens, glossary)


def with_dictionary(analysis: Analysis, settings: Settings, dictionary: Dictionary) -> Analysis:
    """Give the same tools another dictionary than the one in force."""
    glossary = Glossary(dictionary)
    segmenter = ChineseSegmenter(settings.user_dictionary, glossary)
    return replace(analysis, segmenter=segmenter, glossary=glossary)


def language_of(settings: Settings, analysis: Analysis) -> Language:
    """Make the query language."""
    options = settings.options.search
    values = SchemaValues(settings.vocabularies, lambda: settings.regions)
    limits = QueryLimits(options.max_length, options.max_clauses, options.max_depth)
    lexicon = Lexicon(analysis.pinyin, analysis.parts, settings.lists, analysis.glossary)
    channels = options.channels.enabled
    return Language.of(settings.schema, analysis, values, limits, lexicon, channels)


def builder_of(settings: Settings, analysis: Analysis) -> DocumentBuilder:
    """Make what makes documents."""
    vocabularies = settings.vocabularies
    ranks = {
        spec.key: {term: rank for rank, term in enumerate(vocabularies[spec.vocabulary].terms)}
        for spec in settings.schema.leaves
        if spec.sortable and spec.vocabulary is not None
    }
    return DocumentBuilder(settings.schema, ranks, analysis)


def presenter_of(settings: Settings, language: Language, masker: Masker) -> Presenter:
    """Make what shows hits."""
    labels = {spec.key: spec.label for spec in settings.schema.fields}
    parts = NumberParts(settings.schema)
    return Presenter(masker, language.highlighter, language.likeness, labels, parts)


def rules_of(settings: Settings, policy: Policy) -> SearchRules:
    """Make the rules of searching."""
    options = settings.options.search
    return SearchRules(
        policy=policy,
        enough_exact=options.enough_exact,
        most_hits=options.max_limit,
        deepest_offset=options.max_offset,
    )
