"""Lists under screening: brought, compared in the background, looked through, decided about.

A list is for who brought it. What is shown of it is what they may see at that moment; records are
loaded and masked anew. Contents are sealed, each decision is an entry of the log.
"""

import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, BinaryIO, Final

from archsearch.domain.audit import Action
from archsearch.domain.policy import Right
from archsearch.domain.record import JsonValue, RecordId
from archsearch.domain.sifting import (
    TARGETS,
    Choice,
    Decision,
    Screening,
    Sheet,
    Show,
    Sifted,
    Sifting,
    Stage,
)
from archsearch.errors import ArchsearchError, ConflictError, InvalidRequestError, NotFoundError
from archsearch.services.asking import Asker, Asking
from archsearch.services.screening import CHUNK, ScreeningService
from archsearch.services.sifting import Sifter, Writing, packed
from archsearch.services.trail import Trail
from archsearch.storage import screenings
from archsearch.storage.screenings import Kept

MOST_LINES: Final = 20_000
_MOST: Final = 20
_LONGEST_NOTE: Final = 200
_CANDIDATES: Final = 3
_KEPT: Final = timedelta(days=90)
"""A list nobody has touched for so long is forgotten: it names customers."""


class ScreeningDesk:
    """Keeps the lists of one archive's users."""

    def __init__(
        self,
        trail: Trail,
        asking: Asking,
        screening: ScreeningService,
        sifter: Sifter,
    ) -> None:
        self._trail = trail
        self._asking = asking
        self._screening = screening
        self._sifter = sifter
        self._working: set[str] = set()

    # Lists ---------------------------------------------------------------------------------------

    def bring(self, sheet: Sheet, user: str) -> Screening:
        """Keep a new list; it is compared when its columns are named.

        Raises:
            AccessDeniedError: The user may not screen.
            ConflictError: They have too many lists.
            InvalidRequestError: It is empty or too long.
        """
        self._asker(user)
        if not 0 < len(sheet.rows) <= MOST_LINES:
            raise InvalidRequestError(f"名单须有 1 到 {MOST_LINES:,} 行。")
        now, number = self._trail.clock(), secrets.token_urlsafe(12)
        content = self._sifter.sheet_sealed(number, sheet)
        kept = Kept(number, Stage.MAPPING.value, len(sheet.rows), 0, now, now, 0, "", content)
        with self._trail.database.write() as connection:
            for old in screenings.untouched(connection, now - _KEPT):
                screenings.drop(connection, old)
            if screenings.count(connection, user) >= _MOST:
                raise ConflictError(f"一人最多保留 {_MOST} 份名单；请先删除不再需要的。")
            screenings.add(connection, user, kept)
        return self._told(kept, sheet)

    def all(self, user: str) -> tuple[Screening, ...]:
        """List a user's, the newest first."""
        self._asker(user)
        with self._trail.database.read() as connection:
            found = screenings.listed(connection, user)
        return tuple(self._told(each, self._sifter.sheet(each)) for each in found)

    def show(self, number: str, user: str) -> Screening:
        """Tell how far a list is.

        Raises:
            NotFoundError: There is none, or it is somebody else's.
        """
        kept = self._found(number, user)
        return self._told(kept, self._sifter.sheet(kept))

    def sheet(self, number: str, user: str) -> Sheet:
        """Give a list as it was brought."""
        return self._sifter.sheet(self._found(number, user))

    def drop(self, number: str, user: str) -> None:
        """Forget a list and what was decided about it; the log goes on telling."""
        kept = self._found(number, user)
        with self._trail.database.write() as connection:
            screenings.drop(connection, kept.id)

    # Comparing -----------------------------------------------------------------------------------

    def start(self, number: str, targets: Sequence[str], user: str) -> Screening:
        """Say what each column leads to; from here on it is to be compared by :meth:`work`.

        Raises:
            ConflictError: It was started before.
            InvalidRequestError: There is not just one column of names, or too little is said.
        """
        kept = self._found(number, user)
        sheet = self._sifter.sheet(kept)
        if kept.state != Stage.MAPPING:
            raise ConflictError("这份名单已经开始比对了。")
        if len(targets) != len(sheet.columns) or not set(targets) <= set(TARGETS):
            raise InvalidRequestError("请为每一列选择一种用途。")
        if targets.count("name") != 1:
            raise InvalidRequestError("须有一列、也只能有一列是客户名称。")
        named = replace(sheet, targets=tuple(targets))
        content = self._sifter.sheet_sealed(number, named)
        return self._claimed(kept._replace(content=content), named)

    def go_on(self, number: str, user: str) -> Screening:
        """Claim a list that was broken off, to go on with it by :meth:`work`.

        Raises:
            ConflictError: It was not.
        """
        kept = self._found(number, user)
        if kept.state != Stage.FAILED:
            raise ConflictError("这份名单没有中断。")
        return self._claimed(kept, self._sifter.sheet(kept))

    def work(self, number: str, user: str, wanted: Callable[[], bool]) -> None:
        """Compare a claimed list, a stretch at a time, as long as it is wanted."""
        try:
            with self._ending(number, user):
                self._work(number, user, wanted)
        finally:
            self._working.discard(number)

    def _work(self, number: str, user: str, wanted: Callable[[], bool]) -> None:
        kept = self._found(number, user)
        sheet = self._sifter.sheet(kept)
        while kept.done < kept.lines and wanted():
            start, end = kept.done, min(kept.done + CHUNK, kept.lines)
            entries = [sheet.entry(line) for line in range(start, end)]
            found = self._screening.match(entries, user, _CANDIDATES)
            doubts = [self._screening.doubts(entry) for entry in entries]
            part = self._sifter.part_sealed(number, start, packed(found, doubts))
            kept = kept._replace(done=end, touched_at=self._trail.clock())
            with self._trail.database.write() as connection:
                if not screenings.advance(connection, kept, start, part):
                    return
        state = Stage.DONE if kept.done == kept.lines else Stage.FAILED
        self._end(kept, state, "" if state is Stage.DONE else "interrupted")

    @contextmanager
    def _ending(self, number: str, user: str) -> Iterator[None]:
        """Note when what is inside fails."""
        code = "internal"
        try:
            yield
            code = ""
        except ArchsearchError as error:
            code = error.code
        finally:
            if code:
                self._end(self._found(number, user), Stage.FAILED, code)

    def _end(self, kept: Kept, state: Stage, code: str) -> None:
        ended = kept._replace(state=state.value, code=code, worker=0)
        with self._trail.database.write() as connection:
            screenings.change(connection, ended._replace(touched_at=self._trail.clock()))

    def _claimed(self, kept: Kept, sheet: Sheet) -> Screening:
        now = self._trail.clock()
        claimed = kept._replace(
            state=Stage.RUNNING.value, worker=os.getpid(), code="", touched_at=now
        )
        self._working.add(kept.id)
        with self._trail.database.write() as connection:
            screenings.change(connection, claimed)
        return self._told(claimed, sheet)

    # Looking and deciding ------------------------------------------------------------------------

    def look(
        self, number: str, user: str, *, show: Show = Show.ALL, limit: int = 50, offset: int = 0
    ) -> Sifting:
        """Give lines with what they may mean, as far as it may be seen now.

        Raises:
            ConflictError: It was not compared to the end.
        """
        kept, asker = self._ready(number, user), self._asker(user)
        pile = self._sifter.pile(kept, asker)
        counts = dict.fromkeys(Show, 0)
        wanted = []
        for line in pile.told:
            kinds = pile.kinds(line)
            for kind in kinds:
                counts[kind] += 1
            if show in kinds:
                wanted.append(line)
        some = [pile.line(line) for line in wanted[offset : offset + limit]]
        page = self._sifter.filled(some, asker)
        if page:
            self._note(user, Action.MATCH_READ, page)
        return Sifting(self._told(kept, pile.sheet), tuple(page), len(wanted), counts)

    def line(self, number: str, line: int, user: str) -> Sifted:
        """Give one line with what it may mean.

        Raises:
            NotFoundError: There is no such line.
        """
        kept, asker = self._ready(number, user), self._asker(user)
        if not 0 <= line < kept.lines:
            raise NotFoundError("名单里没有这一行。")
        pile = self._sifter.pile(kept, asker, start=line - line % CHUNK)
        return self._sifter.filled([pile.line(line)], asker)[0]

    def decide(
        self, number: str, line: int, choice: Choice, user: str, *, record_id: str, note: str
    ) -> Sifted:
        """Decide whose record a line means: one of its candidates, nobody's, or later.

        Raises:
            InvalidRequestError: It is none of the candidates, or the note is too long.
            NotFoundError: There is no such line.
        """
        if len(note) > _LONGEST_NOTE:
            raise InvalidRequestError(f"备注不能超过 {_LONGEST_NOTE} 字。")
        found = self.line(number, line, user)
        known = {each.record_id for each in found.candidates}
        same = choice is Choice.SAME
        if same and record_id not in known:
            raise InvalidRequestError("请选择这一行列出的档案。")
        chosen = RecordId(record_id if same else "")
        decision = Decision(choice, chosen, note, self._trail.clock())
        sealed = self._sifter.decision_sealed(number, line, decision)
        detail: dict[str, JsonValue] = {"list": number, "line": found.place, "choice": choice.value}
        done = self._trail.entry(user, Action.MATCH_DECIDE, target=chosen, detail=detail)
        with self._trail.database.write() as connection:
            kept = screenings.load(connection, user, number)
            if kept is None:
                raise NotFoundError(_NO_LIST)
            screenings.decide(connection, number, line, sealed)
            screenings.change(connection, kept._replace(touched_at=decision.at))
            self._trail.log.append(connection, done)
        return replace(found, decision=decision)

    def write(self, number: str, ending: str, file: BinaryIO, user: str) -> None:
        """Write all lines with the decisions as a table: ``.csv`` or ``.xlsx``."""
        kept, asker = self._ready(number, user), self._asker(user)
        pile = self._sifter.pile(kept, asker)
        lines = self._sifter.filled([pile.line(line) for line in pile.told], asker)
        self._note(user, Action.MATCH_EXPORT, lines)
        Writing(ending).write(file, lines)

    # Parts ---------------------------------------------------------------------------------------

    def _asker(self, user: str) -> Asker:
        with self._trail.failures(user, Action.MATCH_READ):
            return self._asking.asker(user, Right.SCREEN)

    def _note(self, user: str, action: Action, lines: Sequence[Sifted]) -> None:
        ids = ("\t".join(each.record_id for each in line.candidates) for line in lines)
        hits = sum(len(line.candidates) for line in lines)
        detail: Mapping[str, JsonValue] = {
            "lines": len(lines), "hits": hits, "found": self._screening.sealed("\n".join(ids)),
        }  # fmt: skip
        self._trail.note(user, action, detail=detail)

    def _ready(self, number: str, user: str) -> Kept:
        kept = self._found(number, user)
        if kept.state != Stage.DONE:
            raise ConflictError("这份名单还没有比对完。")
        return kept

    def _found(self, number: str, user: str) -> Kept:
        with self._trail.database.read() as connection:
            kept = screenings.load(connection, user, number)
        if kept is None:
            raise NotFoundError(_NO_LIST)
        return self._as_it_is(kept)

    def _as_it_is(self, kept: Kept) -> Kept:
        """Give a list as it is: one whose process is gone was broken off."""
        ours = kept.worker == os.getpid()
        alive = kept.id in self._working if ours else _runs(kept.worker)
        if kept.state != Stage.RUNNING or alive:
            return kept
        return kept._replace(state=Stage.FAILED.value, code="interrupted")

    def _told(self, kept: Kept, sheet: Sheet) -> Screening:
        now: dict[str, Any] = self._as_it_is(kept)._asdict()
        stage = Stage(now.pop("state"))
        del now["worker"], now["content"]
        return Screening(title=sheet.title, stage=stage, **now)


_NO_LIST: Final = "没有这份名单。"


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid > 0
