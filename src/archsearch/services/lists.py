"""Screening a whole list into a file: in pieces, with a helper, so that it can be gone on with."""

import json
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from archsearch.domain.audit import Action
from archsearch.domain.callers import limits_of
from archsearch.domain.policy import Right
from archsearch.domain.query import Hit, Verdict
from archsearch.domain.record import RecordId
from archsearch.domain.screening import Listed
from archsearch.errors import BusyError, InvalidRequestError
from archsearch.ingest.textsheet import Layout, NumberStyle, write_text_workbook
from archsearch.services.asking import Asking
from archsearch.services.helper import Helper
from archsearch.services.screening import CHUNK, ScreeningService
from archsearch.services.spreadsheets import write_csv
from archsearch.services.trail import Trail
from archsearch.services.unfinished import Unfinished

VERDICTS: Final = {
    Verdict.SAME: "同一",
    Verdict.LIKELY: "很可能",
    Verdict.POSSIBLE: "可能",
    Verdict.NONE: "无",
}
_COLUMNS: Final = (
    "行号", "名单名称", "名次", "结论", "得分", "档号", "客户名称", "依据", "证件号码", "地区",
)  # fmt: skip
_ID: Final = _COLUMNS.index("档号")
_ATTEMPTS: Final = 3
_LAYOUT: Final = Layout(
    widths=(8, 30, 7, 9, 8, 24, 30, 44, 22, 24),
    numbers={0: NumberStyle.WHOLE, 2: NumberStyle.WHOLE, 4: NumberStyle.THOUSANDTHS},
    filtered=True,
)
_SHOWN: Final = ("name", "id_number", "region")


class Progress(Protocol):
    """Told how far it has come."""

    def __call__(self, name: str, done: int, total: int = 0) -> None:
        """Show that so many lines are done, of so many."""
        ...


Row = list[str]


@dataclass(frozen=True, slots=True)
class Screened:
    """What came of a list: how many lines, and how many of each verdict by their best hit.

    ``unnamed`` counts the lines without a name, ``unread`` by field those that say something that
    is no evidence as it cannot be read.
    """

    lines: int
    verdicts: dict[str, int]
    output: str
    unnamed: int = 0
    unread: Mapping[str, int] = field(default_factory=dict)
    note: str = ""
    """What else there is to say: that the user may see no record."""


class ListService:
    """Screens lists of any length.

    Args:
        screening: Answers lines.
        asking: Tells the rights that answers depend on.
        trail: For refusals.
        built: Stands for everything else that answers depend on: version, lists, schema.
        invite: Starts helpers for a list that is worth it.
    """

    def __init__(
        self,
        screening: ScreeningService,
        asking: Asking,
        trail: Trail,
        built: str,
        invite: Callable[[], Sequence[Helper]],
    ) -> None:
        self._screening = screening
        self._asking = asking
        self._trail = trail
        self._built = built
        self._invite = invite

    def screen(
        self,
        lines: Iterable[Listed],
        target: Path,
        user: str,
        limit: int,
        progress: Progress | None = None,
        *,
        tell: Callable[[str], None] = lambda _: None,
    ) -> Screened:
        """Screen a list into a CSV or XLSX file, by its ending; goes on where it was broken off.

        ``tell`` is told from where on, if so.

        Raises:
            AccessDeniedError: There is no such user.
            InvalidRequestError: The file is to be of another kind.
            BusyError: Another process is at it.
            StoreError: The file cannot be written.
        """
        write = _WRITERS.get(target.suffix.lower())
        if write is None:
            raise InvalidRequestError("结果文件须以 .csv 或 .xlsx 结尾。")
        listed = list(lines)
        pieces = [listed[at : at + CHUNK] for at in range(0, len(listed), CHUNK)]
        job = self._job(listed, user, limit)
        with Unfinished(target, job, self._trail.clock()) as unfinished:
            if unfinished.done:
                tell(_resumed(pieces, unfinished.done))
            if progress:
                progress("", _lines_of(pieces, unfinished.done), len(listed))
            for _ in range(_ATTEMPTS):
                for piece, answers in self._answers(pieces, unfinished.done, user, limit):
                    unfinished.add(piece, answers)
                    if progress:
                        progress("", _lines_of(pieces, unfinished.done), len(listed))
                rows = [row for piece in range(len(pieces)) for row in unfinished.done[piece]]
                # A long job, or a broken one: what was found then may be hidden by now.
                told = {RecordId(row[_ID]) for row in rows if row[_ID]}
                hidden = told - self._asking.visible(told, self._asking.asker(user)).keys()
                if not hidden:
                    break
                for piece, some in tuple(unfinished.done.items()):
                    if not hidden.isdisjoint(row[_ID] for row in some):
                        del unfinished.done[piece]
            else:
                raise BusyError("档案正在变动，请稍后重试。")
            unfinished.finish(lambda file: write(file, rows))
        best = Counter(row[3] for row in rows if row[2] in {"0", "1"})
        counts = {str(verdict): best[said] for verdict, said in VERDICTS.items()}
        unread = Counter(key for each in listed for key in self._screening.doubts(each.entry))
        unnamed = sum(not each.entry.name for each in listed)
        return Screened(
            len(listed), counts, str(target), unnamed, unread, self._screening.note(user)
        )

    def rows(self, lines: Sequence[Listed], user: str, limit: int) -> list[Row]:
        """Answer a piece of a list as rows of the file."""
        found = self._screening.match([each.entry for each in lines], user, limit)
        return [
            row
            for line, hits in zip(lines, found, strict=True)
            for row in _rows(line, hits, self._screening.doubts(line.entry))
        ]

    def _job(self, lines: Sequence[Listed], user: str, limit: int) -> str:
        with self._trail.failures(user, Action.MATCH):
            scope = self._asking.asker(user, Right.SCREEN).scope
        rights = [sorted(map(str, part)) if isinstance(part, frozenset) else part
                  for part in astuple(scope)]  # fmt: skip
        said = [[astuple(line) for line in lines], user, limit, rights, self._built]
        # Keyed: what is done of the job is authenticated by it.
        return self._screening.sealed(json.dumps(said))

    def _answers(
        self,
        pieces: Sequence[Sequence[Listed]],
        done: "dict[int, list[Row]]",
        user: str,
        limit: int,
    ) -> Iterator[tuple[int, list[Row]]]:
        """Answer the pieces that are not done, here and by helpers, in no order."""
        left = [piece for piece in range(len(pieces)) if piece not in done]
        # A helper is told a name, and not how far what somebody came in by lets them go.
        alone = limits_of(user) is not None or len(left) < _WORTH
        helpers = () if alone else self._invite()
        try:
            while left:
                for helper in helpers:
                    if left and helper.willing:
                        piece = left.pop()
                        helper.order(piece, pieces[piece], user, limit)
                if left:
                    piece = left.pop(0)
                    yield piece, self.rows(pieces[piece], user, limit)
                for helper in helpers:
                    yield from helper.answers(wait=not left)
                    left += helper.given_up()
        finally:
            for helper in helpers:
                helper.leave()


