"""One ingest from its first file to its exit code, whatever takes the files in."""

import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from pagemill.cli.ingest.report import Report
from pagemill.cli.ingest.run import Listener, Pace, Run
from pagemill.cli.ingest.summary import Complaints, summary, summary_json
from pagemill.cli.ingest.verdicts import Intake, Outcome
from pagemill.cli.ingest.walk import Item
from pagemill.cli.screen import Screen
from pagemill.errors import EXIT_FAILED, PagemillError

EXIT_INTERRUPTED = 130
RESUME = "Run the same command again and it goes on from here."


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


def carry_out(
    order: Order,
    intake: Intake,
    items: Iterable[Item],
    screen: Screen,
    *,
    listeners: Sequence[Listener] = (),
    stop: threading.Event | None = None,
    notes: Callable[[], Sequence[str]] = tuple,
) -> int:
    """Takes the items in, tells what is refused as it comes and the sums at the end, and returns
    the exit code. Whatever ends it early, the sums are told first. `notes` go behind them.
    """
    run = Run(intake, pace=Pace(order.batch), stop=stop or threading.Event())
    since = time.monotonic()
    with _reporting(order) as reports, _stopping_at_signals(run.stop):
        run.listeners = [Complaints(screen), *reports, *listeners]
        try:
            run.take(items)
        except PagemillError:
            screen.fail(f"pagemill: Stopped early. {RESUME}")
            raise
        finally:
            _tell(run, time.monotonic() - since, notes(), screen)
    if run.stop.is_set():
        screen.fail(f"pagemill: Stopped. {RESUME}")
        return EXIT_INTERRUPTED
    return EXIT_FAILED if run.tally.outcomes[Outcome.REFUSED] else 0


def _tell(run: Run, seconds: float, notes: Sequence[str], screen: Screen) -> None:
    if screen.is_json:
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
    killed outright, the same command goes on just as well.
    """

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
