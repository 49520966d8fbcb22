"""Watchers: many people look at a busy server, and neither they nor the database feel it.

Polls: 200 clients, each on a connection of its own, ask for the status of a job once a second while
the workers read real pages, through the native API and through each dialect; p99 of the answers'
times must not exceed 20 ms. Streams: 100 jobs are worked on by an engine that takes its time, and
nobody, 100 and then 1,000 watch them, half by server-sent events, half by WebSocket. How often the
server goes to its database must not grow with the watchers, and an event must be with its watchers
within 200 ms (p99), from the commit that the event's own time tells.

What watchers are told is counted from 8 seconds after the last of them came: before that the
events they missed are told to all at once, and the server settles once, 10 seconds after its start.
The bench's own garbage collection rests meanwhile.

    python bench/watchers.py [--keep] [--seconds 20] [--watchers 1000] [--clients 200]
"""

import argparse
import asyncio
import gc
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx2
import websockets

from report import figure, publish, table, verdict
from running import Server, real_pages, server

POLL_LIMIT_MS, DELIVERY_LIMIT_MS, GROWTH_LIMIT = 20.0, 200.0, 1.2
JOBS, PAGES, SLOW_SECONDS, SETTLE_SECONDS = 100, 60, 0.05, 8.0
ROUTES = {
    "native": "/v1/jobs/{}",
    "jobs": "/jobs/{}",
    "process_pdf": "/result/{}/status",
    "convert": "/conversion-status/{}",
    "extract": "/api/task/{}",
}


@dataclass
class Round:
    """What so many watchers saw: events, their delays in seconds, and the database's trips."""

    watchers: int
    delays: list[float] = field(default_factory=list)
    trips_per_second: float = 0.0
    events: int = 0
    cpu: float = 0.0


def main() -> int:
    asked = _arguments()
    polls = _polls(asked.clients, asked.seconds)
    rounds = [_watch(count, asked.seconds) for count in (0, 100, asked.watchers)]
    return _tell(polls, rounds, asked.clients, is_kept=asked.keep)


def _polls(clients: int, seconds: float) -> dict[str, list[float]]:
    """The waits at each route, in seconds, while scanned pages are read by every worker."""
    samples = Path(__file__).parent.parent / "tests" / "samples"
    scans = [samples / "vicksburg.pdf", samples / "lorem-ipsum-scan.pdf"]
    with server(2, engine="ppocr") as running:
        book = real_pages(scans, 400, "polls")
        jobs = [running.submit(f"{n}.pdf", book, engine="ppocr") for n in range(2)]
        port = running.http.base_url.port
        return {
            name: asyncio.run(_poll_all(port, route.format(jobs[0]), clients, seconds))
            for name, route in ROUTES.items()
        }


async def _poll_all(port: int, path: str, clients: int, seconds: float) -> list[float]:
    waits: list[float] = []
    until = time.perf_counter() + seconds
    tasks = [_poll(port, path, n / clients, until, waits) for n in range(clients)]
    await asyncio.gather(*tasks)
    return waits


async def _poll(port: int, path: str, offset: float, until: float, waits: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    await asyncio.sleep(offset)
    while time.perf_counter() < until:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next(int(line[16:]) for line in lines if line.startswith(b"content-length: "))
        await reader.readexactly(length)
        waits.append(time.perf_counter() - began)
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"refused: {head!r}")
        await asyncio.sleep(max(0.0, 1.0 - waits[-1]))
    writer.close()


def _watch(count: int, seconds: float) -> Round:
    plugin = "pagemill.testing.engines:SlowEngine"
    with server(4, plugins=plugin, test_slow_seconds=SLOW_SECONDS) as running:
        jobs = [running.submit(f"{n}.pdf", _slow_book(n), engine="slow") for n in range(JOBS)]
        return asyncio.run(_round(running, jobs, count, seconds))


def _slow_book(number: int) -> bytes:
    from pagemill.testing.documents import text_pdf

    return text_pdf([f"SLOW leaf {page} of volume {number}" for page in range(PAGES)])


