"""Notes on topics, and questions about them with how well each note answers.

A note tells of several things and what happened to them, in one wording of several; a question is
about one thing and one event, in a wording of its own. A note that tells of just this answers it
(3), one that tells of both apart is near (2), one that tells of either touches it (1).
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from tests.relevance.corpus import Part
from tests.relevance.lists import groups

_SEED: Final = 20_261_122
_MOST_FACTS: Final = 4
_MOST_FILLERS: Final = 3

Ways = tuple[str, ...]
"""Wordings that mean the same."""


class Topic(NamedTuple):
    """Things and what happens to them."""

    things: tuple[Ways, ...]
    events: tuple[Ways, ...]


class Fact(NamedTuple):
    """What a note tells or a question asks, by numbers."""

    topic: int
    thing: int
    event: int


@dataclass(frozen=True, slots=True)
class Note:
    """A text and what it tells."""

    text: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody types, in which manner, and what it is about."""

    manner: str
    text: str
    fact: Fact


@cache
def topics() -> tuple[Topic, ...]:
    """All topics."""
    found = []
    for line in groups("topics"):
        cut = line.index("/")
        things, events = (
            [tuple(w.split("|")) for w in half] for half in (line[:cut], line[cut + 1 :])
        )
        found.append(Topic(tuple(things), tuple(events)))
    return tuple(found)


def notes(number: int, seed: int = _SEED) -> list[Note]:
    """Write notes."""
    rng = random.Random(seed)
    return [_note(rng) for _ in range(number)]


def _note(rng: random.Random) -> Note:
    facts = tuple(_fact(rng, range(len(topics()))) for _ in range(rng.randint(1, _MOST_FACTS)))
    told = [rng.choice(groups("tellings"))[0].format(**_worded(rng, fact)) for fact in facts]
    told += [line[0] for line in rng.sample(groups("fillers"), rng.randint(0, _MOST_FILLERS))]
    rng.shuffle(told)
    return Note("。".join(told) + "。", facts)


def _fact(rng: random.Random, chosen: Sequence[int]) -> Fact:
    topic = rng.choice(chosen)
    things, events = topics()[topic]
    return Fact(topic, rng.randrange(len(things)), rng.randrange(len(events)))


def _worded(rng: random.Random, fact: Fact) -> dict[str, str]:
    things, events = topics()[fact.topic]
    return {"a": rng.choice(things[fact.thing]), "b": rng.choice(events[fact.event])}


def grade(note: Note, fact: Fact) -> int:
    """How well a note answers a question about a fact, from 0 to 3."""
    if fact in note.facts:
        return 3
    near = [told for told in note.facts if told.topic == fact.topic]
    thing = any(told.thing == fact.thing for told in near)
    event = any(told.event == fact.event for told in near)
    return thing + event


# Questions ---------------------------------------------------------------------------------------

Manner = Callable[[random.Random, str, str], str]


def _without_one(rng: random.Random, thing: str, event: str) -> str:
    """Two characters of one of both are forgotten."""
    thing, event = (thing[:-2], event) if len(thing) > len(event) else (thing, event[2:])
    return f"{thing} {event}".strip()


def _with_another(rng: random.Random, thing: str, event: str) -> str:
    """One word too many, which belongs to something else."""
    other = _worded(rng, _fact(rng, range(len(topics()))))
    said = [thing, event, other["b"]]
    rng.shuffle(said)
    return " ".join(said)


MANNERS: Final[Mapping[str, Manner]] = {
    "words": lambda _, thing, event: f"{thing} {event}",
    "words the other way round": lambda _, thing, event: f"{event} {thing}",
    "run together": lambda _, thing, event: thing + event,
    "question": lambda rng, thing, event: rng.choice(groups("questions"))[0].format(
        a=thing, b=event
    ),
    "a word missing": _without_one,
    "a word of something else": _with_another,
    "what happened alone": lambda _, thing, event: event,
}


def questions(number: int, part: Part) -> Iterator[Question]:
    """Ask so many questions in each manner; the parts share no topics."""
    chosen = range(part is Part.CHECK, len(topics()), 2)
    for manner, ask in MANNERS.items():
        rng = random.Random(f"{manner} {part}")
        for _ in range(number):
            fact = _fact(rng, chosen)
            said = _worded(rng, fact)
            yield Question(manner, ask(rng, said["a"], said["b"]), fact)
