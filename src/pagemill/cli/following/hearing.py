"""From the stream of news to the view. A thread listens; the main thread shows."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from pagemill.cli.following.standing import Standing
from pagemill.cli.following.views import View, open_view
from pagemill.cli.screen import Screen
from pagemill.client import Client, GoneInfo, HelloInfo, JobInfo
from pagemill.errors import PagemillError

FOR_EVER = float("inf")
TICK_SECONDS = 0.25
OPEN_STATES = ("queued", "processing", "paused")
AT_ONCE, MOST_LISTED = 200, 1000


@dataclass(frozen=True, slots=True)
class OpenJobs:
    """Those that have not ended, newest first; `is_more`: only the first of many."""

    jobs: list[JobInfo]
    is_more: bool


@dataclass(frozen=True, slots=True)
class Broken:
    """The server is away; it will be tried again."""

    error: PagemillError


News = HelloInfo | OpenJobs | JobInfo | GoneInfo | Broken | PagemillError


def follow(connect: Callable[[float], Client], user: str, screen: Screen) -> NoReturn:
    """Until Ctrl-C, or raises what the server refuses. `connect` takes seconds of patience."""
    news: queue.Queue[News] = queue.Queue(maxsize=AT_ONCE)
    standing = Standing(is_of_many=bool(user))
    with connect(FOR_EVER) as client, open_view(screen, standing) as view:
        threading.Thread(target=_hear, args=(client, user, news), daemon=True).start()
        while True:
            try:
                _take(news.get(timeout=TICK_SECONDS), standing, view)
            except queue.Empty:
                standing.forget_old()


def _take(item: News, standing: Standing, view: View) -> None:
    if not isinstance(item, Broken):
        standing.trouble = ""
    match item:
        case PagemillError() as error:
            raise error
        case Broken(error):
            standing.trouble = _trouble(error)
            view.break_off(standing.trouble)
        case OpenJobs(jobs, is_more):
            standing.begin(jobs, is_more=is_more)
            for job in reversed(jobs):
                view.tell(job, is_new=False)
            view.begin()
        case GoneInfo(job_id):
            standing.lose(job_id)
            view.lose(job_id)
        case JobInfo() as job:
            standing.hear(job)
            view.tell(job, is_new=True)


def _trouble(error: PagemillError) -> str:
    if error.code == "server_unreachable":
        return "The server does not answer. Goes on by itself when it is back."
    return f"{error.message}. It is tried again."


def _hear(client: Client, user: str, news: "queue.Queue[News]") -> None:
    """A greeting that tells of missed news, as the first one, asks for all open jobs."""
    is_first = True
    try:
        for item in client.events(user=user, on_break=lambda error: news.put(Broken(error))):
            news.put(item)
            if isinstance(item, HelloInfo) and (item.missed or is_first):
                is_first = False
                news.put(_open_jobs(client, user))
    except PagemillError as error:
        news.put(error)


def _open_jobs(client: Client, user: str) -> OpenJobs:
    found: list[JobInfo] = []
    before: str | None = ""
    while before is not None and len(found) < MOST_LISTED:
        some = client.jobs(states=OPEN_STATES, user=user, before=before, limit=AT_ONCE)
        found += some.jobs
        before = some.next
    return OpenJobs(found, before is not None)
