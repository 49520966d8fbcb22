"""Pages put right by hand, and pages read once more, over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import httpx2
import pytest

from web_house import LiveHouse, page_markdown


@pytest.fixture
def done(house: LiveHouse) -> str:
    """A completed job of three pages, of which the second could not be read."""
    job = house.submit()
    house.worker.broken = {2}
    house.worker.work_off()
    house.worker.broken = ()
    return str(job["id"])


def test_a_block_is_put_right_and_the_outputs_are_written_again(
    house: LiveHouse, client: httpx2.Client, done: str
) -> None:
    here = f"/v1/jobs/{done}"
    before = client.get(here).json()
    rings = house.bell.rings
    change = {"text": "  By\nhand. ", "before": page_markdown(1)}
    told = client.patch(f"{here}/pages/1/blocks/0", json=change)
    assert told.status_code == 200, told.text
    assert (told.json()["state"], told.json()["version"]) == ("processing", before["version"] + 1)
    assert house.bell.rings == rings + 1
    page = client.get(f"{here}/pages/1?format=json").json()
    assert (page["blocks"][0]["text"], page["corrected"]) == ("  By\nhand.", [0])
    assert "hand." in client.get(f"{here}/pages/1?format=markdown").text
    assert client.get(f"{here}/outputs/markdown").json()["code"] == "output_not_ready"
    assert "hand." in client.get(f"{here}/outputs/markdown?partial=true").text
    house.worker.work_off()
    assert client.get(here).json()["state"] == "completed"
    assert client.patch(f"{here}/pages/1/blocks/0", json=change).json()["state"] == "completed"
    (one,) = client.get(f"{here}/corrections").json()["corrections"]
    assert (one["page"], one["block"], one["user"]) == (1, 0, "local")
    assert (one["before"], one["after"]) == (page_markdown(1), "  By\nhand.")
    assert not one["superseded"]


def test_who_saw_another_text_is_told_what_it_says_now(client: httpx2.Client, done: str) -> None:
    here = f"/v1/jobs/{done}/pages/1/blocks/0"
    assert client.patch(here, json={"text": "first"}).status_code == 200
    late = client.patch(here, json={"text": "second", "before": page_markdown(1)})
    assert (late.status_code, late.headers["content-type"]) == (409, "application/problem+json")
    assert (late.json()["code"], late.json()["text"]) == ("text_changed", "first")
    assert client.patch(here, json={"text": "second"}).status_code == 200


@pytest.mark.parametrize(
    ("place", "text", "status", "code"),
    [
        ("pages/1/blocks/1", "x", 404, "block_not_found"),
        ("pages/1/blocks/-1", "x", 422, "invalid_request"),
        ("pages/2/blocks/0", "x", 409, "page_not_ready"),
        ("pages/4/blocks/0", "x", 404, "page_not_found"),
        ("pages/1/blocks/0", "x" * 100_001, 422, "invalid_request"),
        ("pages/1/blocks/0", 7, 422, "invalid_request"),
    ],
)
def test_what_cannot_be_corrected_is_refused(
    client: httpx2.Client, done: str, place: str, text: object, status: int, code: str
) -> None:
    answer = client.patch(f"/v1/jobs/{done}/{place}", json={"text": text})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_many_who_correct_one_page_at_once_lose_nothing(
    house: LiveHouse, client: httpx2.Client, done: str
) -> None:
    def correct(nth: int) -> int:
        with house.client() as one:
            return one.patch(f"{here}/pages/1/blocks/0", json={"text": f"n {nth}"}).status_code

    here = f"/v1/jobs/{done}"
    with ThreadPoolExecutor(6) as people:
        assert set(people.map(correct, range(12))) == {200}
    first = client.get(f"{here}/corrections?limit=5").json()
    rest = client.get(f"{here}/corrections?before={first['next']}&page=1").json()
    found = [*first["corrections"], *rest["corrections"]]
    assert {one["after"] for one in found} == {f"n {nth}" for nth in range(12)}
    for newer, older in pairwise(found):
        assert newer["before"] == older["after"]
    assert (
        client.get(f"{here}/pages/1?format=json").json()["blocks"][0]["text"] == found[0]["after"]
    )
    texts = [name for name in house.files() if "/pages/0001." in name]
    assert len(texts) == len(house.service.ledger.trash()) + 1  # all others are to be deleted


def test_one_page_is_read_again_with_another_engine(
    house: LiveHouse, client: httpx2.Client, done: str
) -> None:
    here = f"/v1/jobs/{done}"
    client.patch(f"{here}/pages/1/blocks/0", json={"text": "by hand"})
    told = client.post(f"{here}/pages/1/retry", json={"engine": "tesseract"})
    assert (told.status_code, told.json()["state"]) == (200, "processing")
    assert told.json()["pages"] == {"total": 3, "done": 1, "failed": 1, "cached": 0}
    assert "by hand" in client.get(f"{here}/pages/1?format=markdown").text
    again = client.post(f"{here}/pages/1/retry")
    assert (again.status_code, again.json()["code"]) == (409, "page_not_ready")
    files = house.files()
    early = client.patch(f"{here}/pages/1/blocks/0", json={"text": "too early"})
    assert (early.status_code, early.json()["code"]) == (409, "page_not_ready")
    assert house.files() == files
    assert client.post(f"{here}/pages/2/retry").json()["failed_pages"] == []
    house.worker.work_off()
    assert client.get(here).json()["pages"]["done"] == 3
    assert client.get(f"{here}/pages/1?format=markdown").text.strip() == page_markdown(1)
    assert client.get(f"{here}/corrections").json()["corrections"][0]["superseded"]
    unknown = client.post(f"{here}/pages/1/retry", json={"engine": "gutenberg"})
    assert unknown.json()["code"] == "invalid_options"
