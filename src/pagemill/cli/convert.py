"""`convert`: documents into text on this machine, with no server.

The house is opened on the data folder as a server would, so a run that was killed leaves behind
what it had done. Each file becomes a job whose idempotency key names its bytes and options: the
same command finds the same jobs again and goes on with them.
"""

import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from pagemill import __version__
from pagemill.app.house import House, open_house
from pagemill.app.logs import logs_of
from pagemill.cli.delivery import Delivery, Errand, require_room
from pagemill.cli.files import Source, sources_of
from pagemill.cli.local import hushed, own_workers
from pagemill.cli.progress import Board, Row, open_board
from pagemill.cli.screen import Screen
from pagemill.errors import PagemillError
from pagemill.model.job import Job, JobState
from pagemill.model.options import Options, fingerprint, parse_options
from pagemill.ports import Ledger
from pagemill.service import Service
from pagemill.service.receive import copy_file
from pagemill.settings import Settings

LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Order:
    """What a person asked for. `out` None prints the result."""

    files: Sequence[Path]
    asked: Mapping[str, object]
    password: str
    out: Path | None


def convert_files(order: Order, settings: Settings, screen: Screen) -> int:
    """Returns the exit code: 1 if a file or a page could not be read.
    Raises PagemillError when nothing can be begun.
    """
    sources = sources_of(order.files)
    logs_of(settings, hushed(settings.log_level))
    with closing(open_house(settings)) as house:
        options = _options_of(house.service, order)
        require_room(len(sources), options.outputs, order.out, screen)
        delivery = Delivery(house.service, order.out, screen)
        with _interruptible(screen):
            errands = [_begin(house, source, order, options) for source in sources]
            _work(house, errands, delivery)
        return delivery.close(errands)


def _options_of(service: Service, order: Order) -> Options:
    return parse_options({"outputs": service.default_outputs, **order.asked}, service.choices)


@contextmanager
def _interruptible(screen: Screen) -> Iterator[None]:
    """Ctrl-C and SIGTERM stop the workers on the way out, and say that nothing is lost."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        screen.fail("pagemill: Stopped. Run the same command again and it goes on from here.")
        raise


def _begin(house: House, source: Source, order: Order, options: Options) -> Errand:
    errand = Errand(source, since_ms=house.clock.now_ms())
    try:
        job = _submit(house.service, source.path, order, options)
        errand.read_before = job.pages_done - job.pages_cached
        errand.job = _revive(house.service, job, order.password)
    except PagemillError as refusal:
        errand.refusal = refusal
    return errand


def _submit(service: Service, path: Path, order: Order, options: Options) -> Job:
    """The same bytes and options find the job of an earlier run; a newer version reads anew."""
    with service.receive() as upload:
        copy_file(path, upload)
        key = f"convert-{upload.sha256}-{__version__}-{fingerprint(options.as_dict())}"
        submitted = service.submit(
            upload, path.name, order.asked, password=order.password, idempotency_key=key
        )
    return submitted.job


def _revive(service: Service, job: Job, password: str) -> Job:
    """What an earlier run left failed, cancelled or paused is tried again."""
    if job.state is JobState.PAUSED:
        return service.resume(job.id)
    if job.state in (JobState.FAILED, JobState.CANCELLED) or job.pages_failed:
        return service.retry(job.id, password=password)
    return job


def _work(house: House, errands: Sequence[Errand], delivery: Delivery) -> None:
    """Brings workers if anything is left to do, and shows how it goes."""
    is_work_left = any(not errand.is_over for errand in errands)
    bring = own_workers(house.settings) if is_work_left else nullcontext()
    with bring as workers, open_board(delivery.screen) as board:
        for _ in _looks(house, errands, delivery, board):
            if workers is not None:
                workers.check()
            time.sleep(LOOK_SECONDS)


def _looks(
    house: House, errands: Sequence[Errand], delivery: Delivery, board: Board
) -> Iterator[None]:
    """Until every job is done; each file is delivered as soon as its own is."""
    waiting = [errand for errand in errands if errand.job is not None]
    while True:
        _look(house.ledger, waiting)
        board.show([_row(errand, house.clock.now_ms()) for errand in errands])
        for errand in [errand for errand in waiting if errand.is_over]:
            waiting.remove(errand)
            delivery.take(errand)
        if not waiting:
            return
        yield


def _look(ledger: Ledger, waiting: Sequence[Errand]) -> None:
    ids = list({errand.job.id for errand in waiting if errand.job is not None})
    known = {job.id: job for job in ledger.jobs_by_id(ids)}
    for errand in waiting:
        if errand.job is None:
            continue
        errand.job = known.get(errand.job.id)
        if errand.job is None:
            errand.refusal = PagemillError("job_not_found", "Somebody deleted the job")


def _row(errand: Errand, now_ms: int) -> Row:
    job, source = errand.job, errand.source
    if job is None or errand.refusal is not None:
        return Row(source.stem, source.path.name, JobState.FAILED)
    return Row(
        key=source.stem,
        name=source.path.name,
        state=job.state,
        total=job.pages_total,
        done=job.pages_done,
        failed=job.pages_failed,
        cached=errand.read_before + job.pages_cached,
        eta_seconds=job.eta_seconds(now_ms),
        took_seconds=_seconds_between(errand.since_ms, job.finished_ms),
    )


def _seconds_between(since_ms: int, finished_ms: int | None) -> float | None:
    """None as well for what was finished before this run began."""
    if finished_ms is None or finished_ms < since_ms:
        return None
    return (finished_ms - since_ms) / 1000
