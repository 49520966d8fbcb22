"""Jobs on a server, followed live: one stream a job, one screen for all.

Streams run on threads that only put news into a queue; the main thread shows them. A stream that
breaks goes on by itself where it was.
"""

import json
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from pagemill.cli.progress import Row, open_board
from pagemill.cli.screen import Screen
from pagemill.client import Client, EventInfo, JobInfo
from pagemill.errors import PagemillError
from pagemill.model.job import JobState

MOST_STREAMS = 64
PATIENCE_SECONDS = 60.0  # a server may be restarted while we watch


@dataclass(frozen=True, slots=True)
class Ended:
    """The last news of a job."""

    job: JobInfo


News = JobInfo | EventInfo | Ended | PagemillError


def watch_jobs(
    connect: Callable[[float], Client], first: Sequence[JobInfo], screen: Screen
) -> list[JobInfo]:
    """Returns the jobs as they ended, in order. With JSON asked for, prints every event, from the
    first, as a line. `connect` takes seconds of patience.
    Raises what a stream raised for good, such as `server_unreachable`.
    """
    jobs = {job.id: job for job in first}
    open_ids = {job.id for job in first if screen.is_json or not job.is_final}
    news: queue.Queue[News] = queue.Queue()
    with connect(PATIENCE_SECONDS) as client, open_board(screen) as board:
        _open_streams(client, [job for job in first if job.id in open_ids], news, screen.is_json)
        board.show([row_of(job) for job in jobs.values()])
        while open_ids:
            match news.get():
                case PagemillError() as error:
                    raise error
                case EventInfo() as event if screen.is_json:
                    screen.give(json.dumps(msgspec.to_builtins(event), ensure_ascii=False))
                case Ended(job):
                    open_ids.discard(job.id)
                    jobs[job.id] = job
                case JobInfo() as job:
                    jobs[job.id] = job
            if news.empty():
                board.show([row_of(job) for job in jobs.values()])
    return list(jobs.values())


def _open_streams(
    client: Client, jobs: Sequence[JobInfo], news: "queue.Queue[News]", is_from_start: bool
) -> None:
    waiting: queue.SimpleQueue[JobInfo] = queue.SimpleQueue()
    for job in jobs:
        waiting.put(job)
    for _ in range(min(MOST_STREAMS, len(jobs))):
        arguments = (client, waiting, news, is_from_start)
        threading.Thread(target=_stream, args=arguments, daemon=True).start()


def _stream(
    client: Client,
    waiting: "queue.SimpleQueue[JobInfo]",
    news: "queue.Queue[News]",
    is_from_start: bool,
) -> None:
    """One job after the other, each to its end."""
    try:
        while True:
            job = waiting.get_nowait()
            for item in client.watch(job.id, after=0 if is_from_start else job.version):
                news.put(item)
            news.put(Ended(client.get(job.id)))
    except queue.Empty:
        return
    except PagemillError as error:
        news.put(error)


def row_of(job: JobInfo) -> Row:
    return Row(
        key=job.id,
        name=job.document.filename,
        state=JobState(job.state),
        total=job.pages.total,
        done=job.pages.done,
        failed=job.pages.failed,
        cached=job.pages.cached,
        eta_seconds=job.eta_seconds,
        took_seconds=_seconds_between(job.started_at, job.finished_at),
    )


def _seconds_between(start: str | None, end: str | None) -> float | None:
    if start is None or end is None:
        return None
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
