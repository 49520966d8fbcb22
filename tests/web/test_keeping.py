"""The house itself over HTTP: its past, its settings, what it holds, cleaning up; for admins."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pagemill.app.web_server import setting_lines
from pagemill.settings import load_settings
from pagemill.testing.clock import SettableClock
from web.roles import Street, code_of, street_in, with_gap
from web_house import open_service, serving

PAGES = (
    "/ui/queue",
    "/ui/queue/now",
    "/ui/queue/history",
    "/ui/queue/failures",
    "/ui/queue/failed",
)
PAGES += ("/ui/people", "/ui/people/chief", "/ui/audit", "/ui/house")
SETTINGS = {"ledger": "postgresql://mill:geheim@db/mill", "token": "pm_geheim", "workers": 3}


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    lines = tuple(setting_lines(load_settings(**SETTINGS)))
    with street_in(tmp_path, settings=lines) as street:
        yield street


def test_only_admins_see_the_house(street: Street) -> None:
    for path in (*PAGES, "/v1/settings", "/v1/house"):
        assert street.doors["chief"].get(path).status_code == 200, path
        assert code_of(street.doors["ann"].get(path)) == (403, "forbidden"), path
    assert code_of(street.doors["ann"].post("/v1/clean")) == (403, "forbidden")
    page = street.doors["ann"].get("/ui/queue", headers={"Accept": "text/html"})
    assert (page.status_code, "<h1>" in page.text) == (403, True)
    assert street.doors["chief"].get("/ui/people/nobody").status_code == 404


def test_settings_are_told_with_their_sources_and_without_secrets(street: Street) -> None:
    answer = street.doors["chief"].get("/v1/settings")
    told = {one["name"]: one for one in answer.json()["settings"]}
    assert told["workers"] == {
        "name": "workers",
        "value": "3",
        "source": "flag",
        "meaning": "Worker processes on this machine; 0 means none.",
    }
    assert (told["max_pages"]["source"], told["token"]["value"]) == ("default", "(hidden)")
    assert told["ledger"]["value"] == "postgresql://mill:***@db/mill"
    page = street.doors["chief"].get("/ui/house").text
    assert "geheim" not in page + answer.text
    assert "upload_hours" in page


def test_the_house_tells_what_it_holds_and_what_is_amiss(street: Street) -> None:
    with_gap(street, "ann")
    told = street.doors["chief"].get("/v1/house").json()
    assert told["database"]["name"].startswith("SQLite ")
    assert told["database"]["bytes"] > 0
    assert 0 < told["disk"]["free_bytes"] <= told["disk"]["bytes"]
    held = told["holdings"]
    assert (held["documents"], held["jobs"], held["trash"]) == (1, 1, 0)
    assert held["job_bytes"] > held["document_bytes"] == len(street.house.pdf)
    assert "Nobody works: jobs wait" in [one["text"] for one in told["advice"]]


def test_people_are_found_by_their_names_and_told_with_what_they_take_up(street: Street) -> None:
    with_gap(street, "ann")
    street.send("ann")
    chief = street.doors["chief"]
    usage = chief.get("/v1/users/ann").json()["usage"]
    assert (usage["waiting_jobs"], usage["pages_today"]) == (1, 3)
    assert usage["stored_bytes"] > 0
    found = chief.get("/ui/people?name=an").text
    assert "/ui/people/ann" in found
    assert "/ui/people/bob" not in found


def test_what_is_stopped_says_by_whom_and_how_to_go_on(street: Street) -> None:
    street.send("ann")
    chief = street.doors["chief"]
    for order in ({"engine": "cpu"}, {"user": "eve"}, {"user": "ann"}):
        assert chief.post("/v1/queue/pause", json=order).status_code == 200
    page = chief.get("/ui/queue").text
    assert page.count("stopped by chief") == page.count("POST /v1/queue/resume") == 3


def test_a_cleaning_is_rehearsed_and_then_done(street: Street) -> None:
    chief = street.doors["chief"]
    jobs = [with_gap(street, "ann") for _ in range(3)]
    assert chief.post("/v1/clean").json()["jobs"] == 0
    assert chief.patch("/v1/users/ann", json={"limits": {"keep_jobs": 1}}).status_code == 200
    would = chief.post("/v1/clean?dry_run=true").json()
    assert (would["dry_run"], would["jobs"], would["reasons"]) == (True, 2, {"count": 2})
    assert [one["job"] for one in would["examples"]] == jobs[:2]
    assert would["bytes"] == sum(one["bytes"] for one in would["examples"]) > 0
    assert street.doors["ann"].get(f"/v1/jobs/{jobs[0]}").status_code == 200
    done = chief.post("/v1/clean").json()
    assert done == {**would, "dry_run": False}
    assert street.doors["ann"].get(f"/v1/jobs/{jobs[0]}").status_code == 404
    assert street.doors["ann"].get(f"/v1/jobs/{jobs[2]}").status_code == 200
    assert chief.post("/v1/clean").json()["jobs"] == 0


def test_the_past_is_told_by_steps_with_gaps_where_nobody_looked(street: Street) -> None:
    street.send("ann")
    assert street.house.service.ledger.figures.sample()
    street.house.worker.work_off()
    past = street.doors["ann"].get("/v1/queue/history").json()
    assert (past["span"], past["step_seconds"], len(past["points"])) == ("hour", 60, 60)
    told = [point for point in past["points"] if point["jobs_waiting"] is not None]
    assert [(point["jobs_waiting"], point["pages_waiting"]) for point in told] == [(1, 0)]
    assert sum(point["pages"] or 0 for point in past["points"]) == 3
    waits = [point["wait_seconds"]["count"] for point in past["points"] if point["wait_seconds"]]
    assert waits == [1]
    assert past["points"][0]["pages"] is None
    for span, step, points in (("day", 3600, 24), ("month", 21_600, 120)):
        past = street.doors["chief"].get(f"/v1/queue/history?span={span}").json()
        assert (past["step_seconds"], len(past["points"])) == (step, points)
        assert past["points"][-1]["pages"] == 3
    assert street.doors["ann"].get("/v1/queue/history?span=year").status_code == 422


def test_however_many_look_at_the_queue_the_database_is_asked_once(tmp_path: Path) -> None:
    clock = SettableClock(1_700_000_000_000)
    service = open_service(tmp_path, clock=clock)
    with serving(service, tmp_path) as house, house.client() as client:
        first = client.get("/ui/queue/now").text
        trips = service.ledger.trips()
        assert {client.get("/ui/queue/now").text for _ in range(20)} == {first}
        assert service.ledger.trips() == trips
        house.submit()
        second = client.get("/ui/queue/now?fresh=1").text
        assert second != first
        house.worker.step()
        assert client.get("/ui/queue/now").text == second
        clock.advance(1)
        assert client.get("/ui/queue/now").text != second
    service.ledger.close()
