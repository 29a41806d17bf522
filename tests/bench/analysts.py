"""What analysts do: they type a name, look at hits, narrow them down, open a record.

Between two deeds they think for a while, exponentially distributed; between two keys as well, a
tenth as long. Everybody's chance is their own, so that runs differ in timing alone.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from time import perf_counter
from typing import Any, Final
from urllib.parse import quote

from tests.bench.queries import FACETS, QUERIES
from tests.bench.wire import ClosedError, Reply, Wire

_KEYS: Final = 10.0
"""Times as fast as thoughts come keys."""

_PINYIN: Final = ("zhangw", "liyan", "wangf", "zgnyyh", "chenj", "huaxia", "zhouming", "liuyang")
_REGIONS: Final = ("华东", "华南", "华北", "西南", "东北", "西北")
_TIERS: Final = ("高价值", "中价值", "低价值", "潜在")
_RECORD_ID: Final = re.compile(rb'"record_id":"([^"]+)"')
_SLIPS: Final = "伟玮维炜章张璋晨辰宸明铭鸣"
_NARROWED: Final = 0.5
_OPENED: Final = 0.6


@dataclass(frozen=True, slots=True)
class Question:
    """One request, and what kind it is."""

    kind: str
    method: str
    path: str
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question, and when; ``status`` is 0 where nothing came."""

    question: Question
    user: str
    at: float
    seconds: float
    status: int
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Analyst:
    """Somebody who asks until the time is over."""

    user: str
    wire: Wire
    rng: Random
    rows: Sequence[Mapping[str, Any]]
    think: float
    keep: Callable[[Answer], None]
    until: float
    _seen: list[str] = field(default_factory=list)

    async def work(self) -> None:
        """Ask one thing after the other."""
        try:
            while perf_counter() < self.until:
                await self._find()
        finally:
            await self.wire.close()

    async def _find(self) -> None:
        async for question in self._deeds():
            if perf_counter() >= self.until:
                return
            started = perf_counter()
            try:
                reply = await self.wire.ask(question.method, question.path, question.body)
            except (OSError, EOFError, TimeoutError, ClosedError):
                reply = Reply(0, b"")
            seconds = perf_counter() - started
            self.keep(Answer(question, self.user, started, seconds, reply.status, reply.body))
            if question.kind == "search" and reply.status == 200:
                self._seen[:] = [each.decode() for each in _RECORD_ID.findall(reply.body)[:5]]

    async def _deeds(self) -> AsyncIterator[Question]:
        """Type, search, perhaps narrow it down, perhaps open what was found."""
        await self._pause(self.think)
        text = self._text()
        for end in range(1, min(len(text), 4)):
            yield Question("suggest", "GET", f"/suggest?text={quote(text[:end])}")
            await self._pause(self.think / _KEYS)
        yield self._search(text, {})
        if self.rng.random() < _NARROWED:
            await self._pause(self.think)
            yield self._search(text, self._filters())
        if self._seen and self.rng.random() < _OPENED:
            await self._pause(self.think)
            yield Question("record", "GET", f"/records/{quote(self.rng.choice(self._seen))}")

    async def _pause(self, mean: float) -> None:
        await asyncio.sleep(self.rng.expovariate(1 / mean) if mean else 0)

    def _search(self, text: str, filters: Mapping[str, Any]) -> Question:
        body = {"query": text, "filters": filters, "facets": list(FACETS)}
        return Question("search", "POST", "/search", body)

    def _filters(self) -> dict[str, Any]:
        found: dict[str, Any] = {"value_tier": self.rng.sample(_TIERS, 2)}
        if self.rng.random() < _NARROWED:
            found["region"] = [self.rng.choice(_REGIONS)]
        return found

    def _text(self) -> str:
        """Think of a customer, or of what is wanted of them."""
        # A bracket alone would be a mistake in the query language.
        name = re.sub(r"\W", "", str(self.rng.choice(self.rows)["name"]))
        drawn = self.rng.random()
        if drawn < 0.30:
            return name
        if drawn < 0.45:
            at = self.rng.randrange(len(name))
            return name[:at] + self.rng.choice(_SLIPS) + name[at + 1 :]
        if drawn < 0.60:
            return name if len(name) <= 4 else name[2 : 2 + self.rng.choice((2, 4, 6))]
        if drawn < 0.65:
            return str(self.rng.choice(self.rows)["phones"][0])[-4:]
        if drawn < 0.75:
            return self.rng.choice(_PINYIN)
        return self.rng.choice([text for text in QUERIES.values() if text])
