"""What is kept of a screened list, sealed, and how it is shown and handed out again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, BinaryIO, Final

import orjson

from archsearch.domain.query import Hit, Verdict
from archsearch.domain.record import RecordId
from archsearch.domain.sifting import Candidate, Choice, Decision, Sheet, Show, Sifted
from archsearch.domain.zone import minute_of
from archsearch.ingest.textsheet import Layout, NumberStyle, write_text_workbook
from archsearch.services.asking import Asker, Asking, Masker
from archsearch.services.lists import VERDICTS, evidence, no_evidence
from archsearch.services.safe import Safe
from archsearch.services.spreadsheets import write_csv
from archsearch.storage import access, screenings
from archsearch.storage.database import Database
from archsearch.storage.encoding import json_bytes, read_time, time_text
from archsearch.storage.screenings import Kept

CHOICES: Final = {
    Choice.SAME.value: "同一客户",
    Choice.NONE.value: "都不是",
    Choice.LATER.value: "待定",
}
_COLUMNS: Final = (
    "行号", "名单名称", "名次", "结论", "得分", "档号", "客户名称", "依据", "证件号码", "地区",
    "决定", "备注", "决定时间",
)  # fmt: skip
_LAYOUT: Final = Layout(
    widths=(8, 30, 7, 9, 8, 24, 30, 44, 22, 24, 12, 30, 17),
    numbers={0: NumberStyle.WHOLE, 2: NumberStyle.WHOLE, 4: NumberStyle.THOUSANDTHS},
    filtered=True,
)
_SHOWN: Final = ("name", "id_number", "region")
_AT_ONCE: Final = 2000
"""Records that are loaded together."""


@dataclass(frozen=True, slots=True)
class Sifter:
    """Seals and opens what is kept, and fills it with what may be seen now."""

    database: Database
    asking: Asking
    masker: Masker
    safe: Safe

    def sheet_sealed(self, number: str, sheet: Sheet) -> bytes:
        """Seal a list as it was brought."""
        return self._sealed(asdict(sheet), f"screening/{number}")

    def sheet(self, kept: Kept) -> Sheet:
        """Open a list as it was brought."""
        return Sheet(**self._opened(kept.content, f"screening/{kept.id}"))

    def part_sealed(self, number: str, start: int, part: list[Any]) -> bytes:
        """Seal what came of a stretch of lines."""
        return self._sealed(part, f"screening/{number}/{start}")

    def decision_sealed(self, number: str, line: int, decision: Decision) -> bytes:
        """Seal what was decided about a line."""
        told = [decision.choice.value, decision.record_id, decision.note, time_text(decision.at)]
        return self._sealed(told, f"screening/{number}/decision/{line}")

    def pile(self, kept: Kept, asker: Asker, *, start: int | None = None) -> "Pile":
        """Open what came of a list, or of one stretch of it, as far as it may be seen now."""
        with self.database.read() as connection:
            parts = list(screenings.parts(connection, kept.id, start))
            decisions = {
                line: self._decision(content, kept.id, line)
                for line, content in screenings.decisions(connection, kept.id)
            }
            told = {
                line: each
                for begin, sealed in parts
                for line, each in enumerate(self._part(kept.id, begin, sealed), begin)
            }
            ids = sorted({hit[0] for hits, _ in told.values() for hit in hits})
            facts = access.facts_among(connection, ids)
            seen = {each.record_id for each in facts if asker.scope.allows(*each)}
        return Pile(self.sheet(kept), told, decisions, seen)

    def filled(self, lines: Sequence[Sifted], asker: Asker) -> list[Sifted]:
        """Load and mask the records of some lines; who went meanwhile is left out."""
        ids = sorted({each.record_id for line in lines for each in line.candidates})
        values = {}
        for start in range(0, len(ids), _AT_ONCE):
            found = self.asking.visible(set(ids[start : start + _AT_ONCE]), asker)
            for record_id, record in found.items():
                masked = self.masker.values(record.values)
                values[record_id] = {key: masked.get(key) for key in _SHOWN}
        return [
            replace(
                line,
                candidates=tuple(
                    replace(each, values=values[each.record_id])
                    for each in line.candidates
                    if each.record_id in values
                ),
            )
            for line in lines
        ]

    def _part(self, number: str, start: int, sealed: bytes) -> list[Any]:
        found: list[Any] = self._opened(sealed, f"screening/{number}/{start}")
        return found

    def _decision(self, sealed: bytes, number: str, line: int) -> Decision:
        told = self._opened(sealed, f"screening/{number}/decision/{line}")
        choice, record_id, note, at = told
        return Decision(Choice(choice), RecordId(record_id), note, read_time(at))

    def _sealed(self, told: Any, place: str) -> bytes:
        return self.safe.sealed(json_bytes(told), place)

    def _opened(self, sealed: bytes, place: str) -> Any:
        return orjson.loads(self.safe.opened(sealed, place))


def _candidate(hit: Sequence[Any]) -> Candidate:
    record_id, verdict, score, reasons = hit
    return Candidate(RecordId(record_id), verdict, score, reasons, {})


@dataclass(frozen=True, slots=True)
class Pile:
    """What came of a list, by line, with what of it may be seen; lines are made when asked for."""

    sheet: Sheet
    told: Mapping[int, tuple[list[list[Any]], list[str]]]
    decisions: Mapping[int, Decision]
    seen: set[RecordId]

    def kinds(self, line: int) -> set[Show]:
        """Tell among which lines one is shown; what has no candidate needs no decision."""
        best = next((hit for hit in self.told[line][0] if hit[0] in self.seen), None)
        kinds = {Show.ALL, Show.NONE if best is None else Show(best[1])}
        decision = self.decisions.get(line)
        if decision is not None and decision.choice is not Choice.LATER:
            kinds.add(Show.DECIDED)
        elif best is not None:
            kinds.add(Show.OPEN)
        return kinds

    def line(self, line: int) -> Sifted:
        """Give a line, its records not loaded."""
        hits, doubts = self.told[line]
        return Sifted(
            line,
            self.sheet.places[line],
            self.sheet.entry(line),
            tuple(doubts),
            tuple(_candidate(hit) for hit in hits if hit[0] in self.seen),
            _as_seen(self.decisions.get(line), self.seen),
        )


def _as_seen(decision: Decision | None, seen: set[RecordId]) -> Decision | None:
    if decision is None or decision.record_id in seen:
        return decision
    return replace(decision, record_id=RecordId(""))


def packed(
    found: Sequence[Sequence[Hit]], doubts: Sequence[Mapping[str, str]]
) -> list[tuple[list[Any], list[str]]]:
    """Reduce answers to what is kept of them: ids, verdicts, scores and reasons, no records."""
    return [
        (
            [
                (hit.record_id, hit.verdict, hit.score, evidence(hit, said))
                for hit in hits
                if hit.verdict != Verdict.NONE
            ],
            list(said.values()),
        )
        for hits, said in zip(found, doubts, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Writing:
    """Writes a list with the decisions as a table, by the ending of its file."""

    ending: str

    def write(self, file: BinaryIO, lines: Iterable[Sifted]) -> None:
        """Write it."""
        rows = (row for line in lines for row in rows_of(line))
        if self.ending == ".csv":
            write_csv(file, _COLUMNS, rows)
        else:
            write_text_workbook(file, "比对结果", _COLUMNS, rows, _LAYOUT)


def rows_of(line: Sifted) -> Iterator[list[str]]:
    """Write a line as rows, one a candidate, each with what was decided about it."""
    decision = line.decision
    told = ["", ""] if decision is None else [decision.note, minute_of(decision.at)]
    if not line.candidates:
        decided = CHOICES[decision.choice] if decision else ""
        none, said = VERDICTS[Verdict.NONE], no_evidence(line.entry.name, line.doubts)
        yield [line.place, line.entry.name, "0", none, *[""] * 3, said, "", "", decided, *told]
    for rank, each in enumerate(line.candidates, 1):
        name, id_number, region = (str(each.values.get(key) or "") for key in _SHOWN)
        verdict = VERDICTS[Verdict(each.verdict)]
        yield [
            line.place, line.entry.name, str(rank), verdict, f"{each.score:.3f}", each.record_id,
            name, each.why, id_number, region, _decided(decision, each), *told,
        ]  # fmt: skip


def _decided(decision: Decision | None, candidate: Candidate) -> str:
    if decision is None:
        return ""
    if decision.choice is Choice.SAME and decision.record_id != candidate.record_id:
        return "不是"
    return CHOICES[decision.choice]
