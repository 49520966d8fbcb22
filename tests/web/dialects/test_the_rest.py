"""What the documents of other APIs name beside their routes."""

import httpx2
import pytest

from web.dialects.speaking import bring, problem_of
from web_house import LiveHouse

COLUMNS = {
    "id": "id",
    "document_id": "document",
    "status": "state",
    "priority": "priority",
    "created_at": "created_at",
    "started_at": "started_at",
    "completed_at": "finished_at",
    "error_message": "error",
}


def test_the_old_way_that_waits_is_not_spoken(house: LiveHouse, client: httpx2.Client) -> None:
    answer = client.post("/ocr/pdf", files={"file": ("a.pdf", house.pdf)})
    assert problem_of(answer) == (404, "route_not_found")


@pytest.mark.parametrize("column", COLUMNS)
def test_a_job_has_a_member_for_each_column_of_the_old_queue(
    house: LiveHouse, client: httpx2.Client, column: str
) -> None:
    job = house.submit()
    bring(house, job["id"], "failed" if column == "error_message" else "completed")
    assert client.get(f"/v1/jobs/{job['id']}").json()[COLUMNS[column]]


def test_a_document_has_the_size_of_its_file(house: LiveHouse) -> None:
    assert house.submit()["document"]["bytes"] == len(house.pdf)


def test_a_page_tells_its_attempts_and_how_long_it_took(
    house: LiveHouse, client: httpx2.Client
) -> None:
    job = house.submit()
    bring(house, job["id"], "completed")
    for page in client.get(f"/v1/jobs/{job['id']}/pages").json()["pages"]:
        assert (page["attempts"], page["milliseconds"]) == (1, 7)
