"""A Pagemill server for the length of a bench, and documents made of real pages.

The server is the whole program in its own processes on a fresh data folder; the bench speaks to it
over HTTP like anybody else.
"""

import io
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pikepdf
import psutil

START_SECONDS = 60.0
FINAL = {"completed", "failed", "cancelled"}


@dataclass(frozen=True, slots=True)
class Server:
    """`process` is the server; its node and the node's children are below it."""

    process: psutil.Process
    http: httpx2.Client

    def submit(self, name: str, data: bytes, **options: object) -> str:
        """Returns the job's id."""
        answer = self.http.post(
            "/v1/jobs", files={"file": (name, data)}, data={"options": json.dumps(options)}
        )
        answer.raise_for_status()
        return answer.json()["id"]

    def wait(self, job_id: str) -> dict:
        """The job when nothing is left to do. Raises RuntimeError unless all pages were read."""
        while True:
            job = self.http.get(f"/v1/jobs/{job_id}", params={"wait": 30}, timeout=90).json()
            if job["state"] in FINAL:
                break
        if job["state"] != "completed" or job["pages"]["failed"]:
            raise RuntimeError(f"{job['document']['filename']}: {job['message'] or job['error']}")
        return job

    def read_all(self, documents: Mapping[str, bytes], **options: object) -> float:
        """Seconds from the first submission until the last document is done."""
        began = time.perf_counter()
        jobs = [self.submit(name, data, **options) for name, data in documents.items()]
        for job in jobs:
            self.wait(job)
        return time.perf_counter() - began

    def node(self) -> psutil.Process:
        return next(p for p in self.process.children() if "pagemill.app.node" in p.cmdline())

    def workers(self) -> list[psutil.Process]:
        return self.node().children()


@contextmanager
def server(workers: int, **settings: object) -> Iterator[Server]:
    """`settings` are names of `pagemill.settings`. Raises RuntimeError if it does not start."""
    with tempfile.TemporaryDirectory(prefix="pagemill-bench-") as folder, _free_port() as port:
        given = {"data": folder, "port": port, "workers": workers, "log_level": "error"} | settings
        names = {f"PAGEMILL_{name.upper()}": str(value) for name, value in given.items()}
        command = [sys.executable, "-m", "pagemill", "serve"]
        process = subprocess.Popen(command, env={**os.environ, **names}, stdout=subprocess.DEVNULL)
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
                _await(process, http)
                yield Server(psutil.Process(process.pid), http)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def real_pages(sources: Sequence[Path], pages: int, name: str) -> bytes:
    """A PDF of `pages` pages taken in turn from PDFs; `name` makes its bytes its own."""
    opened = [pikepdf.open(path) for path in sources]
    turns = itertools.cycle([(pdf, n) for pdf in opened for n in range(len(pdf.pages))])
    made, out = pikepdf.new(), io.BytesIO()
    for pdf, number in itertools.islice(turns, pages):
        made.pages.append(pdf.pages[number])
    made.docinfo["/Title"] = name
    made.save(out, static_id=True)
    return out.getvalue()


def _await(process: subprocess.Popen, http: httpx2.Client) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if http.get("/ready").status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start; it ended with {process.poll()}")


@contextmanager
def _free_port() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    yield port