async def _round(running: Server, jobs: list[str], count: int, seconds: float) -> Round:
    seen = Round(count)
    base = str(running.http.base_url).rstrip("/")
    ways: tuple[Callable[..., Awaitable[None]], ...] = (_hear, _listen)
    ready = asyncio.Semaphore(0)
    async with httpx2.AsyncClient(
        base_url=base, timeout=None, limits=httpx2.Limits(max_connections=None)
    ) as http:
        tasks = [
            asyncio.create_task(ways[n % 2](http, base, jobs[n % len(jobs)], seen, ready))
            for n in range(count)
        ]
        for _ in range(count):
            await ready.acquire()
        # What came before they did is told to all of them at once; then it is quiet.
        await asyncio.sleep(SETTLE_SECONDS)
        gc.collect()
        gc.disable()
        seen.delays.clear()
        before, began = _figures(running), time.perf_counter()
        await asyncio.sleep(seconds)
        after, took = _figures(running), time.perf_counter() - began
        gc.enable()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    seen.trips_per_second = (after[0] - before[0]) / took
    seen.cpu = (after[1] - before[1]) / took
    return seen


def _figures(running: Server) -> tuple[float, float]:
    """The server's trips to the database so far, and its CPU seconds."""
    text = running.http.get("/metrics").text
    found = re.search(r"^pagemill_ledger_trips_total (\S+)", text, re.MULTILINE)
    times = running.process.cpu_times()
    return float(found[1]), times.user + times.system


async def _hear(
    http: httpx2.AsyncClient, _: str, job: str, seen: Round, ready: asyncio.Semaphore
) -> None:
    async with http.stream("GET", f"/v1/jobs/{job}/events") as answer:
        ready.release()
        async for line in answer.aiter_lines():
            if line.startswith("data: {") and '"kind":"page.done"' in line:
                _note(seen, json.loads(line[6:]))


async def _listen(
    _: httpx2.AsyncClient, base: str, job: str, seen: Round, ready: asyncio.Semaphore
) -> None:
    address = f"{base.replace('http', 'ws')}/v1/jobs/{job}/ws"
    async with websockets.connect(address, compression=None, max_queue=None) as socket:
        ready.release()
        async for text in socket:
            if '"kind":"page.done"' in text:
                _note(seen, json.loads(text)["event"])


def _note(seen: Round, event: dict) -> None:
    committed = datetime.fromisoformat(event["at"]).timestamp()
    seen.delays.append(time.time() - committed)


def _percentile(values: list[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def _tell(
    polls: dict[str, list[float]], rounds: list[Round], clients: int, *, is_kept: bool
) -> int:
    is_good = True
    rows = []
    for name, waits in polls.items():
        p50, p99 = (1000 * _percentile(waits, percent) for percent in (50, 99))
        is_good = is_good and p99 <= POLL_LIMIT_MS
        goal = verdict(p99, POLL_LIMIT_MS, at_least=False)
        rows.append((name, len(waits), figure(p50, 1), figure(p99, 1), goal))
    head = ("status through", "polls", "p50 ms", "p99 ms", "goal")
    text = (
        f"{clients} clients that ask once a second, while two workers read scans.\n\n"
        f"{table(head, rows)}\n\n"
    )
    few = rounds[1].trips_per_second
    rows = []
    for one in rounds:
        growth = one.trips_per_second / few
        p99 = 1000 * _percentile(one.delays, 99) if one.delays else None
        goals = ""
        if one.watchers > 100:
            goals = verdict(growth, GROWTH_LIMIT, at_least=False)
            goals += "; " + verdict(p99, DELIVERY_LIMIT_MS, at_least=False)
            is_good = is_good and growth <= GROWTH_LIMIT and p99 <= DELIVERY_LIMIT_MS
        p50 = 1000 * _percentile(one.delays, 50) if one.delays else None
        figures = (figure(one.trips_per_second, 1), figure(one.cpu, 2))
        rows.append(
            (one.watchers, *figures, len(one.delays), figure(p50, 0), figure(p99, 0), goals)
        )
    head = ("watchers", "database trips/s", "CPU", "deliveries", "p50 ms", "p99 ms", "goal")
    text += (
        f"Watchers of {JOBS} jobs, half by events, half by WebSocket; trips are those of the"
        f" server's process, all it asks or writes.\n\n{table(head, rows)}"
    )
    publish("watchers", "Many who look", text, "pagemill", "uvicorn", is_kept=is_kept)
    return int(not is_good)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="of each measurement")
    parser.add_argument("--watchers", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--keep", action="store_true", help="write the section of RESULTS.md")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
