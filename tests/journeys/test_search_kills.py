"""The full text is whole in the end, whatever happens to those who fill it."""

from pathlib import Path

import pytest

from journeys.nodes import Yard, a_yard, kill, until
from pagemill.model.job import Job
from pagemill.search import SEARCH_FILE
from postgres_server import PostgresServer

JOBS, PAGES = 8, 20


def found(yard: Yard, query: str) -> int:
    return yard.house.service.searching.find(query).total


def indexed(yard: Yard, job: Job) -> dict[int, str]:
    index = yard.house.service.index
    assert index is not None
    return index.pages(job.id)


def is_as_the_ledger_has_it(yard: Yard, jobs: list[Job]) -> bool:
    return all(
        indexed(yard, job) == {page.number: page.token for page in yard.house.ledger.pages(job.id)}
        for job in jobs
    )


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_killed_again_and_again_every_page_is_found_once(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    ledger = ""
    if kind == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        ledger = server.new_database()
    with a_yard(tmp_path, ledger=ledger) as yard:
        texts = [f"Leaf {number} of the mill book" for number in range(1, PAGES + 1)]
        jobs = [yard.submit(texts, "text") for _ in range(JOBS)]
        node = yard.start()
        for share in (0.1, 0.4, 0.7):
            least = round(share * JOBS * PAGES)
            until(lambda least=least: found(yard, "mill ") >= least, f"{least} pages")
            kill(node.pid)
            node.wait()
            node = yard.start()
        yard.finish(*jobs)
        until(lambda: found(yard, "mill ") == JOBS * PAGES, "all pages")
        until(lambda: is_as_the_ledger_has_it(yard, jobs), "the pages of the ledger")
        assert found(yard, '"leaf 7 of"') == JOBS

        yard.house.service.delete(jobs[0].id)
        until(lambda: not indexed(yard, jobs[0]), "the deleted one to go")
        assert found(yard, "mill ") == (JOBS - 1) * PAGES
        if kind == "sqlite":
            (yard.house.settings.data / SEARCH_FILE).unlink()
            until(lambda: found(yard, "mill ") == (JOBS - 1) * PAGES, "the new file to be filled")
