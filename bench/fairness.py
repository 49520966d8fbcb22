"""Fairness: somebody with ten pages comes while another has 50,000 waiting, and is done in at most
twice the time that it takes on an idle server.

Through the whole server, over HTTP, with tokens; by engine `text` and by `ppocr`. Documents
nobody has seen before are sent one after the other, first while nobody else is there, then each by
somebody else: who comes again at once is no newcomer. The ratio is that of the medians.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2

from library import SAMPLES
from report import figure, publish, table, verdict
from running import Server, real_pages, server

LIMIT, PAGES, WORKERS = 2.0, 10, 2
MOST_PAGES, PATIENCE_SECONDS, PAUSE_SECONDS = 10_000, 300.0, 1.0
SOURCES = {
    "text": ("pdflatex-4-pages.pdf", "multicolumn.pdf", "icdar2013-us-005.pdf"),
    "ppocr": ("epson.pdf", "lorem-ipsum-scan.pdf", "vicksburg.pdf"),
}
MANY = "many"


def main() -> int:
    asked = _arguments()
    rows = [_measure(engine, asked) for engine in asked.engines]
    head = ("engine", "pages waiting", "idle s", "beside them s", "slowest s", "ratio", "goal")
    told = [
        (
            engine,
            f"{waiting:,}",
            *(figure(value, 2) for value in (alone, beside, slowest, beside / alone)),
            verdict(beside / alone, LIMIT, at_least=False),
        )
        for engine, waiting, alone, beside, slowest in rows
    ]
    body = (
        f"{asked.times} documents of {PAGES} pages, each of another newcomer, one after the"
        f" other, {WORKERS} workers; medians, from sending a document to the end of its job."
        f"\n\n{table(head, told)}"
    )
    publish("fairness", "Fairness", body, "pagemill", "rapidocr", is_kept=asked.keep)
    return int(any(beside / alone > LIMIT for _, _, alone, beside, _ in rows))


def _measure(engine: str, asked: argparse.Namespace) -> tuple[str, int, float, float, float]:
    """Pages that waited when the newcomer came first, and seconds of each document."""
    with tempfile.TemporaryDirectory(prefix="pagemill-bench-") as folder:
        data = Path(folder) / "data"
        newcomers = [f"newcomer-{n}" for n in range(asked.times)]
        tokens = {name: _token(data, name) for name in (*newcomers, MANY)}
        settings = {"data": data, "require_tokens": True, "max_waiting_jobs": 0}
        with server(WORKERS, **settings) as house:
            few, many = [_as(house, tokens[name]) for name in newcomers], _as(house, tokens[MANY])
            few[0].read_all({"warm.pdf": _book(engine, "warm", PAGES)}, engine=engine)
            alone = [_send(one, engine, f"alone {n}") for n, one in enumerate(few)]
            _fill(many, engine, asked.waiting)
            waiting = _waiting(many)
            beside = [_send(one, engine, f"beside {n}") for n, one in enumerate(few)]
            house.process.kill()  # nobody waits for the rest
    return engine, waiting, statistics.median(alone), statistics.median(beside), max(beside)


def _send(house: Server, engine: str, name: str) -> float:
    time.sleep(PAUSE_SECONDS)
    return house.read_all({f"{name}.pdf": _book(engine, name, PAGES)}, engine=engine)


def _fill(house: Server, engine: str, pages: int) -> None:
    """Returns when all documents are open, so that their pages wait. Each is more urgent than the
    one before, or it would be opened only when that one is done.
    """
    ids = []
    for number in range(-(-pages // MOST_PAGES)):
        count = min(MOST_PAGES, pages - number * MOST_PAGES)
        files = {"file": (f"many-{number}.pdf", _book(engine, f"many {number}", count))}
        how = {"engine": engine, "outputs": "text", "priority": str(min(10, number))}
        ids.append(
            house.http.post("/v1/jobs", files=files, data=how).raise_for_status().json()["id"]
        )
    until = time.monotonic() + PATIENCE_SECONDS
    while any(_job(house, job_id)["state"] == "queued" for job_id in ids):
        if time.monotonic() > until:
            raise RuntimeError("the documents are not opened")
        time.sleep(0.2)


def _waiting(house: Server) -> int:
    jobs = house.http.get("/v1/jobs", params={"state": "processing"}).json()["jobs"]
    return sum(job["pages"]["total"] - job["pages"]["done"] for job in jobs)


def _job(house: Server, job_id: str) -> dict:
    return house.http.get(f"/v1/jobs/{job_id}").json()


def _book(engine: str, name: str, pages: int) -> bytes:
    return real_pages([SAMPLES / source for source in SOURCES[engine]], pages, name)


def _as(house: Server, token: str) -> Server:
    headers = {"Authorization": f"Bearer {token}"}
    return Server(
        house.process, httpx2.Client(base_url=house.http.base_url, headers=headers, timeout=120)
    )


def _token(data: Path, name: str) -> str:
    command = [sys.executable, "-m", "pagemill", "user"]
    subprocess.check_output([*command, "add", name, "--data", str(data)], stderr=subprocess.DEVNULL)
    made = [*command, "token", name, "--data", str(data)]
    return subprocess.check_output(made, text=True, stderr=subprocess.DEVNULL).strip()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--engines", nargs="+", choices=SOURCES, default=list(SOURCES))
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--waiting", type=int, default=50_000, help="pages")
    parser.add_argument("--keep", action="store_true", help="write the section of RESULTS.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
