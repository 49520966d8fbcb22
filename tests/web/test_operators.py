"""What operators and users steer by: stops, engines and their limits, the order of jobs."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from web.roles import Street, code_of, street_in, with_gap


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with street_in(tmp_path) as street:
        yield street


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


def test_who_waits_for_a_drain_is_counted_among_the_watchers(tmp_path: Path) -> None:
    with street_in(tmp_path, max_watchers=1) as street:
        street.send("ann")
        (work,) = street.house.worker.claim()
        chief = street.doors["chief"]
        waiting = threading.Thread(target=chief.post, args=("/v1/queue/drain?wait=20",))
        waiting.start()
        while not street.house.watchers:
            assert waiting.is_alive()
        answer = street.doors["ann"].post("/v1/queue/drain?wait=20", json={"user": "ann"})
        assert code_of(answer) == (429, "too_many_watchers")
        assert [stop.scope for stop in street.house.service.steering.stops()] == ["queue"]
        street.house.worker.finish(work)
        waiting.join(20)
        assert street.house.watchers == 0


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
