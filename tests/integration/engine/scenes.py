"""Changes to an index of random documents, and what it must answer before and after each."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from archsearch.domain.access import Scope, ScopedQuery, restrict
from archsearch.domain.plan import MatchAll, Plan
from archsearch.engines.base import Document, EngineResult, SearchEngine
from archsearch.engines.whoosh.engine import WhooshEngine
from tests.generate_plans import (
    IDS,
    SECRECIES,
    Step,
    StepKind,
    make_batch,
    make_document,
    make_query,
)
from tests.integration.engine.archive import opened
from tests.oracle import OracleEngine

EVERYTHING = restrict(
    Plan(MatchAll(), limit=1000, facets=("tags", "tier")),
    Scope(frozenset(SECRECIES), everything=True),
)


@dataclass(frozen=True)
class State:
    """What an index holds, under which mark, and what it answers then."""

    mark: str
    documents: tuple[Document, ...]
    answers: tuple[EngineResult, ...]


class Scene:
    """An index, and its states one after the other."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.queries = [EVERYTHING, *(make_query(dice) for _ in range(4))]
        self.oracle = OracleEngine()
        self.states: list[State] = []
        self.ids = dice.sample(IDS, 20)

    def start(self, folder: Path) -> None:
        """Build an index with a few commits behind it."""
        engine = opened(folder)
        for step in (
            Step(StepKind.REBUILD, tuple(self.documents(1)[:12])),
            self.batch(2),
            self.batch(3),
        ):
            self.take(engine, step)

    def documents(self, version: int) -> list[Document]:
        """Make a document of every id."""
        return [make_document(self.dice, each, version) for each in self.ids]

    def next_step(self) -> Step:
        """Draw a change."""
        version = len(self.states) + 3
        match self.dice.randrange(6):
            case 0:
                return Step(StepKind.REBUILD, tuple(self.documents(version)))
            case 1:
                return Step(StepKind.PURGE)
            case 2:
                return Step(StepKind.TIDY)
            case _:
                return self.batch(version)

    def batch(self, version: int) -> Step:
        """Draw a batch that changes something, so that its mark is taken over."""
        always = make_document(self.dice, self.ids[0], version)
        return Step(StepKind.APPLY, (*make_batch(self.dice, self.ids, version), always))

    def expect(self, step: Step) -> State:
        """Note the state that a change leads to."""
        mark = self.states[-1].mark if self.states else ""
        if step.kind not in (StepKind.PURGE, StepKind.TIDY):
            mark = f"mark {len(self.states)}"
        carry_out(self.oracle, step, mark)
        kept = tuple(self.oracle._kept().values())
        self.states.append(State(mark, kept, answers(self.oracle, self.queries)))
        return self.states[-1]

    def take(self, engine: WhooshEngine, step: Step) -> None:
        """Carry a change out, on the index and on paper."""
        state = self.expect(step)
        carry_out(engine, step, state.mark)

    def found(self, folder: Path) -> State | None:
        """Tell which state an index is in that has just been opened, None for no state at all."""
        engine = opened(folder)
        held = State(engine.stats().mark, (), answers(engine, self.queries))
        revisions = list(engine.revisions())
        for state in reversed(self.states):
            versions = [(one.record_id, one.version) for one in state.documents]
            same = (held.mark, held.answers) == (state.mark, state.answers)
            if same and revisions == sorted(versions):
                return state
        return None


def carry_out(engine: SearchEngine, step: Step, mark: str) -> None:
    """Carry out one step under a mark."""
    match step.kind:
        case StepKind.REBUILD:
            engine.rebuild(step.documents, mark=mark)
        case StepKind.APPLY:
            engine.apply(step.changes, mark=mark)
        case StepKind.PURGE:
            engine.purge()
        case StepKind.TIDY:
            engine.tidy()


def answers(engine: SearchEngine, queries: Iterable[ScopedQuery]) -> tuple[EngineResult, ...]:
    """Answer queries; marks are left out."""
    return tuple(replace(engine.search(query), mark="") for query in queries)
