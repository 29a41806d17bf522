"""``archsearch watch``: looks after the watch folder until it is told to stop."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final

import click

from archsearch.entrypoints.cli.commands import Command, argument, option
from archsearch.entrypoints.cli.exits import Exit
from archsearch.entrypoints.cli.findings import HOW_TO_GET
from archsearch.entrypoints.cli.kinds import LOCATION
from archsearch.entrypoints.cli.session import Session
from archsearch.errors import BusyError, EngineError, StoreError
from archsearch.ingest.inbox.events import Hints

if TYPE_CHECKING:
    from archsearch.services.recognising import RecognitionService
    from archsearch.services.watching import Pass, Watcher

_RESTS: Final = 10
"""Times as long as a look takes, the folder is left alone after it: many files, fewer looks."""
_LONGEST_PAUSE: Final = 60.0
_SOON: Final = 0.05
_RECONCILE: Final = 5.0
"""So often the folder is looked at where events tell of changes: they get lost at times."""
_RECEIPT_RESTS: Final = 50


@click.command(
    "watch",
    cls=Command,
    help="""照看收件夹：放进来的扫描件和数据文件自动归档，直到收到停止信号
    （Ctrl-C 或 SIGTERM）。

    扫描件（PDF、TIFF、JPEG、PNG）的客户资料取自：旁边的说明文件
    （合同.pdf.json、合同.yaml、合同.xml）、同一文件夹的表
    （metadata.csv 或 .xlsx，“文件名”一列写明是哪个文件）、文件名
    （客户姓名_证件号后四位_材料类型_日期）、文件夹（_folder.yaml；部门名；#标签）。
    不知道是谁的，等一段时间后放进 待补录；读不出来的放进 已退回，
    旁边的 .原因.txt 说明原因和怎么办。归档之前，文件不会离开收件夹。
    每天的回执在 回执 里。

    照看中断后再启动，会从断掉的地方接着做，不会遗漏，也不会重复。""",
    arguments=[("文件夹", "收件夹；不写就是工作区的 inbox")],
    examples=[
        ("archsearch watch", "照看工作区的收件夹"),
        ("archsearch watch --once", "把现在的都处理完就结束"),
    ],
)
@argument("folder", type=LOCATION, required=False, metavar="文件夹")
@option("--once", is_flag=True, explanation="处理完现有的文件就结束")
@click.pass_obj
def command(session: Session, folder: Path | None, *, once: bool) -> Exit:
    """Look after the folder."""
    user = session.acting
    with session.archive() as archive:
        pause = archive.settings.options.inbox.poll_milliseconds / 1000
        with archive.watcher(user, folder) as watcher, Hints(watcher.root) as hints:
            with _stopping(hints):
                told = "正在处理收件夹。" if once else "正在照看收件夹；按 Ctrl-C 停止。"
                session.out.note(told)
                recognition = archive.mail.recognition(user)
                if recognition is None and archive.settings.options.inbox.recognise != "off":
                    session.out.note(HOW_TO_GET)
                with closing(
                    _Round(watcher, hints, pause, session.out.warn, recognition)
                ) as rounds:
                    rounds.go(once=once)
            watcher.write_receipt()
        if once:
            page = archive.mail.inbox.list(user, "", 1)
            left = page.counts.get("waiting", 0) + page.counts.get("quarantined", 0)
            if session.out.json:
                session.out.document({"counts": page.counts})
            return Exit.REJECTED if left else Exit.OK
    return Exit.OK


class _Round:
    """Looks again and again; trouble with the disk is told once, and looked into again later."""

    def __init__(
        self,
        watcher: "Watcher",
        hints: Hints,
        pause: float,
        warn: Callable[[str], None],
        recognition: "RecognitionService | None",
    ) -> None:
        self._watcher = watcher
        self._recognition = recognition
        self._reading = False
        self._hints = hints
        self._pause = pause
        self._warn = warn
        self._told = ""
        self._receipt_from = 0.0

    def go(self, *, once: bool) -> None:
        """Look until it is to end, or with ``once`` until nothing is left to be done now."""
        # Whatever lies there in the beginning came without being told.
        called, before = True, 0.0
        while not self._hints.stopped:
            started = time.perf_counter()
            found = self._look(once=once)
            if once and found and not (found.done or found.busy or self._reading):
                if found.trouble:
                    raise StoreError(found.trouble)
                return
            taken = time.perf_counter() - started
            if found and found.news and not called:
                self._hints.miss()
            # One look may be slow for any reason; two are so because of the folder.
            called = self._hints.wait(self._rest(found, min(taken, before)))
            before = taken
            if called:
                # Events come in swarms; and to look is not to be all that is done.
                time.sleep(min(max(_SOON, taken), 1.0))

    def close(self) -> None:
        """Leave off reading."""
        if self._recognition is not None:
            self._recognition.close()

    def _look(self, *, once: bool) -> "Pass | None":
        try:
            found = self._watcher.look()
            # Files before their text: nobody waits for that.
            self._reading = bool(not found.done and self._recognition and self._recognition.step())
            if not found.done:
                self._write_receipt()
        except (StoreError, BusyError, EngineError) as error:
            if once:
                raise
            self._tell(error.message)
            return None
        self._tell(found.trouble)
        return found

    def _tell(self, trouble: str) -> None:
        """Tell of trouble once, as long as it is the same."""
        if trouble and self._told != trouble:
            self._warn(trouble)
        self._told = trouble

    def _write_receipt(self) -> None:
        """Write it seldom if it takes long: it is about all that came on this day."""
        started = time.perf_counter()
        if started >= self._receipt_from:
            self._watcher.write_receipt()
            ended = time.perf_counter()
            self._receipt_from = ended + (ended - started) * _RECEIPT_RESTS

    def _rest(self, found: "Pass | None", taken: float) -> float:
        """Say how long to leave the folder alone."""
        if found and found.done and found.busy:
            return min(self._pause, _SOON)
        if self._reading:
            return min(self._pause, _SOON)
        if found and found.busy:
            # What is on its way is not to wait for longer than it takes to look.
            return max(self._pause, taken)
        quiet = found and self._hints.trusted
        pause = max(self._pause, _RECONCILE) if quiet else self._pause
        return min(max(pause, taken * _RESTS), _LONGEST_PAUSE)


@contextmanager
def _stopping(hints: Hints) -> Iterator[None]:
    """Let signals ask for an end; what is being done is done to its end first."""

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - as signals call it
        hints.stop()

    kept = {each: signal.signal(each, stop) for each in (signal.SIGTERM, signal.SIGINT)}
    # What asks whether a file is being written may be answered by this one.
    kept[signal.SIGIO] = signal.signal(signal.SIGIO, signal.SIG_IGN)
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
