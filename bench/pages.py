"""The web page: people see something at once, and what happens as it happens.

Headless Chromium, on loopback, an empty cache each time. How long after the start of the navigation
something is painted first (Paint Timing, "first-contentful-paint"): the list of jobs where there
are 10,000 of them, and one job with 1,000 pages. How large all scripts are, compressed. And how
long after its commit, of which its event tells the time, a page's result is seen in the open page
of its job, looked at before each frame; pages are read by an engine that takes its time, and jobs
are so short that all their pages stand in the strip.

    python bench/pages.py [--keep] [--jobs 10000] [--pages 1000] [--turns 9] [--news 25]
"""

import argparse
import json
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from ledgers import Place
from pagemill.model.options import Options
from pagemill.model.people import LOCAL
from pagemill.settings import Settings
from pagemill.testing.documents import text_pdf
from pagemill.web.ui import read_assets
from report import figure, publish, table, verdict
from running import Server, server
from ui.browsers import ARGUMENTS, find_chromium

PAINT_LIMIT_MS, SCRIPT_LIMIT_KB, NEWS_LIMIT_MS = 500.0, 60.0, 300.0
WORKERS, SLOW_SECONDS, NEWS_PAGES, PATIENCE_MS = 2, 0.5, 8, 60_000
PLUGIN = "pagemill.testing.engines:SlowEngine"
SIZE = {"width": 1280, "height": 800}

# Jobs that ended a while ago, one in 50 without success, as rows past all that watches over them.
_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {jobs})"
_FILL = (
    """INSERT INTO document (sha256, media_type, size_bytes, pages, created_ms)
    VALUES ('{sha256}', 'application/pdf', 1000, 3, 1)""",
    """INSERT INTO job (id, user_id, sha256, filename, name_key, options, state, priority, rank,
      version, created_ms, updated_ms, started_ms, finished_ms, pages_total, pages_done,
      failure_code, failure_message, failure_hint, request_key, is_pruned)
    {numbers} SELECT printf('01990000-0000-7000-8000-%012d', i), '{user}', '{sha256}',
      printf('paper %d.pdf', i), printf('paper %d.pdf', i), '{options}',
      iif(i % 50, 'completed', 'failed'), 5, i, 9, {now} + i, {now} + i, {now} + i, {now} + i,
      iif(i % 50, 3, NULL), iif(i % 50, 3, 0), iif(i % 50, NULL, 'document_damaged'),
      iif(i % 50, NULL, 'It cannot be opened'), iif(i % 50, NULL, 'Send another.'), i, 1 FROM n""",
)
_PAINTED = """() => new Promise((done) => {
  const watch = new PerformanceObserver((list) => {
    const paint = list.getEntriesByName("first-contentful-paint")[0];
    if (paint) done(paint.startTime);
  });
  watch.observe({ type: "paint", buffered: true });
})"""
# Before each frame: which pages are shown as done by now, and since when. Gives the time it began.
_WATCH = """() => {
  window.seen = {};
  const look = () => {
    const now = performance.timeOrigin + performance.now();
    for (const cell of document.querySelectorAll("#strip .state-done")) {
      window.seen[cell.dataset.number] ??= now;
    }
    requestAnimationFrame(look);
  };
  look();
  return performance.timeOrigin + performance.now();
}"""
_SEEN = "(total) => Object.keys(window.seen).length >= total"


def main() -> int:
    asked = _arguments()
    with _browser() as browser, tempfile.TemporaryDirectory(prefix="pagemill-bench-") as folder:
        _fill(Path(folder), asked.jobs)
        with server(WORKERS, data=folder, plugins=PLUGIN, test_slow_seconds=SLOW_SECONDS) as house:
            paints = {
                f"list of {asked.jobs:,} jobs": _paints(browser, house, "/ui/jobs", asked.turns),
                f"a job with {asked.pages:,} pages": _paints(
                    browser, house, _long_job(house, asked.pages), asked.turns
                ),
            }
            delays = _news(browser, house, asked.news)
    return _tell(paints, delays, is_kept=asked.keep)


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*ARGUMENTS])
        yield browser
        browser.close()


