"""Runs the tests against mutants, each in a process of its own that branches off a ready one.

A change in the body of a function is put into the functions that are loaded already, and only the
tests that execute its line are run, the quickest first. What that does not find, and every other
change, is written into the copy of the tree, and the file's tests start anew with it.
"""

import ast
import gc
import mmap
import os
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any, Final

import pytest
from hypothesis import Phase, settings

from tools.mutants.mutations import Mutation, mutated

FOUND: Final = 1
MISSED: Final = 0
_TOLD: Final = 4
"""Bytes in which a branch tells the number of the test that failed."""
_LATELY: Final = 6
"""Tests that found a change lately are run first: the next is often like it."""
_PHASES: Final = (Phase.explicit, Phase.generate)
"""Whether there is a counterexample is all that is asked."""


def branch(work: Callable[[], int], patience: float) -> int:
    """Do something in a process that branches off; tell its exit code, FOUND if it takes long.

    What it started ends with it.
    """
    child = os.fork()
    if child == 0:
        code = FOUND
        try:
            os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            quiet = os.open(os.devnull, os.O_RDWR)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            code = work()
        finally:
            os._exit(code)
    try:
        status = _waited(child, patience)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
    if status is None:
        os.waitpid(child, 0)
        return FOUND
    return os.waitstatus_to_exitcode(status)


def _waited(child: int, patience: float) -> int | None:
    """Wait for a process to end; None if it takes longer."""
    ends = time.monotonic() + patience
    pause = 0.002
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        if time.monotonic() > ends:
            return None
        time.sleep(pause)
        pause = min(pause * 1.3, 0.1)


@dataclass(eq=False)
class Tracer:
    """Notes which lines of a file each test executes, those of its shared fixtures included."""

    path: str
    lines: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _now: set[int] = field(default_factory=set)

    def start(self) -> None:
        """Begin."""
        threading.settrace(self._enter)
        sys.settrace(self._enter)

    def _enter(self, frame: FrameType, _event: str, _argument: object) -> Any:
        return self._step if frame.f_code.co_filename == self.path else None

    def _step(self, frame: FrameType, _event: str, _argument: object) -> Any:
        self._now.add(frame.f_lineno)
        return self._step

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any]
    ) -> Generator[None, object, object]:
        """Note what a fixture executes that later tests find done."""
        if fixturedef.scope == "function":
            return (yield)
        before, self._now = self._now, set()
        began = time.monotonic()
        result = yield
        name = f"fixture {fixturedef.argname}"
        self.seconds[name] += time.monotonic() - began
        self.lines[name] |= self._now
        self._now = before | self._now
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Note what a test executes."""
        self._now = set()
        began = time.monotonic()
        result = yield
        self.seconds[item.nodeid] = time.monotonic() - began
        self.lines[item.nodeid] |= self._now
        return result

    def of(self, item: pytest.Item) -> tuple[set[int], float]:
        """Give the lines that a test executes, run by itself, and its time."""
        names = [item.nodeid, *(f"fixture {name}" for name in getattr(item, "fixturenames", ()))]
        lines = set[int]().union(*(self.lines.get(name, set()) for name in names))
        return lines, sum(self.seconds.get(name, 0.0) for name in names)


@dataclass(eq=False)
class Quick:
    """Tries changes inside functions, after the tests are collected once."""

    path: Path
    mutations: Sequence[Mutation]
    report: Callable[[str], None]
    _functions: list[FunctionType] = field(default_factory=list)
    _lately: list[pytest.Item] = field(default_factory=list)
    _told: mmap.mmap = field(default_factory=lambda: mmap.mmap(-1, _TOLD))

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try every change, in place of running the tests."""
        for item in session.items:
            _hasten(item)
        reach = _Reach.read(session, str(self.path))
        source = self.path.read_text()
        self._functions = _functions_of(str(self.path))
        # What is frozen is not looked through by branches, and so not copied for them.
        gc.freeze()
        for mutation in self.mutations:
            chosen = reach.items_at(mutation.lines, session.items)
            pairs = _codes(source, mutation, str(self.path))
            patience = reach.patience(chosen)
            found = bool(chosen and pairs) and self._tried(session, chosen, pairs or {}, patience)
            self.report(f"{'killed' if found else 'again'}\t{mutation.name}")
        return True

    def _tried(
        self,
        session: pytest.Session,
        items: list[pytest.Item],
        pairs: dict[CodeType, CodeType],
        patience: float,
    ) -> bool:
        first = [item for item in self._lately if item in items]
        ordered = first + [item for item in items if item not in first]

        def work() -> int:
            _put(pairs, self._functions)
            return _run(session, ordered, self._told)

        self._told[:] = bytes(_TOLD)
        if branch(work, patience) == MISSED:
            return False
        failed = ordered[int.from_bytes(self._told[:], "big")]
        self._lately = [failed, *(item for item in self._lately if item is not failed)][:_LATELY]
        return True


