"""Open pages: 200 live streams cost the database what one does, and news are there at once.

A server reads many documents with an engine that takes its time. One browser, and then 200, hold
their streams open: one half the list of jobs (`/ui/events`, rendered rows), the other half the page
of a job (`/v1/jobs/{id}/events`). How often the server goes to its database must not grow with them
(ratio at most 1.1), and what was committed must be at their sockets within 200 ms (p99), which
leaves a browser a third of the 300 ms in which it must be seen. Rows carry no time of their own: a
listener of `/v1/events` hears the same numbers with the times of the commits.

What is told is counted from 8 seconds after the last of them came, as in `watchers.py`. The bench's
own garbage collection rests meanwhile.

    python bench/browsers.py [--keep] [--seconds 20] [--browsers 200] [--jobs 10]
"""

import argparse
import asyncio
import gc
import json
import math
import re
import time
from dataclasses import dataclass, field
from datetime import datetime

import httpx2

from report import figure, publish, table, verdict
from running import Server, server

GROWTH_LIMIT, DELIVERY_LIMIT_MS = 1.1, 200.0
DOCUMENTS, PAGES, SLOW_SECONDS, SETTLE_SECONDS = 20, 300, 0.05, 8.0


@dataclass
class Round:
    """What so many browsers were told; delays in seconds from the commit to the socket."""

    browsers: int
    rows: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    trips_per_second: float = 0.0
    cpu: float = 0.0
    heard: list[tuple[str, float]] = field(default_factory=list)
    committed: dict[str, float] = field(default_factory=dict)

    def forget(self) -> None:
        self.heard.clear()
        self.pages.clear()

    def end(self) -> None:
        self.rows = [at - self.committed[n] for n, at in self.heard if n in self.committed]


def main() -> int:
    asked = _arguments()
    rounds = [_look(count, asked) for count in (1, asked.browsers)]
    return _tell(rounds, asked)


def _look(browsers: int, asked: argparse.Namespace) -> Round:
    plugin = "pagemill.testing.engines:SlowEngine"
    with server(4, plugins=plugin, test_slow_seconds=SLOW_SECONDS) as running:
        jobs = [running.submit(f"{n}.pdf", _book(n), engine="slow") for n in range(DOCUMENTS)]
        return asyncio.run(_round(running, jobs[: asked.jobs], browsers, asked.seconds))


def _book(number: int) -> bytes:
    from pagemill.testing.documents import text_pdf

    return text_pdf([f"SLOW leaf {page} of volume {number}" for page in range(PAGES)])


async def _round(running: Server, jobs: list[str], browsers: int, seconds: float) -> Round:
    seen, ready = Round(browsers), asyncio.Semaphore(0)
    limits = httpx2.Limits(max_connections=None)
    base = str(running.http.base_url)
    async with httpx2.AsyncClient(base_url=base, timeout=None, limits=limits) as http:
        listeners = [_times(http, seen, ready)]
        for number in range(browsers):
            # One alone looks at the list and at every job, so that both know as many jobs.
            if number % 2 == 0:
                listeners.append(_rows(http, seen, ready))
            else:
                listeners.append(_pages(http, jobs[number // 2 % len(jobs)], seen, ready))
        if browsers == 1:
            listeners += [_pages(http, job, seen, ready) for job in jobs]
        tasks = [asyncio.create_task(listener) for listener in listeners]
        for _ in tasks:
            await ready.acquire()
        await asyncio.sleep(SETTLE_SECONDS)
        gc.collect()
        gc.disable()
        seen.forget()
        before, began = _figures(running), time.perf_counter()
        await asyncio.sleep(seconds)
        after, took = _figures(running), time.perf_counter() - began
        gc.enable()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    seen.trips_per_second = (after[0] - before[0]) / took
    seen.cpu = (after[1] - before[1]) / took
    seen.end()
    return seen


def _figures(running: Server) -> tuple[float, float]:
    """The server's trips to the database so far, and its CPU seconds."""
    text = running.http.get("/metrics").text
    found = re.search(r"^pagemill_ledger_trips_total (\S+)", text, re.MULTILINE)
    times = running.process.cpu_times()
    return float(found[1]), times.user + times.system


async def _times(http: httpx2.AsyncClient, seen: Round, ready: asyncio.Semaphore) -> None:
    """When the changes were committed, by their numbers."""
    number = ""
    async with http.stream("GET", "/v1/events") as answer:
        ready.release()
        async for line in answer.aiter_lines():
            if line.startswith("id: "):
                number = line[4:]
            elif line.startswith("data: {") and '"updated_at"' in line:
                told = json.loads(line[6:])["updated_at"]
                seen.committed[number] = datetime.fromisoformat(told).timestamp()


async def _rows(http: httpx2.AsyncClient, seen: Round, ready: asyncio.Semaphore) -> None:
    async with http.stream("GET", "/ui/events") as answer:
        ready.release()
        async for line in answer.aiter_lines():
            if line.startswith("id: "):
                seen.heard.append((line[4:], time.time()))


async def _pages(http: httpx2.AsyncClient, job: str, seen: Round, ready: asyncio.Semaphore) -> None:
    async with http.stream("GET", f"/v1/jobs/{job}/events") as answer:
        ready.release()
        async for line in answer.aiter_lines():
            if line.startswith("data: {") and '"kind":"page.done"' in line:
                told = json.loads(line[6:])["at"]
                seen.pages.append(time.time() - datetime.fromisoformat(told).timestamp())


def _percentile(values: list[float], percent: float) -> float:
    if not values:
        return math.inf
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def _tell(rounds: list[Round], asked: argparse.Namespace) -> int:
    is_good, lines = True, []
    growth = rounds[1].trips_per_second / rounds[0].trips_per_second
    for one in rounds:
        goals = ""
        slowest = 1000 * max(_percentile(one.rows, 99), _percentile(one.pages, 99))
        if one.browsers > 1:
            goals = verdict(growth, GROWTH_LIMIT, at_least=False)
            goals += "; " + verdict(slowest, DELIVERY_LIMIT_MS, at_least=False)
            is_good = growth <= GROWTH_LIMIT and slowest <= DELIVERY_LIMIT_MS
        delays = [
            f"{len(found)}: {figure(1000 * _percentile(found, 50), 0)},"
            f" {figure(1000 * _percentile(found, 99), 0)}"
            for found in (one.rows, one.pages)
        ]
        trips = figure(one.trips_per_second, 1)
        lines.append((one.browsers, trips, figure(one.cpu, 2), *delays, goals))
    head = (
        "browsers",
        "database trips/s",
        "CPU",
        "rows: p50, p99 ms",
        "pages: p50, p99 ms",
        "goal",
    )
    text = (
        f"{DOCUMENTS} documents are read; half of the browsers show the list, half one of"
        f" {asked.jobs} jobs (the first shows the list and all of these). Trips are those of the"
        f" server's process, all it asks or writes; delays count from the commit.\n\n"
        f"{table(head, lines)}"
    )
    publish("browsers", "Open pages", text, "pagemill", "uvicorn", is_kept=asked.keep)
    return int(not is_good)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="of each measurement")
    parser.add_argument("--browsers", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=10, help="that are looked at by themselves")
    parser.add_argument("--keep", action="store_true", help="write the section of RESULTS.md")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
