"""A small archive to search in: schema, documents and the brute-force engine."""

from collections.abc import Mapping
from typing import Any

import pytest

from archsearch.analysis.segmenter import ChineseSegmenter
from archsearch.domain.access import Scope, confine, restrict
from archsearch.domain.plan import Channel, Gather, Node, Plan
from archsearch.domain.record import Record, RecordId
from archsearch.domain.schema import FieldSpec, FieldType, Matching, Schema, Sensitivity
from archsearch.engines.base import EngineResult, Gathered
from archsearch.engines.documents import Analysis, DocumentBuilder
from archsearch.search.language import Language
from archsearch.search.likely import LikelyNames
from archsearch.search.parser import QueryLimits
from archsearch.security.tokens import Tokens
from tests.lists import lexicon
from tests.oracle import OracleEngine

EVERYTHING = Scope(frozenset({"内部"}), everything=True)


def text(key: str, label: str, kind: FieldType, **more: Any) -> FieldSpec:
    return FieldSpec(key, label, kind, default_search=True, **more)


SCHEMA = Schema(
    1,
    (
        text("record_id", "档号", FieldType.KEYWORD, matching=Matching.KEY, sortable=True),
        text(
            "name", "客户名称", FieldType.NAME, matching=Matching.NAME, weight=4.0, sortable=True
        ),
        text("former_names", "曾用名", FieldType.NAME, matching=Matching.NAME, many=True),
        text("notes", "备注", FieldType.TEXT, matching=Matching.TEXT),
        text(
            "phones", "电话", FieldType.PHONE, matching=Matching.KEY, many=True,
            sensitivity=Sensitivity.C2,
        ),
        text("tags", "标签", FieldType.TAGS, matching=Matching.KEY, many=True, facet=True),
        FieldSpec(
            "region", "地区", FieldType.REGION, matching=Matching.KEY, hierarchical=True, facet=True
        ),
        FieldSpec("created_at", "建档时间", FieldType.DATE, matching=Matching.KEY, sortable=True),
        FieldSpec("overdue", "逾期次数", FieldType.NUMBER, matching=Matching.KEY, sortable=True),
        FieldSpec("income", "收入", FieldType.AMOUNT, sensitivity=Sensitivity.C3),
        FieldSpec(
            "contacts", "联系人", FieldType.GROUP, many=True,
            fields=(
                FieldSpec("contacts.name", "联系人姓名", FieldType.NAME, matching=Matching.TEXT),
                FieldSpec(
                    "contacts.phone", "联系人电话", FieldType.PHONE, matching=Matching.KEY,
                    sensitivity=Sensitivity.C2,
                ),
            ),
        ),
    ),
)  # fmt: skip


class PlainValues:
    """Reads values as they stand; knows one synonym, one region and what a number is."""

    KNOWN: Mapping[str, str] = {"VIP": "高价值", "上海": "华东/上海市", "华东": "华东"}

    def read(self, spec: FieldSpec, text: str) -> str | float | None:
        if spec.type is FieldType.REGION:
            return self.KNOWN.get(text)
        if spec.type is FieldType.NUMBER:
            return float(text) if text.replace(".", "").isdigit() else None
        if spec.type is FieldType.DATE:
            return text if text[:4].isdigit() else None
        return self.KNOWN.get(text, text)

    def faulty(self, spec: FieldSpec, text: str) -> bool:
        return self.read(spec, text) is None

    def nearest(self, spec: FieldSpec, text: str) -> str | None:
        return "上海" if spec.type is FieldType.REGION and text[:1] == "上" else None


class Library:
    """Records in the brute-force engine, asked in the query language."""

    def __init__(self) -> None:
        self._lexicon = lexicon()
        analysis = Analysis(
            ChineseSegmenter(), self._lexicon.pinyin, self._lexicon.parts, Tokens(b"s" * 32)
        )
        self._analysis = analysis
        self.switch(frozenset(Channel))
        self.builder = DocumentBuilder(SCHEMA, {}, analysis)
        self.engine = OracleEngine()
        self.records: dict[str, dict[str, Any]] = {}

    def switch(self, channels: frozenset[Channel]) -> None:
        """Use these fuzzy channels only."""
        self.language = Language.of(
            SCHEMA, self._analysis, PlainValues(), QueryLimits(), self._lexicon, channels
        )

    def hold(self, **records: Mapping[str, Any] | str) -> None:
        """Keep records; a text alone is a name."""
        for record_id, given in records.items():
            values = {"name": given} if isinstance(given, str) else dict(given)
            self.records[record_id] = {
                **values, "record_id": record_id, "secrecy": "内部", "department": "总行",
            }  # fmt: skip
        self.engine.rebuild(
            self.builder.build(Record(RecordId(record_id), 1, values))
            for record_id, values in self.records.items()
        )

    def run(self, node: Node, *filters: Node) -> EngineResult:
        return self.engine.search(restrict(Plan(node, filters, limit=100), EVERYTHING))

    def exact(self, query: str) -> list[str]:
        expression = self.language.parse(query)
        marked = self.language.compiler.sought(expression, fuzzy=False)
        likely = self.language.likeness.find(marked, self.gather)
        found = self.run(self.language.compiler.exact(expression, likely.nodes))
        return sorted(hit.record_id for hit in found.hits)

    def gather(self, gathers: tuple[Gather, ...]) -> Gathered:
        return self.engine.gather(confine(gathers, EVERYTHING))

    def likely(self, query: str) -> tuple[EngineResult, LikelyNames]:
        expression = self.language.parse(query)
        sought = self.language.compiler.sought(expression, fuzzy=True)
        likely = self.language.likeness.find(sought, self.gather)
        return self.run(self.language.compiler.fuzzy(expression, likely.nodes)), likely

    def fuzzy(self, query: str) -> list[str]:
        return [hit.record_id for hit in self.likely(query)[0].hits]

    def channels(self, query: str) -> dict[str, list[str]]:
        result, likely = self.likely(query)
        found: dict[str, list[str]] = {}
        for hit in result.hits:
            meant = likely.meant.get(hit.record_id, ())
            reasons = self.language.likeness.reasons(self.records[hit.record_id], meant)
            found[hit.record_id] = [
                *map(str, hit.channels),
                *(reason.channel for reason in reasons),
            ]
        return found


@pytest.fixture
def library() -> Library:
    return Library()