@dataclass(eq=False)
class _Reach:
    lines: dict[str, tuple[set[int], float]]

    @classmethod
    def read(cls, session: pytest.Session, path: str) -> "_Reach":
        """Run all tests once, in a branch, so that nothing is remembered of it here."""
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            tracer = Tracer(path)
            session.config.pluginmanager.register(tracer)
            tracer.start()
            failed = _run(session, session.items)
            sys.settrace(None)
            threading.settrace(None)
            said = {item.nodeid: tracer.of(item) for item in session.items}
            with os.fdopen(writer, "w") as pipe:
                pipe.write(repr((failed, said)))
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as pipe:
            text = pipe.read()
        os.waitpid(child, 0)
        failed, said = ast.literal_eval(text.replace("set()", "{0}"))
        if failed:
            raise RuntimeError(f"the tests of {path} fail without any change")
        return cls(said)

    def items_at(self, lines: range, items: list[pytest.Item]) -> list[pytest.Item]:
        chosen = [item for item in items if not self.lines[item.nodeid][0].isdisjoint(lines)]
        return sorted(chosen, key=lambda item: self.lines[item.nodeid][1])

    def patience(self, items: list[pytest.Item]) -> float:
        """Tell how long tests may take until they count as endless."""
        return 5.0 + 3 * sum(self.lines[item.nodeid][1] for item in items)


def _run(session: pytest.Session, items: list[pytest.Item], told: mmap.mmap | None = None) -> int:
    """Run tests until one fails; tell which."""
    session.items = items
    for number, (item, following) in enumerate(zip(items, [*items[1:], None], strict=True)):
        if told is not None:
            told[:] = number.to_bytes(_TOLD, "big")
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return FOUND
    return MISSED


def _hasten(item: pytest.Item) -> None:
    test = getattr(item, "obj", None)
    name = "_hypothesis_internal_use_settings"
    if (own := getattr(test, name, None)) is not None:
        test = getattr(test, "__func__", test)
        setattr(test, name, settings(own, phases=_PHASES, database=None, print_blob=False))


def _inner(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _inner(constant)


def _codes(source: str, mutation: Mutation, path: str) -> dict[CodeType, CodeType] | None:
    """Give the code of the functions that a change alters; None if they cannot be exchanged."""
    before = list(_inner(compile(source, path, "exec")))
    after = list(_inner(compile(mutated(source, mutation), path, "exec")))
    if len(before) != len(after):
        return None
    pairs = {old: new for old, new in zip(before, after, strict=True) if old != new}
    alike = all(old.co_freevars == new.co_freevars for old, new in pairs.items())
    return pairs if pairs and alike else None


def _functions_of(path: str) -> list[FunctionType]:
    """Find the functions of a file that are loaded."""
    return [
        found
        for found in gc.get_objects()
        if type(found) is FunctionType and found.__code__.co_filename == path
    ]


def _put(pairs: dict[CodeType, CodeType], functions: list[FunctionType]) -> None:
    for function in functions:
        function.__code__ = pairs.get(function.__code__, function.__code__)


def anew(
    path: Path, mutation: Mutation, tests: Sequence[str], scratch: Path, patience: float
) -> bool:
    """Write a change into the tree, run the tests with it from the start, and take it back."""
    source = path.read_text()
    _write(path, ast.unparse(mutated(source, mutation)))
    try:
        return branch(lambda: collect(tests, scratch, _Hasty()), patience) != MISSED
    finally:
        _write(path, source)


def _write(path: Path, source: str) -> None:
    path.write_text(source)
    # Python tells by size and second whether what it compiled is of this source.
    for compiled in path.parent.glob(f"__pycache__/{path.stem}.*"):
        compiled.unlink()


class _Hasty:
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            _hasten(item)


def collect(tests: Sequence[str], scratch: Path, plugin: object) -> int:
    """Collect tests and run them, or do what a plugin does instead."""
    options = [
        "-x",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "--tb=no",
        "--assert=plain",
    ]
    return int(pytest.main([*options, f"--basetemp={scratch}", *tests], plugins=[plugin]))
