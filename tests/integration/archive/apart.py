"""Two worlds that differ only in what one user may not see, going through the same days."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from archsearch.errors import ArchsearchError
from archsearch.storage import grants
from tests.integration.archive.corpus import (
    DEPARTMENTS,
    LEVELS,
    OWNERS,
    USERS,
    Corpus,
    made_up,
)
from tests.integration.archive.questions import Question, question
from tests.offices import NOON, Office, copied, drain_held_up

ASKERS: Final = {**USERS, "boss": "administrator at 总行, 秘密"}
SHARED, ALL = 60, 120
QUESTIONS: Final = 4
"""Put one after another; looking at what time, leave and changes have done to them costs more."""
_SEEDS = st.integers(0, 2**32 - 1)
_PLACES = st.integers(0, SHARED - 1)


def may(corpus: Corpus, asker: str, row: dict[str, Any], days: float) -> bool:
    """Say by the written rules whether somebody sees a record."""
    if asker == "boss":
        return LEVELS.index(row["secrecy"]) <= LEVELS.index("秘密")
    return corpus.may(asker, row, days)


def hidden(asker: str, seed: int) -> Iterator[dict[str, Any]]:
    """Make up records that somebody never sees, under ids that the other world may not have."""
    corpus = made_up(ALL - SHARED, seed)
    corpus.grants.clear()
    dice = random.Random(seed)
    for row in corpus.rows:
        if not may(corpus, asker, row, 0) and dice.random() < 0.6:
            yield {**row, "record_id": f"R{SHARED + int(row['record_id'][1:]):04d}"}


@dataclass
class Leave:
    """A grant in both worlds, by its number in each."""

    numbers: list[int]
    place: int


class Apart(RuleBasedStateMachine):
    """Whatever happens, both worlds answer the same, and nothing that the rules do not allow."""

    template: ClassVar[Path]
    folder: ClassVar[Path]
    made: ClassVar[dict[str, tuple[Path, Path]]] = {}
    compared: ClassVar[dict[str, int]] = {}
    numbers: ClassVar = count()

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.corpus = Corpus([])
        self.asker = ""
        self.leaves: list[Leave] = []
        self.walk: tuple[Question, int] | None = None
        self.behind = False

    @initialize(asker=st.sampled_from(sorted(ASKERS)))
    def open(self, asker: str) -> None:
        self.asker = asker
        if asker not in self.made:
            type(self).made[asker] = self._make("one", 1), self._make("other", 2)
        self.corpus = self._shared()
        home = self.folder / str(next(self.numbers))
        one, other = (
            self.stack.enter_context(Office(copied(path, home / path.name)))
            for path in self.made[asker]
        )
        self.worlds = (one, other)

    def _make(self, name: str, seed: int) -> Path:
        path = copied(self.template, self.folder / f"{self.asker}-{name}")
        with Office(path) as office:
            office.hire(**ASKERS)
            rows = [*self._shared().rows, *hidden(self.asker, seed)]
            random.Random(seed).shuffle(rows)
            for start in range(0, len(rows), 40):  # several segments, not one
                office.feed(*rows[start : start + 40])
        return path

    @staticmethod
    def _shared() -> Corpus:
        corpus = made_up(SHARED, seed=77)
        corpus.grants.clear()
        return corpus

    def teardown(self) -> None:
        self.stack.close()

    # What is compared ----------------------------------------------------------------------------

    def both(self, asked: Question) -> object:
        one, other = (asked.put(office.archive, self.asker) for office in self.worlds)
        assert one == other, (self.asker, asked)
        self.compared[asked.way] = self.compared.get(asked.way, 0) + 1
        self._allowed(asked, one)
        return one

    def seen(self) -> set[str]:
        rows = self.corpus.rows
        return {row["record_id"] for row in rows if may(self.corpus, self.asker, row, self._days())}

    def _days(self) -> float:
        return (self.worlds[0].clock.now - NOON) / timedelta(days=1)

    def _allowed(self, asked: Question, answer: object) -> None:
        assert not (isinstance(answer, tuple) and answer[:1] == ("BusyError",)), asked
        if asked.way == "search" and isinstance(answer, tuple) and isinstance(answer[0], int):
            found = {hit.record_id for hit in answer[1]}
            assert found <= self.seen(), asked
            if not asked.text and not asked.more.get("filters"):
                # What has just come into reach is found when the index has heard of it.
                there = len(self.seen())
                assert answer[0] == there or (self.behind and answer[0] < there), asked
        elif asked.way == "get" and self.asker != "eye":
            refused = isinstance(answer, tuple)
            assert refused == (asked.text not in self.seen()), asked

    @rule(seed=_SEEDS)
    def ask(self, seed: int) -> None:
        for number in range(QUESTIONS):
            asked = question(random.Random(f"{seed}/{number}"))
            # Administrators may delete, and the model does not.
            if self.asker != "boss" or asked.way != "delete":
                self.both(asked)

    @rule(seed=_SEEDS)
    def ask_for_one(self, seed: int) -> None:
        record_id = f"R{seed % ALL:04d}"
        self.both(Question("get", record_id, {}))
        self.both(Question("history", record_id, {}))
        self.both(Question("search", f"档号:{record_id}", {"mode": "exact"}))

    @rule(facet=st.sampled_from(("department", "region", "tags", "owner", "secrecy")))
    def count_all(self, facet: str) -> None:
        self.both(Question("search", "", {"facets": [facet], "limit": 0}))

    @rule(seed=_SEEDS)
    def turn_a_page(self, seed: int) -> None:
        """Go on where one was, whatever was lent, ended or changed meanwhile."""
        asked, offset = self.walk or (question(random.Random(seed)), 0)
        more = {**asked.more, "limit": 3, "offset": offset}
        self.walk = None
        if asked.way == "search":
            answer = self.both(Question("search", asked.text, more))
            if isinstance(answer, tuple) and isinstance(answer[0], int) and answer[1]:
                self.walk = asked, offset + 3

    @rule(seed=_SEEDS)
    def others_ask_first(self, seed: int) -> None:
        """What somebody else was answered is nothing that anybody else gets."""
        asked = question(random.Random(seed))
        if asked.way in {"delete", "restore", "change"}:
            return
        for office in self.worlds:
            asked.put(office.archive, "admin")
        self.both(asked)

    @rule(seed=_SEEDS)
    def ask_to_borrow(self, seed: int) -> None:
        """What is answered says nothing of what there is; nobody approves."""
        record_id = f"R{seed % ALL:04d}"
        answers = [self._borrowed(office, record_id) for office in self.worlds]
        assert answers[0] == answers[1], record_id
        self.compared["borrow"] = self.compared.get("borrow", 0) + 1

    def _borrowed(self, office: Office, record_id: str) -> object:
        borrow = office.archive.borrow
        try:
            made = borrow.request(record_id, purpose="核对", reason="季检", user=self.asker)
        except ArchsearchError as error:
            made = None
            answer: object = (type(error).__name__, error.code, str(error))
        else:
            answer = made
        with suppress(ArchsearchError):
            answer = answer, borrow.list(user=self.asker)
        if made is not None:
            withdrawn = borrow.withdraw(made.id, user=self.asker)
            answer = answer, withdrawn
        return answer

    # What happens --------------------------------------------------------------------------------

    @rule(days=st.floats(0.05, 1.5))
    def time_goes_by(self, days: float) -> None:
        for office in self.worlds:
            office.clock.turn(days=days)
        self._look()

    def _look(self) -> None:
        """What has just begun or ended is seen at once, or chance would have to hit upon it."""
        self.both(Question("search", "", {"limit": ALL}))

    @rule(place=_PLACES, days=st.floats(0.1, 3))
    def lend(self, place: int, days: float) -> None:
        row = self.corpus.rows[place]
        one, other = self.worlds
        numbers = [office.grant(row["record_id"], self.asker, days=days) for office in (one, other)]
        self.leaves.append(Leave(numbers, len(self.corpus.grants)))
        self.corpus.grants.append((row["record_id"], self.asker, self._days(), days))
        self._look()

    @precondition(lambda self: self.leaves)
    @rule(seed=_SEEDS)
    def take_back(self, seed: int) -> None:
        leave = self.leaves.pop(seed % len(self.leaves))
        for office, number in zip(self.worlds, leave.numbers, strict=True):
            with office.application.database.write() as connection:
                grants.revoke(connection, number, by="admin", at=office.clock.now)
        record_id, user, since, _ = self.corpus.grants[leave.place]
        self.corpus.grants[leave.place] = (record_id, user, since, 0.0)
        self._look()

    @rule(place=_PLACES, seed=_SEEDS, unheard=st.booleans())
    def move(self, *, place: int, seed: int, unheard: bool) -> None:
        """Put a record elsewhere; questions may come before the index has heard of it."""
        dice = random.Random(seed)
        row = self.corpus.rows[place]
        row |= {
            "department": dice.choice(DEPARTMENTS),
            "owner": dice.choice(OWNERS),
            "secrecy": dice.choice(LEVELS),
        }
        with ExitStack() as stack:
            self.behind = unheard
            if unheard:
                for office in self.worlds:
                    stack.enter_context(drain_held_up(office))
            for office in self.worlds:
                assert not office.feed(row).rejected
            self.ask_for_one(place)
            self.count_all("department")
            self.ask(seed)
        for office in self.worlds:
            office.application.index.drain()
        self.behind = False

    @rule(seed=_SEEDS, where=st.integers(0, 1))
    def stir(self, seed: int, where: int) -> None:
        """Change what is hidden, in one of the worlds."""
        office = self.worlds[where]
        rows = list(hidden(self.asker, seed))
        random.Random(seed).shuffle(rows)
        assert not office.feed(*rows[: 1 + seed % 8]).rejected

    @rule(where=st.integers(0, 1))
    def rebuild(self, where: int) -> None:
        self.worlds[where].application.index.rebuild("admin")
