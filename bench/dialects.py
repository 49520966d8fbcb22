"""Dialects: what a submission through another system's API costs, beside the native one.

One server, no worker; the same new 1 MB PDFs go in through each way in turn, on one connection,
each as a client of that API sends it: an extraction takes two requests, its upload and its order;
a conversion by name takes a file that lies in the input folder. A second run has 16 clients.
Prints p50 and the ratio to the native submission, which must not exceed 1.2.

    python bench/dialects.py [--keep] [--requests 60] [--turns 5]
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path

from report import figure, publish, table, verdict
from running import server

LIMIT = 1.2
SIZE = 1_000_000
CLIENTS = (1, 16)
Requests = Generator[bytes, dict[str, str], None]
BOUNDARY = "bench-7c1d"


@dataclass
class Way:
    """One way in: makes the requests for a document, of which later ones may need the answer."""

    name: str
    requests: Callable[[bytes, str], Requests]
    waits: dict[int, list[float]] = field(default_factory=dict)

    def p50(self, clients: int) -> float:
        waits = sorted(self.waits[clients])
        return waits[len(waits) // 2]


def ways(folder: Path) -> list[Way]:
    def jobs(document: bytes, name: str) -> Requests:
        fields = {"prompt": "<image>Convert to markdown"}
        yield form("/jobs/create", fields, name, document)

    def native(document: bytes, name: str) -> Requests:
        yield form("/v1/jobs", {}, name, document)

    def process_pdf(document: bytes, name: str) -> Requests:
        yield form("/process_pdf", {}, name, document)

    def convert(document: bytes, name: str) -> Requests:
        yield form("/convert", {"prompt_mode": "prompt_layout_all_en"}, name, document)

    def by_name(document: bytes, name: str) -> Requests:
        (folder / name).write_bytes(document)
        yield form("/convert", {"filename": name})

    def extract(document: bytes, name: str) -> Requests:
        said = yield form("/api/upload", {}, name, document)
        yield post(f"/api/extract/{said['file_id']}", b'{"async":true}', "application/json")

    return [
        Way("native", native),
        Way("jobs", jobs),
        Way("process_pdf", process_pdf),
        Way("convert, an upload", convert),
        Way("convert, by name", by_name),
        Way("extract, both requests", extract),
    ]


def main() -> int:
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="pagemill-bench-") as name:
        folder = Path(name)
        with server(0, input_folder=folder) as running:
            port = running.http.base_url.port
            found = ways(folder)
            _measure(found, port, asked.requests, asked.turns)
    return _tell(found, is_kept=asked.keep)


def _measure(found: list[Way], port: int, requests: int, turns: int) -> None:
    rng = random.Random(7)
    for way in found:  # warm: connections, caches, compiled paths
        asyncio.run(_load(way, port, 4, 20, rng))
    for turn in range(turns):
        for clients in CLIENTS:
            for way in found if turn % 2 else found[::-1]:
                waits = asyncio.run(_load(way, port, clients, requests, rng))
                way.waits.setdefault(clients, []).extend(waits)


async def _load(
    way: Way, port: int, clients: int, requests: int, rng: random.Random
) -> list[float]:
    waits: list[float] = []
    tasks = [
        _client(way, port, max(1, requests // clients), random.Random(rng.random()), waits)
        for _ in range(clients)
    ]
    await asyncio.gather(*tasks)
    return waits


async def _client(
    way: Way, port: int, requests: int, rng: random.Random, waits: list[float]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    filler = rng.randbytes(SIZE - 64)
    for _ in range(requests):
        document = b"%PDF-1.7\n" + rng.randbytes(55) + filler
        steps = way.requests(document, f"{rng.randrange(10**12)}.pdf")
        request = next(steps)
        began = time.perf_counter()
        while True:
            said = await _ask(reader, writer, request)
            try:
                request = steps.send(said)
            except StopIteration:
                break
        waits.append(time.perf_counter() - began)
    writer.close()
    await writer.wait_closed()


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> dict[str, str]:
    writer.write(request)
    await writer.drain()
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(int(line[16:]) for line in lines if line.startswith(b"content-length: "))
    body = await reader.readexactly(length)
    if not head.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 202 ")):
        raise RuntimeError(f"refused: {body!r}")
    return json.loads(body)


def form(path: str, fields: dict[str, str], name: str = "", document: bytes = b"") -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    if name:
        head = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/pdf\r\n\r\n"
        )
        parts.append(head.encode() + document + b"\r\n")
    body = b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
    return post(path, body, f"multipart/form-data; boundary={BOUNDARY}")


def post(path: str, body: bytes, kind: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _tell(found: list[Way], *, is_kept: bool) -> int:
    native, rows, worst = found[0], [], 0.0
    for clients in CLIENTS:
        for way in found:
            ratio = way.p50(clients) / native.p50(clients)
            worst = max(worst, ratio)
            goal = "" if way is native else verdict(ratio, LIMIT, at_least=False)
            rows.append(
                (clients, way.name, figure(1000 * way.p50(clients), 1), figure(ratio), goal)
            )
    head = ("clients", "through", "p50 ms", "over native", "goal")
    body = f"Time until a new 1 MB PDF is accepted for good.\n\n{table(head, rows)}"
    publish("dialects", "Submitting through other systems' APIs", body, "pagemill", is_kept=is_kept)
    return int(worst > LIMIT)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--requests", type=int, default=60, help="per turn and way")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--keep", action="store_true", help="write the section of RESULTS.md")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
