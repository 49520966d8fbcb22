"""A server as people meet it: sent what is broken, killed in the middle, asked again."""

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psutil

from journeys.nodes import PATIENCE_SECONDS, PLUGINS, is_gone, until
from pagemill.app.house import open_house
from pagemill.client import Client, EventInfo, JobInfo
from pagemill.model.task import TaskState
from pagemill.settings import Settings
from pagemill.testing.documents import text_pdf
from pagemill_process import serving, start_server

BROKEN = Path(__file__).parents[1] / "samples" / "broken"
PAGES = 200


def test_broken_documents_end_well_and_the_server_goes_on(tmp_path: Path) -> None:
    rows = json.loads((BROKEN / "broken.json").read_text())
    with serving(tmp_path) as url, Client(url, patience_seconds=PATIENCE_SECONDS) as mill:
        sent = {row["path"]: mill.submit(BROKEN / row["path"]).id for row in rows}
        opened = {
            row["path"]: mill.submit(BROKEN / row["path"], password=row["password"]).id
            for row in rows
            if "password" in row
        }
        assert len(opened) >= 4
        ended = {path: mill.wait(ref) for path, ref in sent.items()}
        surprises = {
            row["path"]: how
            for row in rows
            if (how := outcome(ended[row["path"]])) not in row["expect"]
        }
        assert not surprises
        assert {path: outcome(mill.wait(ref)) for path, ref in opened.items()} == dict.fromkeys(
            opened, "ok"
        )

        assert httpx2.get(f"{url}/ready", timeout=30).json() == {"ready": True, "workers": 1}
        good = mill.wait(mill.submit(text_pdf(["Sound as a bell"]), filename="good.pdf").id)
        assert outcome(good) == "ok"
        assert b"Sound as a bell" in mill.output(good.id, "markdown")
        listed = mill.jobs(limit=200).jobs
        assert len(listed) == len(sent) + len(opened) + 1
        assert all(job.is_final for job in listed)


def outcome(job: JobInfo) -> str:
    """`ok`, perhaps with pages that failed; else the code of an error that says what to do."""
    if job.state == "completed":
        return "ok"
    assert job.error is not None, job
    assert job.error.message, job
    assert job.error.hint, job
    return job.error.code


def test_a_killed_server_goes_on_where_it_was_before_the_eyes_of_its_client(
    tmp_path: Path, ledger: str
) -> None:
    settings = {
        "ledger": ledger,
        "plugins": PLUGINS,
        "test_pages_read": tmp_path / "read",
        "test_slow_seconds": 0.05,
    }
    server, url = start_server(tmp_path, **settings)
    try:
        with Client(url, patience_seconds=PATIENCE_SECONDS) as mill:
            sent = mill.submit(
                text_pdf([title(page) for page in range(1, PAGES + 1)]),
                filename="long.pdf",
                options={"engine": "slow"},
            )
            with watched(mill, sent.id) as news:
                until(lambda: len(done_in(news)) >= PAGES // 4, "a quarter of the pages")
                family = psutil.Process(server.pid).children(recursive=True)
                assert len(family) >= 3
                server.kill()
                server.communicate()
                until(lambda: all(map(is_gone, family)), "the node and its children to die too")
                done = done_pages(tmp_path, ledger, sent.id)
                begun = len(begun_pages(tmp_path))
                assert set(done_in(news)) <= done
                assert len(done) < PAGES
                server, _ = start_server(tmp_path, port=url.rpartition(":")[2], **settings)

            assert [e.seq for e in events_in(news)] == list(range(1, news[-1].version + 1))
            assert Counter(done_in(news)) == Counter(range(1, PAGES + 1))
            job = mill.get(sent.id)
            assert (job.state, job.pages.done, job.pages.failed) == ("completed", PAGES, 0)
            markdown = mill.output(job.id, "markdown").decode()
            assert re.findall(r"Volume leaf \d+ end", markdown) == [
                title(page) for page in range(1, PAGES + 1)
            ]
            again = Counter(begun_pages(tmp_path)[begun:])
            assert again == Counter(title(p) for p in range(1, PAGES + 1) if p not in done)
            # What was in hand at the kill was put back uncounted.
            assert {(page.attempts, page.deaths) for page in mill.pages(job.id)} == {(1, 0)}
    finally:
        server.terminate()
        server.communicate()
    assert server.returncode == 0


def title(page: int) -> str:
    return f"Volume leaf {page} end"


@contextmanager
def watched(mill: Client, ref: str) -> Iterator[list[JobInfo | EventInfo]]:
    """What a client hears of a job, as it hears it; the block ends when the client is done."""
    news: list[JobInfo | EventInfo] = []

    def watch() -> None:
        for one in mill.watch(ref):
            news.append(one)  # noqa: PERF402  read by another thread meanwhile

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    yield news
    watcher.join(PATIENCE_SECONDS)
    assert not watcher.is_alive()


def events_in(news: list[JobInfo | EventInfo]) -> list[EventInfo]:
    return [one for one in list(news) if isinstance(one, EventInfo)]


def done_in(news: list[JobInfo | EventInfo]) -> list[int]:
    return [int(e.data["page"]) for e in events_in(news) if e.kind == "page.done"]


def begun_pages(folder: Path) -> list[str]:
    """The first lines of pages, in the order in which they were begun."""
    return [line.partition("\t")[2] for line in (folder / "read").read_text().splitlines()]


def done_pages(folder: Path, ledger: str, ref: str) -> set[int]:
    """What the ledger holds while nobody works on it."""
    house = open_house(Settings(data=folder / "data", ledger=ledger))
    try:
        return {p.number for p in house.ledger.pages(ref) if p.state is TaskState.DONE}
    finally:
        house.close()
