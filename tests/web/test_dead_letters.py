"""What was given up: who is told of it, and how it is tried again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pagemill.model.job import Failure
from pagemill.model.task import Died, GiveUp, Report, Retry
from web.roles import Street, code_of, failed, street_in, with_gap
from web_house import FAILURE

CORRUPT = Failure("corrupt", "The file is damaged")
SLOW = Failure("page_timeout", "It took too long")


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with street_in(tmp_path) as street:
        yield street


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
