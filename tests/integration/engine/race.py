"""Readers in threads and processes, a writer in another process that is killed now and then.

The states of the index are numbered, and its mark tells the number. A reader notes which state was
complete before it asked and which was begun when it had its answer: the answer must be that of a
state between the two, to the last bit, and of none before the one it saw last.
"""

import mmap
import os
import random
import threading
from dataclasses import replace
from pathlib import Path
from typing import Final, NoReturn

from archsearch.domain.access import ScopedQuery
from archsearch.engines.base import EngineResult
from archsearch.engines.whoosh.engine import WhooshEngine
from tests.contract.differential import identical
from tests.generate_plans import IDS, Step, StepKind, make_batch, make_document, make_query
from tests.integration.engine.archive import opened
from tests.integration.engine.disks import KillingDisk
from tests.oracle import OracleEngine

STATES: Final = 8
QUERIES: Final = 25
THREADS: Final = 3
PROCESSES: Final = 2
READERS: Final = THREADS + PROCESSES
BEGUN, DONE, OVER, CHECKS = range(4)
"""Cells of the board: the state begun last, the one complete last, the end, checks by reader."""


class Story:
    """States that follow each other in a circle, and what each answers."""

    def __init__(self, seed: int) -> None:
        dice = random.Random(seed)
        ids = dice.sample(IDS, 20)
        self.queries: list[ScopedQuery] = []
        while len(self.queries) < QUERIES:
            query = make_query(dice)
            if not query.scope.empty:
                self.queries.append(query)
        self.steps = [Step(StepKind.REBUILD, tuple(make_document(dice, one, 0) for one in ids))]
        for version in range(1, STATES):
            always = make_document(dice, ids[0], version)
            self.steps.append(Step(StepKind.APPLY, (*make_batch(dice, ids, version), always)))
        self.answers: list[list[EngineResult]] = []
        self.revisions: list[list[tuple[str, int]]] = []
        oracle = OracleEngine()
        for step in self.steps:
            oracle.rebuild(step.documents) if not self.answers else oracle.apply(step.changes)
            self.answers.append([oracle.search(query) for query in self.queries])
            self.revisions.append([(str(one), version) for one, version in oracle.revisions()])


class Board:
    """What the processes know of each other; in memory that forked processes share."""

    def __init__(self, checks: int) -> None:
        self.wanted = checks
        self._cells = memoryview(mmap.mmap(-1, 8 * (CHECKS + READERS))).cast("q")

    def __getitem__(self, cell: int) -> int:
        return self._cells[cell]

    def __setitem__(self, cell: int, value: int) -> None:
        self._cells[cell] = value

    def count(self, reader: int) -> None:
        """Note a check; the last that was wanted ends the race."""
        self[CHECKS + reader] += 1
        assert self[CHECKS + reader] < 1000 * self.wanted, "nobody writes"
        played = self[DONE] > 2 * STATES
        if played and all(self[CHECKS + each] >= self.wanted for each in range(READERS)):
            self[OVER] = 1


class Reader:
    """Asks, and holds every answer against the states that it may be of."""

    def __init__(self, story: Story, board: Board, number: int) -> None:
        self._story = story
        self._board = board
        self._number = number
        self._dice = random.Random(number)
        self._last = 0

    def run(self, engine: WhooshEngine, failures: list[str]) -> None:
        """Ask until it is over; the first answer that is none is the last question."""
        try:
            while not self._board[OVER]:
                self._look(engine)
                self._board.count(self._number)
        except Exception as error:  # noqa: BLE001 - any error at all is the finding
            failures.append(repr(error))
            self._board[OVER] = 1

    def _look(self, engine: WhooshEngine) -> None:
        if self._dice.random() < 0.1:
            self._look_at_revisions(engine)
        if self._dice.random() < 0.02:
            engine.close()
        number = self._dice.randrange(QUERIES)
        low = max(self._board[DONE], self._last)
        found = engine.search(self._story.queries[number])
        state, high = int(found.mark), self._board[BEGUN]
        assert low <= state <= high, f"state {state}, not {low} to {high}"
        expected = self._story.answers[state % STATES][number]
        assert identical(replace(found, mark=""), expected), f"state {state}, query {number}"
        self._last = state

    def _look_at_revisions(self, engine: WhooshEngine) -> None:
        low = max(self._board[DONE], self._last)
        found = list(engine.revisions())
        possible = range(low, self._board[BEGUN] + 1)
        assert any(found == self._story.revisions[state % STATES] for state in possible), found


def nursery(story: Story, board: Board, folder: Path, seed: int) -> int:
    """Fork a process that has one writer after the other play the story until it is over.

    It forks while it has no threads. Every other writer is killed somewhere.
    """
    child = os.fork()
    if child:
        return child
    dice = random.Random(seed)
    try:
        while not board[OVER]:
            disk = KillingDisk(dice.randrange(300)) if dice.random() < 0.5 else None
            writer = os.fork()
            if writer == 0:
                _write(story, board, opened(folder, disk=disk))
            _, status = os.waitpid(writer, 0)
            if os.waitstatus_to_exitcode(status) not in (0, 9):
                break
    finally:
        ended = int(not board[OVER])
        board[OVER] = 1
        os._exit(ended)


def _write(story: Story, board: Board, engine: WhooshEngine) -> NoReturn:
    """Begin at the first state of the next round, which is built anew whatever there is."""
    ended = 1
    try:
        first = (board[BEGUN] // STATES + 1) * STATES
        for state, step in enumerate(story.steps, first):
            board[BEGUN] = state
            if step.kind is StepKind.REBUILD:
                engine.rebuild(step.documents, mark=str(state))
            else:
                engine.apply(step.changes, mark=str(state))
            board[DONE] = state
            if state % 3 == 0:
                engine.purge()
        ended = 0
    finally:
        os._exit(ended)


def reader_process(reader: Reader, folder: Path) -> tuple[int, int]:
    """Fork a process that reads; gives its id, and where it tells of a failure."""
    ear, mouth = os.pipe()
    child = os.fork()
    if child:
        os.close(mouth)
        return child, ear
    failures: list[str] = []
    reader.run(opened(folder), failures)
    os.write(mouth, "".join(failures).encode()[:4000])
    os._exit(0)


def race(folder: Path, seed: int, checks: int) -> tuple[list[str], int]:
    """Let readers read while others write, until each reader has made its checks.

    Returns:
        What went wrong, and the number of the last state.
    """
    story, board = Story(seed), Board(checks)
    opened(folder).rebuild(story.steps[0].documents, mark="0")
    writing = nursery(story, board, folder, seed)
    readers = [Reader(story, board, number) for number in range(READERS)]
    processes = [reader_process(reader, folder) for reader in readers[THREADS:]]
    failures: list[str] = []
    shared = opened(folder)
    engines = (shared, shared, opened(folder))
    threads = [
        threading.Thread(target=reader.run, args=(engine, failures))
        for reader, engine in zip(readers[:THREADS], engines, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for child, ear in processes:
        with os.fdopen(ear) as said:
            failures += filter(None, [said.read()])
        os.waitpid(child, 0)
    if os.waitpid(writing, 0)[1]:
        failures.append("a writer failed")
    return failures, board[DONE]
