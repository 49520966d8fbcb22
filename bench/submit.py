"""Submit: how long a client waits until its 1 MB PDF is safe, beside a bare handler.

The bare handler is a Starlette route that streams the same multipart upload into a temporary file,
syncs it, renames it and syncs the folder: what any server must do that loses nothing. Ours does
that and writes document, job, task and event in a transaction that is synced, too. Both run on
uvicorn with the same settings, each in a process of its own, and take turns; no worker runs.
Prints p50 and p99 with 1 and with 32 clients, and the ratios, which must not exceed 2.

    python bench/submit.py [--keep] [--requests 320] [--turns 5]
"""

import argparse
import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from report import figure, publish, table, verdict

LIMIT = 2.0
SIZE = 1_000_000
CLIENTS = (1, 32)
BOUNDARY = "bench-5f2b"


@dataclass
class Side:
    """One server and the waits measured at it, in seconds, by number of clients."""

    name: str
    port: int
    waits: dict[int, list[float]] = field(default_factory=dict)

    def percentile(self, clients: int, percent: int) -> float:
        waits = sorted(self.waits[clients])
        return waits[min(len(waits) - 1, len(waits) * percent // 100)]


def main() -> int:
    asked = _arguments()
    with (
        tempfile.TemporaryDirectory(prefix="pagemill-bench-") as folder,
        _bare(Path(folder)) as bare,
        _pagemill(Path(folder)) as ours,
    ):
        _measure((bare, ours), asked.requests, asked.turns)
    return _tell(bare, ours, is_kept=asked.keep)


def _measure(sides: tuple[Side, Side], requests: int, turns: int) -> None:
    rng = random.Random(7)
    for side in sides:  # warm: connections, caches, compiled paths
        asyncio.run(_load(side.port, 4, 40, rng))
    for turn in range(turns):
        for clients in CLIENTS:
            for side in sides if turn % 2 else sides[::-1]:
                count = requests if clients > 1 else max(50, requests // 4)
                waits = asyncio.run(_load(side.port, clients, count, rng))
                side.waits.setdefault(clients, []).extend(waits)


async def _load(port: int, clients: int, requests: int, rng: random.Random) -> list[float]:
    """`clients` connections, each sending its next document when the last one is answered."""
    waits: list[float] = []
    tasks = [
        _client(port, requests // clients, random.Random(rng.random()), waits)
        for _ in range(clients)
    ]
    await asyncio.gather(*tasks)
    return waits


async def _client(port: int, requests: int, rng: random.Random, waits: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    filler = rng.randbytes(SIZE - 64)
    for _ in range(requests):
        request = _request(b"%PDF-1.7\n" + rng.randbytes(55) + filler)
        began = time.perf_counter()
        writer.write(request)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_length(head))
        waits.append(time.perf_counter() - began)
        if not head.startswith(b"HTTP/1.1 202 "):
            raise RuntimeError(f"refused: {head!r}")
    writer.close()
    await writer.wait_closed()


def _request(document: bytes) -> bytes:
    begin = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    ).encode()
    body = begin + document + f"\r\n--{BOUNDARY}--\r\n".encode()
    head = (
        "POST /v1/jobs HTTP/1.1\r\nHost: bench\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next(int(line[16:]) for line in lines if line.startswith(b"content-length: "))


@contextmanager
def _pagemill(folder: Path) -> Iterator[Side]:
    command = [sys.executable, "-m", "pagemill", "serve", "--workers", "0", "--port"]
    with _started("Pagemill", command, PAGEMILL_DATA=str(folder / "data")) as side:
        yield side


@contextmanager
def _bare(folder: Path) -> Iterator[Side]:
    command = [sys.executable, __file__, "--bare", str(folder / "bare"), "--port"]
    with _started("bare handler", command) as side:
        yield side


@contextmanager
def _started(name: str, command: list[str], **environment: str) -> Iterator[Side]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [*command, str(port)], env={**os.environ, **environment}, stdout=subprocess.DEVNULL
    )
    try:
        _await(port, process)
        yield Side(name, port)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _await(port: int, process: subprocess.Popen) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("a server did not start")


def _tell(bare: Side, ours: Side, *, is_kept: bool) -> int:
    rows, ratios = [], []
    for clients in CLIENTS:
        for percent in (50, 99):
            mine, theirs = ours.percentile(clients, percent), bare.percentile(clients, percent)
            ratio = mine / theirs
            goal = verdict(ratio, LIMIT, at_least=False) if percent == 50 else ""
            ratios.append(ratio if percent == 50 else 0.0)
            figures = (figure(1000 * mine, 1), figure(1000 * theirs, 1), figure(ratio, 2))
            rows.append((clients, f"p{percent}", *figures, goal))
    head = ("clients", "", "Pagemill ms", "bare ms", "ratio", "goal")
    body = (
        "Time until a 1 MB PDF is accepted for good, beside a bare handler that only writes, syncs "
        f"and renames the same upload.\n\n{table(head, rows)}"
    )
    publish("submit", "Submitting a document", body, "pagemill", "uvicorn", is_kept=is_kept)
    return int(max(ratios) > LIMIT)


def serve_bare(folder: Path, port: int) -> None:
    """The peer: the least that a server must do to be sure of an upload."""
    import secrets

    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route
    from streaming_form_data import StreamingFormDataParser
    from streaming_form_data.targets import FileTarget

    folder.mkdir()

    def settle(temporary: Path, name: str) -> None:
        _sync(temporary)
        temporary.rename(folder / name)
        _sync(folder)

    async def take(request: Request) -> JSONResponse:
        name = secrets.token_hex(16)
        temporary = folder / f"{name}.tmp"
        parser = StreamingFormDataParser(request.headers)
        parser.register("file", FileTarget(str(temporary)))
        async for chunk in request.stream():
            parser.data_received(chunk)
        await asyncio.to_thread(settle, temporary, name)
        return JSONResponse({"id": name}, 202)

    web = Starlette(routes=[Route("/v1/jobs", take, methods=["POST"])])
    uvicorn.run(
        web,
        port=port,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="websockets-sansio",
    )


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--requests", type=int, default=320, help="per turn with 32 clients")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--keep", action="store_true", help="write the section of RESULTS.md")
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    asked = _arguments()
    if asked.bare is not None:
        serve_bare(asked.bare, asked.port)
        sys.exit(0)
    sys.exit(main())