_WORTH: Final = 10
"""Pieces from which on a helper is worth its start."""


def _lines_of(pieces: Sequence[Sequence[Listed]], done: Iterable[int]) -> int:
    return sum(len(pieces[piece]) for piece in done)


def _resumed(pieces: Sequence[Sequence[Listed]], done: Container[int]) -> str:
    """Say where the first line is that is left to do."""
    left = next((piece for number, piece in enumerate(pieces) if number not in done), None)
    if left is None:
        return "接着上次，各行都已比对，只差写出结果。"
    return f"接着上次，从第 {left[0].place} 行起。"


def _rows(line: Listed, hits: Sequence[Hit], doubts: Mapping[str, str]) -> Iterator[Row]:
    place, named = line.place, line.entry.name
    shown = [hit for hit in hits if hit.verdict != Verdict.NONE]
    if not shown:
        told = no_evidence(named, doubts.values())
        yield [place, named, "0", VERDICTS[Verdict.NONE], "", "", "", told, "", ""]
    for rank, hit in enumerate(shown, 1):
        name, id_number, region = (str(hit.record.get(key) or "") for key in _SHOWN)
        verdict = VERDICTS[Verdict(hit.verdict)]
        yield [
            place, named, str(rank), verdict, f"{hit.score:.3f}", hit.record_id,
            name, evidence(hit, doubts), id_number, region,
        ]  # fmt: skip


def evidence(hit: Hit, doubts: Mapping[str, str]) -> str:
    """Say what speaks for a hit and against it; how its name is written where nothing else does.

    With it go the doubts about what was not compared after all, as a number with a slip is.
    """
    said = [reason.text for reason in hit.reasons if reason.telling]
    compared = {reason.field for reason in hit.reasons}
    left = [text for key, text in doubts.items() if key not in compared]
    return "；".join([*(dict.fromkeys(said) or ["、".join(hit.channels)]), *left])


def no_evidence(name: str, doubts: Iterable[str]) -> str:
    """Say why a line may have found nothing."""
    return "；".join([*([] if name else ["没有名称"]), *doubts])


def _write_csv(file: BinaryIO, rows: Iterable[Row]) -> None:
    write_csv(file, _COLUMNS, rows)


def _write_xlsx(file: BinaryIO, rows: Iterable[Row]) -> None:
    write_text_workbook(file, "比对结果", _COLUMNS, rows, _LAYOUT)


_WRITERS: Final = {".csv": _write_csv, ".xlsx": _write_xlsx}
