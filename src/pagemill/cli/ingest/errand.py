"""One ingest from its first file to its exit code, whatever takes the files in."""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from pagemill.cli.ingest.board import Board
from pagemill.cli.ingest.census import Census
from pagemill.cli.ingest.inbox import Inbox, Settling
from pagemill.cli.ingest.monitor import Monitor
from pagemill.cli.ingest.report import Report
from pagemill.cli.ingest.run import Listener, Pace, Run
from pagemill.cli.ingest.standing import Lookout
from pagemill.cli.ingest.summary import Complaints, summary, summary_json
from pagemill.cli.ingest.verdicts import Intake, Outcome
from pagemill.cli.ingest.walk import Item, walk
from pagemill.cli.screen import Screen
from pagemill.errors import EXIT_FAILED, PagemillError

EXIT_INTERRUPTED = 130
RESUME = "Run the same command again and it goes on from here."
SHOW_CURSOR = "\x1b[?25h"


@dataclass(frozen=True, slots=True)
class Order:
    """What a person asked for. `asked` are options of the jobs, `user` "" whoever owns the data
    folder; `batch` files are taken at once, at most `at_once` read or sent at a time.
    """

    paths: Sequence[Path]
    batch: int
    at_once: int
    asked: Mapping[str, object] = field(default_factory=dict)
    password: str = ""
    priority: int | None = None
    user: str = ""
    links: bool = False
    follow: bool = False
    is_dry: bool = False
    report: Path | None = None
    is_whole_report: bool = False
    is_monitored: bool = False
    watched: "Watched | None" = None


@dataclass(frozen=True, slots=True)
class Watched:
    """Folders go on being watched. A file is taken when it has stood still for `quiet_seconds`;
    `poll_seconds` 0 trusts the system to tell what moves.
    """

    quiet_seconds: float = 2.0
    poll_seconds: float = 0.0


@dataclass(slots=True)
class Errand:
    """An order being carried out: its board, and `stop`, which a signal sets."""

    order: Order
    screen: Screen
    board: Board
    stop: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def of(cls, order: Order, screen: Screen) -> "Errand":
        is_told = screen.is_json and (order.is_monitored or order.watched is not None)
        board = Board(screen, is_watching=order.watched is not None, is_told=is_told)
        return cls(order, screen, board)

    def rounds(
        self, spared: Sequence[Path] = ()
    ) -> tuple[Iterable[Iterable[Item]], list[Listener]]:
        """The files there are to be taken, and who must hear what became of them. Raises
        `file_not_found` for what cannot be watched.
        """
        order = self.order
        if order.watched is None:
            return [walk(order.paths, follow=order.follow, spared=spared)], []
        inbox = Inbox(
            order.paths,
            Settling(order.watched.quiet_seconds),
            self.stop,
            self.screen.fail,
            poll_seconds=order.watched.poll_seconds,
            follow=order.follow,
            spared=spared,
        )
        return inbox.rounds(), [inbox]


def carry_out(
    errand: Errand,
    intake: Intake,
    *,
    lookout: Lookout | None = None,
    spared: Sequence[Path] = (),
    notes: Callable[[], Sequence[str]] = tuple,
) -> int:
    """Takes everything in, tells what is refused as it comes and the sums at the end, follows the
    jobs if there is a `lookout`, and returns the exit code. Whatever ends it early, the sums are
    told first. `notes` go behind them.
    """
    monitor = Monitor(lookout, errand.board, errand.stop) if lookout is not None else None
    with _stopping_at_signals(errand.stop):
        code = _take_in(errand, intake, monitor, spared, notes)
        if errand.stop.is_set() or monitor is None:
            return code
        with errand.board.showing():
            code = max(code, monitor.follow())
        errand.board.tick(is_last=True)
        return code


def _take_in(
    errand: Errand,
    intake: Intake,
    monitor: Monitor | None,
    spared: Sequence[Path],
    notes: Callable[[], Sequence[str]],
) -> int:
    order, board = errand.order, errand.board
    run = Run(intake, pace=Pace(order.batch), stop=errand.stop)
    since = time.monotonic()
    with _reporting(order) as reports:
        rounds, hearers = errand.rounds(spared)
        run.listeners = [Complaints(errand.screen), *reports, *hearers, board]
        try:
            with board.showing(), monitor.beside() if monitor else nullcontext():
                _count_ahead(errand)
                for items in rounds:
                    run.take(items)
        except PagemillError:
            errand.screen.fail(f"pagemill: Stopped early. {RESUME}")
            raise
        finally:
            board.end_taking()
            _tell(run, time.monotonic() - since, notes(), errand)
    return _exit_code(run, errand)


def _exit_code(run: Run, errand: Errand) -> int:
    """An inbox is watched until it is stopped; anything else is not done then."""
    if run.stop.is_set() and errand.order.watched is None:
        errand.screen.fail(f"pagemill: Stopped. {RESUME}")
        return EXIT_INTERRUPTED
    return EXIT_FAILED if run.tally.outcomes[Outcome.REFUSED] else 0


def _count_ahead(errand: Errand) -> None:
    """For people who look; an inbox has no end."""
    is_seen = errand.screen.is_live or errand.board.is_told
    if is_seen and errand.order.watched is None:
        census = Census(errand.order.paths, errand.stop)
        errand.board.total = census.total
        census.begin()


def _tell(run: Run, seconds: float, notes: Sequence[str], errand: Errand) -> None:
    screen = errand.screen
    if errand.board.is_told:
        screen.give(json.dumps({"event": "taken", **summary_json(run.tally, seconds)}))
    elif screen.is_json:
        screen.give_json(summary_json(run.tally, seconds))
    else:
        screen.give(summary(run.tally, seconds, notes))


@contextmanager
def _reporting(order: Order) -> Iterator[list[Listener]]:
    if order.report is None:
        yield []
        return
    try:
        report = Report(order.report, is_whole=order.is_whole_report)
    except OSError as error:
        cause = f"{order.report} cannot be written: {error.strerror}"
        raise PagemillError("invalid_request", cause, "Choose another file.") from None
    with report:
        yield [report]


@contextmanager
def _stopping_at_signals(stop: threading.Event) -> Iterator[None]:
    """Ctrl-C and SIGTERM let the batches in hand come to their end. So does everything after them:
    killed outright, the same command goes on just as well, and so a second Ctrl-C kills.
    """

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            if sys.stderr.isatty():
                os.write(sys.stderr.fileno(), SHOW_CURSOR.encode())
            os._exit(EXIT_INTERRUPTED)
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
