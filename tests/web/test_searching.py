"""The text of finished jobs is searched through the API, by everybody in their own pages."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pagemill.client import Client
from pagemill.model.people import Role
from pagemill.testing.documents import text_pdf
from pagemill.web import WebConfig
from web_house import LiveHouse, open_service, serving


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[LiveHouse]:
    service = open_service(tmp_path)
    with serving(service, tmp_path, WebConfig(is_open=False)) as house:
        yield house


def bring(house: LiveHouse, token: str = "", said: str = "", pages: int = 2, **sent: str) -> str:
    """A finished job whose pages say so, in the index; its id."""
    house.worker.said, house.worker.pages = said, pages
    with house.client(token) as client:
        files = {"file": (sent.get("filename", "mill.pdf"), text_pdf(1))}
        answer = client.post("/v1/jobs", files=files)
        assert answer.status_code == 202, answer.text
    house.worker.work_off()
    house.index()
    return answer.json()["id"]


def test_a_hit_says_where_it_is_and_marks_what_was_looked_for(house: LiveHouse) -> None:
    job = bring(house, said=" A wheel <b>turns</b>.", filename="wheel & <co>.pdf")
    with Client(house.url) as mill:
        found = mill.search('"wheel b turns" GROSSER', limit=1)
        rest = mill.search('"wheel b turns" GROSSER', limit=1, after=found.next)
        nothing = mill.search("never said")
    (hit,) = found.hits
    assert (hit.job, hit.page, hit.filename) == (job, 1, "wheel & <co>.pdf")
    assert [piece.text for piece in hit.snippet if piece.hit] == ["größer", "wheel <b>turns"]
    assert "".join(piece.text for piece in hit.snippet).startswith("Page 1 of the ledger")
    assert hit.boxes == [(0, 0, 100, 10)]
    assert (hit.width, hit.height) == (612, 792)
    assert (found.total, found.more, found.next, found.complete) == (2, False, 1, True)
    assert ([one.page for one in rest.hits], rest.next) == ([2], None)
    assert (nothing.hits, nothing.total) == ([], 0)


def test_everybody_finds_their_own_pages_only(guarded: LiveHouse) -> None:
    tokens = {name: guarded.let_in(name) for name in ("ann", "bob")}
    chief = guarded.let_in("chief", Role.ADMIN)
    jobs = {name: bring(guarded, token) for name, token in tokens.items()}

    def owners(token: str, **query: str) -> set[str]:
        with guarded.client(token) as client:
            answer = client.get("/v1/search", params={"q": "mills", **query})
        assert answer.status_code == 200, answer.text
        return {hit["user"] for hit in answer.json()["hits"]}

    assert owners(tokens["ann"]) == {"ann"}
    assert owners(chief) == set()
    assert owners(chief, user="*") == {"ann", "bob"}
    assert owners(chief, user="bob") == {"bob"}
    assert owners(chief, job=jobs["ann"]) == {"ann"}
    assert owners(tokens["ann"], job=jobs["ann"]) == {"ann"}
    with guarded.client(tokens["ann"]) as client:
        refused = (({"user": "bob"}, 403), ({"user": "*"}, 403), ({"job": jobs["bob"]}, 404))
        for query, status in refused:
            assert client.get("/v1/search", params={"q": "mills", **query}).status_code == status


def test_a_deleted_job_is_found_no_more_though_the_index_has_it_yet(house: LiveHouse) -> None:
    job = bring(house)
    with house.client() as client:
        assert client.get("/v1/search?q=mills").json()["total"] == 2
        client.delete(f"/v1/jobs/{job}")
        assert client.get("/v1/search?q=mills").json()["hits"] == []
        house.index()
        assert client.get("/v1/search?q=mills").json()["total"] == 0


def test_without_a_full_text_that_is_said(tmp_path: Path) -> None:
    service = replace(open_service(tmp_path), index=None)
    with serving(service, tmp_path) as house, house.client() as client:
        refused = client.get("/v1/search?q=mill")
        assert (refused.status_code, refused.json()["code"]) == (404, "search_off")
        page = client.get("/ui/search?q=mill")
        assert page.status_code == 200
        assert "keeps no full text" in page.text