def _fill(folder: Path, jobs: int) -> None:
    import msgspec

    place = Place(Settings(data=folder))
    place.open().close()
    given = {
        "jobs": jobs,
        "numbers": _NUMBERS.format(jobs=jobs),
        "sha256": "ab" * 32,
        "user": LOCAL.user.id,
        "options": msgspec.json.encode(Options()).decode(),
        "now": 1_790_000_000_000,
    }
    place.run(*(statement.format(**given) for statement in _FILL))


def _long_job(house: Server, pages: int) -> str:
    """The address of its page, when it is done."""
    job = house.submit("long.pdf", text_pdf(pages), engine="text")
    house.wait(job)
    return f"/ui/jobs/{job}"


def _paints(browser: Browser, house: Server, address: str, turns: int) -> list[float]:
    """Milliseconds, each in a browser that has seen nothing yet; the server has been asked."""
    url = f"{house.http.base_url}".rstrip("/") + address
    house.http.get(address, headers={"Accept": "text/html"}).raise_for_status()
    painted = []
    for _ in range(turns):
        context = browser.new_context(viewport=SIZE)
        page = context.new_page()
        page.goto(url)
        painted.append(page.evaluate(_PAINTED))
        context.close()
    return painted


def _news(browser: Browser, house: Server, jobs: int) -> list[float]:
    """Milliseconds from the commit of a page until it is seen to be done."""
    delays = []
    page = browser.new_page(viewport=SIZE)
    for number in range(jobs):
        pages = [f"SLOW leaf {leaf} of {number}" for leaf in range(NEWS_PAGES)]
        job = house.submit(f"news-{number}.pdf", text_pdf(pages), engine="slow")
        page.goto(f"{house.http.base_url}".rstrip("/") + f"/ui/jobs/{job}")
        began = page.evaluate(_WATCH)
        page.wait_for_function(_SEEN, arg=NEWS_PAGES, timeout=PATIENCE_MS)
        seen = {int(leaf): at for leaf, at in page.evaluate("window.seen").items()}
        delays += [seen[leaf] - at for leaf, at in _commits(house, job).items() if at > began]
    page.close()
    return delays


def _commits(house: Server, job: str) -> dict[int, float]:
    """When each page was done, milliseconds of the epoch."""
    found = {}
    with house.http.stream("GET", f"/v1/jobs/{job}/events") as answer:
        for line in answer.iter_lines():
            if line.startswith("data: {"):
                event = json.loads(line[6:])
                if event.get("kind") == "page.done":
                    at = datetime.fromisoformat(event["at"]).timestamp()
                    found[int(event["data"]["page"])] = 1000 * at
                if event.get("kind") == "job.completed":
                    return found
    raise RuntimeError("the events of the job end without its end")


def _tell(paints: dict[str, list[float]], delays: list[float], *, is_kept: bool) -> int:
    scripts = {n: len(a.compressed) for n, a in read_assets().items() if n.endswith(".js")}
    kilobytes = sum(scripts.values()) / 1000
    ordered = sorted(delays)
    p99 = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    figures = [
        *((f"first paint, {what}, ms", ms, PAINT_LIMIT_MS) for what, ms in paints.items()),
        ("a page's result from its commit until it is seen, ms", ordered, NEWS_LIMIT_MS),
        ("all scripts, compressed, kB", [kilobytes], SCRIPT_LIMIT_KB),
    ]
    rows, is_good = [], True
    for what, values, limit in figures:
        value = p99 if values is ordered else statistics.median(values)
        is_good = is_good and value <= limit
        middle, most = statistics.median(values), p99 if values is ordered else max(values)
        goal = verdict(value, limit, at_least=False)
        rows.append((what, len(values), figure(middle, 1), figure(most, 1), goal))
    body = (
        "Headless Chromium on loopback, its cache empty. The goal of the paints is one of medians,"
        " that of the results one of 99 in 100, which is then the last figure."
        f"\n\n{table(('figure', 'times', 'median', 'most', 'goal'), rows)}"
    )
    publish("pages", "The web page", body, "pagemill", "chromium", is_kept=is_kept)
    return int(not is_good)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--pages", type=int, default=1000, help="of the long job")
    parser.add_argument("--turns", type=int, default=9, help="how often each page is opened")
    parser.add_argument("--news", type=int, default=25, help="jobs whose pages are waited for")
    parser.add_argument("--keep", action="store_true", help="write the section of RESULTS.md")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
