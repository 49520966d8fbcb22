"""What operators and users steer by: stops, engines, given-up work, the order of jobs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2
import pytest

from pagemill.model.job import Failure
from pagemill.model.people import Role
from pagemill.model.task import Died, GiveUp, Report, Retry
from pagemill.web import WebConfig
from web_house import FAILURE, LiveHouse, open_service, serving

CORRUPT = Failure("corrupt", "The file is damaged")
SLOW = Failure("page_timeout", "It took too long")
PEOPLE = {"ann": Role.USER, "bob": Role.USER, "eve": Role.READ_ONLY, "chief": Role.ADMIN}


@dataclass
class Street:
    """A house that asks for tokens, with a client for each of some people."""

    house: LiveHouse
    doors: dict[str, httpx2.Client]

    def send(self, user_id: str, name: str = "mill.pdf") -> str:
        file = {"file": (name, self.house.pdf)}
        answer = self.doors[user_id].post("/v1/jobs", files=file)
        assert answer.status_code == 202, answer.text
        return answer.json()["id"]


@contextmanager
def street_in(root: Path, batch: int = 1000) -> Iterator[Street]:
    service = open_service(root)
    service = replace(service, limits=replace(service.limits, batch=batch))
    config = WebConfig(watch_interval_ms=20, max_wait_seconds=20, is_open=False)
    with serving(service, root, config) as house:
        doors = {name: house.client(house.let_in(name, role)) for name, role in PEOPLE.items()}
        yield Street(house, doors)
        for door in doors.values():
            door.close()
    service.ledger.close()


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with street_in(tmp_path) as street:
        yield street


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def failed(street: Street, user_id: str, failure: Failure) -> str:
    """The id of a job whose document could not be opened."""
    job_id = street.send(user_id)
    street.house.worker.unopened = failure
    street.house.worker.work_off()
    street.house.worker.unopened = None
    return job_id


def with_gap(street: Street, user_id: str) -> str:
    """The id of a completed job without its third page."""
    job_id = street.send(user_id)
    street.house.worker.broken = {3}
    street.house.worker.work_off()
    street.house.worker.broken = ()
    return job_id


# Stops.


def test_a_paused_queue_begins_nothing_and_still_takes_jobs(street: Street) -> None:
    street.send("ann")
    chief = street.doors["chief"]
    told = chief.post("/v1/queue/pause").json()
    assert told == {
        "scope": "queue",
        "name": "",
        "stopped": True,
        "changed": True,
        "running": 0,
        "work": [],
    }
    street.send("bob")
    assert street.house.worker.claim() == []
    assert chief.post("/v1/queue/pause").json()["changed"] is False
    rings = street.house.bell.rings
    told = chief.post("/v1/queue/resume").json()
    assert (told["stopped"], told["changed"]) == (False, True)
    assert street.house.bell.rings == rings + 1
    assert len(street.house.worker.claim()) == 2
    assert chief.post("/v1/queue/resume").json()["changed"] is False


def test_what_runs_is_told_when_the_queue_is_drained(street: Street) -> None:
    job_id = street.send("ann")
    (work,) = street.house.worker.claim()
    told = street.doors["chief"].post("/v1/queue/drain").json()
    assert (told["stopped"], told["running"]) == (True, 1)
    assert told["work"] == [
        {
            "job": job_id,
            "user": "ann",
            "kind": "split",
            "page": None,
            "engine": "cpu",
            "attempt": 1,
            "worker": "hand",
        }
    ]
    street.house.worker.finish(work)
    assert street.doors["chief"].post("/v1/queue/drain").json()["running"] == 0


def test_a_drain_is_answered_when_nothing_runs_any_more(street: Street) -> None:
    street.send("ann")
    (work,) = street.house.worker.claim()
    answers: list[dict] = []

    def drain() -> None:
        answers.append(street.doors["chief"].post("/v1/queue/drain?wait=20").json())

    waiting = threading.Thread(target=drain)
    waiting.start()
    while not street.house.service.steering.stops():
        assert waiting.is_alive()
    assert not answers
    street.house.worker.finish(work)
    waiting.join(20)
    assert answers[0]["running"] == 0


def test_a_drain_with_nothing_in_work_waits_for_nothing(street: Street) -> None:
    street.send("ann")
    assert street.doors["chief"].post("/v1/queue/drain?wait=9999").json()["running"] == 0


def test_people_pause_their_own_work_and_nobody_elses(street: Street) -> None:
    street.send("ann")
    bobs = street.send("bob")
    told = street.doors["ann"].post("/v1/queue/pause", json={"user": "ann"}).json()
    assert (told["scope"], told["name"], told["changed"]) == ("user", "ann", True)
    assert [work.job_id for work in street.house.worker.claim()] == [bobs]
    for order in ({}, {"user": "bob"}, {"user": "nobody"}, {"engine": "text"}):
        for verb in ("pause", "resume", "drain"):
            answer = street.doors["ann"].post(f"/v1/queue/{verb}", json=order)
            assert code_of(answer) == (403, "forbidden"), (verb, order)
    assert street.doors["ann"].post("/v1/queue/resume", json={"user": "ann"}).json()["changed"]
    assert len(street.house.worker.claim()) == 1


def test_whom_an_operator_has_stopped_cannot_go_on_alone(street: Street) -> None:
    ann, chief, mine = street.doors["ann"], street.doors["chief"], {"user": "ann"}
    ann.post("/v1/queue/pause", json=mine)
    assert chief.post("/v1/queue/pause", json=mine).json()["changed"] is True
    assert ann.post("/v1/queue/pause", json=mine).json()["changed"] is False
    assert code_of(ann.post("/v1/queue/resume", json=mine)) == (403, "forbidden")
    assert chief.post("/v1/queue/resume", json=mine).json()["changed"] is True
    assert ann.post("/v1/queue/resume", json=mine).json()["changed"] is False


def test_who_may_only_read_stops_nothing(street: Street) -> None:
    eve = street.doors["eve"]
    for path in ("pause", "resume", "drain", "requeue-failed", "reprioritise"):
        answer = eve.post(f"/v1/queue/{path}", json={"user": "eve", "priority": 1})
        assert code_of(answer) == (403, "forbidden")
    assert code_of(eve.patch("/v1/engines/text", json={"max_running": 1})) == (403, "forbidden")
    for path in ("queue/stops", "queue/dead-letters", "queue/dead-letters/reasons", "engines"):
        assert eve.get(f"/v1/{path}").status_code == 200


def test_stops_are_shown_to_those_whom_they_concern(street: Street) -> None:
    chief = street.doors["chief"]
    for order in ({}, {"engine": "text"}, {"user": "bob"}):
        chief.post("/v1/queue/pause", json=order)
    street.doors["ann"].post("/v1/queue/pause", json={"user": "ann"})

    def seen(user_id: str) -> list[tuple]:
        stops = street.doors[user_id].get("/v1/queue/stops").json()["stops"]
        return [(stop["scope"], stop["name"], stop["by"]) for stop in stops]

    assert sorted(seen("chief")) == [
        ("engine", "text", "chief"),
        ("queue", "", "chief"),
        ("user", "ann", "ann"),
        ("user", "bob", "chief"),
    ]
    assert set(seen("ann")) == {
        ("engine", "text", None),
        ("queue", "", None),
        ("user", "ann", "ann"),
    }
    assert ("user", "bob", None) in seen("bob")


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"user": "ann", "engine": "text"}, (422, "invalid_options")),
        ({"user": "nobody"}, (404, "user_not_found")),
        ({"engine": "magic"}, (422, "invalid_options")),
        ({"user": "a" * 65}, (422, "invalid_request")),
        ([], (422, "invalid_request")),
    ],
)
def test_what_cannot_be_stopped_is_refused(
    street: Street, order: object, code: tuple[int, str]
) -> None:
    answer = street.doors["chief"].post("/v1/queue/pause", json=order)
    assert code_of(answer) == code
    assert street.house.service.steering.stops() == []


def test_an_engine_is_stopped_under_any_of_its_names(street: Street) -> None:
    told = street.doors["chief"].post("/v1/queue/pause", json={"engine": "rapidocr"}).json()
    assert (told["scope"], told["name"]) == ("engine", "ppocr")


# Engines.


def engine(street: Street, name: str, user_id: str = "ann") -> dict:
    found = street.doors[user_id].get("/v1/engines").json()["engines"]
    return next(one for one in found if one["name"] == name)


def test_engines_tell_what_runs_and_waits(street: Street) -> None:
    street.send("ann")
    street.send("bob")
    street.house.worker.claim(1)
    assert engine(street, "cpu") == {
        "name": "cpu",
        "running": 1,
        "ready": 1,
        "waiting": 0,
        "max_running": None,
        "resting_until": None,
        "trips": 0,
        "stopped": False,
    }
    street.doors["chief"].post("/v1/queue/pause", json={"engine": "cpu"})
    assert engine(street, "cpu")["stopped"] is True


def test_an_operator_limits_an_engine(street: Street) -> None:
    for _ in range(3):
        street.send("ann")
    chief = street.doors["chief"]
    assert chief.patch("/v1/engines/cpu", json={"max_running": 2}).json()["max_running"] == 2
    assert len(street.house.worker.claim()) == 2
    assert street.house.worker.claim() == []
    assert chief.patch("/v1/engines/cpu", json={"max_running": None}).json()["max_running"] is None
    assert len(street.house.worker.claim()) == 1


@pytest.mark.parametrize(
    "body", [{}, {"max_running": 0}, {"max_running": 9999}, {"max_running": "x"}]
)
def test_a_limit_that_is_none_is_refused(street: Street, body: dict) -> None:
    answer = street.doors["chief"].patch("/v1/engines/text", json=body)
    assert code_of(answer) == (422, "invalid_request")


def test_engines_that_nobody_has_are_not_limited(street: Street) -> None:
    answer = street.doors["chief"].patch("/v1/engines/magic", json={"max_running": 1})
    assert code_of(answer) == (422, "invalid_options")
    assert "tesseract" in answer.json()["hint"]


# Given-up work.


def letters(street: Street, user_id: str, query: str = "") -> list[tuple[str, int | None, str]]:
    answer = street.doors[user_id].get(f"/v1/queue/dead-letters{query}")
    assert answer.status_code == 200, answer.text
    found = answer.json()["dead_letters"]
    return [(one["job"], one["page"], one["error"]["code"]) for one in found]


def test_a_given_up_page_says_whose_it_is_and_why(street: Street) -> None:
    job_id = with_gap(street, "ann")
    (told,) = street.doors["ann"].get("/v1/queue/dead-letters").json()["dead_letters"]
    assert told.pop("at")
    assert told == {
        "job": job_id,
        "filename": "mill.pdf",
        "user": "ann",
        "job_state": "completed",
        "kind": "page",
        "page": 3,
        "engine": "text",
        "error": {"code": FAILURE.code, "message": FAILURE.message, "hint": FAILURE.hint},
        "attempts": 1,
        "deaths": 0,
        "links": {"job": f"/v1/jobs/{job_id}", "page": f"/v1/jobs/{job_id}/pages/3"},
    }
    assert street.doors["ann"].get(told["links"]["page"]).json()["state"] == "failed"


def test_everybody_sees_their_own_and_admins_all(street: Street) -> None:
    anns, bobs = failed(street, "ann", CORRUPT), with_gap(street, "bob")
    assert letters(street, "ann") == [(anns, None, "corrupt")]
    assert letters(street, "chief") == []
    assert letters(street, "chief", "?user=bob") == [(bobs, 3, "engine_failed")]
    assert letters(street, "chief", "?user=*") == [
        (bobs, 3, "engine_failed"),
        (anns, None, "corrupt"),
    ]
    for path in ("dead-letters", "dead-letters/reasons"):
        for user in ("bob", "*"):
            answer = street.doors["ann"].get(f"/v1/queue/{path}?user={user}")
            assert code_of(answer) == (403, "forbidden")


def test_given_up_work_is_found_by_code_engine_and_time(street: Street) -> None:
    job_id = with_gap(street, "ann")
    one = [(job_id, 3, "engine_failed")]
    assert letters(street, "ann", "?code=engine_failed") == one
    assert letters(street, "ann", "?code=corrupt") == []
    assert letters(street, "ann", "?engine=text") == one
    assert letters(street, "ann", "?engine=ppocr") == []
    assert letters(street, "ann", "?since=2020-01-01T00:00:00Z") == one
    assert letters(street, "ann", "?since=2120-01-01T00:00:00%2B02:00") == []


def test_given_up_work_comes_page_by_page(street: Street) -> None:
    jobs = [failed(street, "ann", CORRUPT) for _ in range(3)]
    first = street.doors["ann"].get("/v1/queue/dead-letters?limit=2").json()
    assert [one["job"] for one in first["dead_letters"]] == [jobs[2], jobs[1]]
    rest = letters(street, "ann", f"?limit=2&before={first['next']}")
    assert [job_id for job_id, _, _ in rest] == [jobs[0]]


@pytest.mark.parametrize("query", ["since=yesterday", "since=2020-01-01", "before=x", "limit=0"])
def test_a_filter_that_makes_no_sense_is_refused(street: Street, query: str) -> None:
    answer = street.doors["ann"].get(f"/v1/queue/dead-letters?{query}")
    assert code_of(answer) == (422, "invalid_request")


def test_reasons_are_counted(street: Street) -> None:
    for _ in range(2):
        failed(street, "ann", CORRUPT)
    job_id = with_gap(street, "bob")
    told = street.doors["chief"].get("/v1/queue/dead-letters/reasons?user=*").json()["reasons"]
    assert [(one["code"], one["count"], one["hopeless"]) for one in told] == [
        ("corrupt", 2, True),
        ("engine_failed", 1, False),
    ]
    assert told[1]["example"]["job"] == job_id
    assert told[1]["first_at"] == told[1]["last_at"] == told[1]["example"]["at"]
    own = street.doors["bob"].get("/v1/queue/dead-letters/reasons").json()["reasons"]
    assert [one["code"] for one in own] == ["engine_failed"]


def requeue(street: Street, user_id: str, query: str = "") -> dict:
    answer = street.doors[user_id].post(f"/v1/queue/requeue-failed{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_what_can_never_go_right_stays_unless_it_is_meant(street: Street) -> None:
    hopeless, gap = failed(street, "ann", CORRUPT), with_gap(street, "ann")
    assert requeue(street, "ann") == {
        "requeued": 1,
        "jobs": [gap],
        "pages": 1,
        "hopeless": 1,
        "left_out": 0,
        "next": None,
    }
    assert requeue(street, "ann")["requeued"] == 0
    assert requeue(street, "ann", "?all=true")["jobs"] == [hopeless]


def test_a_code_that_is_named_is_tried_whatever_it_is(street: Street) -> None:
    hopeless = failed(street, "ann", CORRUPT)
    with_gap(street, "ann")
    told = requeue(street, "ann", "?code=corrupt")
    assert (told["jobs"], told["pages"], told["hopeless"]) == ([hopeless], 0, 0)


@pytest.mark.parametrize("code", ["job_timeout", "quota_pages", "a_plug_in_s_own"])
def test_what_time_may_heal_is_tried_again(street: Street, code: str) -> None:
    job_id = failed(street, "ann", Failure(code, "Not today"))
    assert requeue(street, "ann")["jobs"] == [job_id]


def test_requeueing_reaches_only_whose_it_is_meant_for(street: Street) -> None:
    anns, bobs = failed(street, "ann", SLOW), failed(street, "bob", SLOW)
    assert code_of(street.doors["ann"].post("/v1/queue/requeue-failed?user=bob"))[0] == 403
    assert requeue(street, "chief")["jobs"] == []
    assert requeue(street, "chief", "?user=bob")["jobs"] == [bobs]
    assert requeue(street, "chief", "?user=*")["jobs"] == [anns]


def test_work_that_still_runs_is_left_out(street: Street) -> None:
    job_id = street.send("ann")
    street.house.worker.broken = {1}
    street.house.worker.step()
    street.house.worker.step(1)
    told = requeue(street, "ann")
    assert (told["requeued"], told["left_out"]) == (0, 1)
    assert letters(street, "ann") == [(job_id, 1, "engine_failed")]


def test_a_large_requeue_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with street_in(tmp_path, batch=2) as street:
        jobs = [failed(street, "ann", SLOW) for _ in range(5)]
        first = requeue(street, "ann")
        second = requeue(street, "ann", f"?before={first['next']}")
        third = requeue(street, "ann", f"?before={second['next']}")
    assert [*first["jobs"], *second["jobs"], *third["jobs"]] == jobs[::-1]
    assert third["next"] is None


def test_a_page_tells_the_history_of_its_attempts(street: Street) -> None:
    job_id = street.send("ann")
    ledger = street.house.service.ledger
    street.house.worker.step()
    (work,) = street.house.worker.claim(1)
    ledger.finish([Report(work.task_id, work.token, Died(SLOW))])
    (work,) = street.house.worker.claim(1)
    ledger.finish([Report(work.task_id, work.token, GiveUp(CORRUPT))])
    told = street.doors["ann"].get(f"/v1/jobs/{job_id}/pages/{work.page_no}").json()
    assert all(one.pop("at") for one in told["history"])
    assert told["history"] == [
        {"attempt": 1, "code": SLOW.code, "message": SLOW.message, "died": True, "given_up": False},
        {
            "attempt": 2,
            "code": CORRUPT.code,
            "message": CORRUPT.message,
            "died": False,
            "given_up": True,
        },
    ]
    assert street.doors["ann"].get(f"/v1/jobs/{job_id}/pages/2").json()["history"] == []


def test_an_attempt_that_will_be_made_again_is_told_too(street: Street) -> None:
    job_id = street.send("ann")
    street.house.worker.step()
    (work,) = street.house.worker.claim(1)
    street.house.service.ledger.finish([Report(work.task_id, work.token, Retry(FAILURE))])
    told = street.doors["ann"].get(f"/v1/jobs/{job_id}/pages/{work.page_no}").json()
    assert (told["state"], told["history"][0]["given_up"]) == ("retrying", False)


# The order of jobs.


def priorities(street: Street, user_id: str) -> dict[str, int]:
    found = street.doors[user_id].get("/v1/jobs").json()["jobs"]
    return {job["id"]: job["priority"] for job in found}


def test_waiting_jobs_change_places_by_name_and_state(street: Street) -> None:
    report, other = street.send("ann", "Report 7.pdf"), street.send("ann", "other.pdf")
    paused = street.send("ann", "report 8.pdf")
    street.doors["ann"].post(f"/v1/jobs/{paused}/pause")
    body = {"priority": 1, "name": "report", "state": ["queued"]}
    told = street.doors["ann"].post("/v1/queue/reprioritise", json=body).json()
    assert told == {"reprioritised": 1, "next": None}
    assert priorities(street, "ann") == {report: 1, other: 10, paused: 10}
    assert [work.job_id for work in street.house.worker.claim(2)] == [other, report]


def test_only_admins_change_the_order_of_others(street: Street) -> None:
    anns, bobs = street.send("ann"), street.send("bob")
    body = {"priority": 2, "user": "bob"}
    assert code_of(street.doors["ann"].post("/v1/queue/reprioritise", json=body))[0] == 403
    told = street.doors["chief"].post("/v1/queue/reprioritise", json=body).json()
    assert told["reprioritised"] == 1
    assert (priorities(street, "ann"), priorities(street, "bob")) == ({anns: 10}, {bobs: 2})
    everybody = {"priority": 3, "user": "*"}
    told = street.doors["chief"].post("/v1/queue/reprioritise", json=everybody).json()
    assert told["reprioritised"] == 2


def test_jobs_that_have_ended_keep_their_priority(street: Street) -> None:
    job_id = with_gap(street, "ann")
    body = {"priority": 1, "state": ["completed"]}
    told = street.doors["ann"].post("/v1/queue/reprioritise", json=body).json()
    assert told["reprioritised"] == 0
    assert priorities(street, "ann") == {job_id: 10}


def test_many_jobs_change_places_in_several_calls(tmp_path: Path) -> None:
    with street_in(tmp_path, batch=2) as street:
        for _ in range(3):
            street.send("ann")
        body: dict[str, object] = {"priority": 4}
        first = street.doors["ann"].post("/v1/queue/reprioritise", json=body).json()
        body["before"] = first["next"]
        second = street.doors["ann"].post("/v1/queue/reprioritise", json=body).json()
        assert set(priorities(street, "ann").values()) == {4}
    assert (first["reprioritised"], second) == (2, {"reprioritised": 1, "next": None})
