"""Many jobs at once: orders to all of them, and their results in one archive."""

import io
from zipfile import ZipFile

import httpx2
import pytest

from pagemill.model.people import Role
from pagemill.web import bundles, orders
from web.knocking import house_with, sent
from web_house import LiveHouse

NOBODYS = "00000000-0000-7000-8000-000000000000"


def order(client: httpx2.Client, name: str, **more: object) -> dict:
    answer = client.post("/v1/jobs/orders", json={"order": name, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def states(client: httpx2.Client, ids: list[str]) -> list[str]:
    return [client.get(f"/v1/jobs/{one}").json()["state"] for one in ids]


# Orders.


def test_one_order_reaches_every_job_and_what_one_refuses_holds_up_no_other(
    house: LiveHouse, client: httpx2.Client
) -> None:
    done = house.submit()["id"]
    house.worker.work_off()
    waiting = [house.submit()["id"] for _ in range(3)]
    told = order(client, "pause", jobs=[waiting[0], done, NOBODYS, *waiting[1:], waiting[0]])
    assert (told["done"], told["next"]) == (waiting, None)
    assert [(one["job"], one["code"]) for one in told["refused"]] == [
        (done, "invalid_state"),
        (NOBODYS, "job_not_found"),
    ]
    assert "completed" in told["refused"][0]["message"]
    assert states(client, waiting) == ["paused"] * 3
    order(client, "resume", jobs=waiting)
    order(client, "priority", jobs=waiting, priority=2)
    assert {client.get(f"/v1/jobs/{one}").json()["priority"] for one in waiting} == {2}
    order(client, "cancel", jobs=waiting)
    assert states(client, waiting) == ["cancelled"] * 3
    order(client, "retry", jobs=waiting, engine="tesseract")
    assert states(client, waiting) == ["queued"] * 3
    assert order(client, "delete", jobs=[*waiting, done])["done"] == [*waiting, done]
    assert client.get("/v1/jobs").json()["jobs"] == []


def test_all_that_match_are_told_a_part_at_a_time_and_what_came_later_is_not(
    house: LiveHouse, client: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "MOST_MATCHED", 2)
    house.submit()
    house.worker.work_off()
    waiting = [house.submit()["id"] for _ in range(5)]
    later = house.submit()["id"]
    done, before, answers = [], f"{waiting[-1]}~", 0
    while before:
        told = order(client, "cancel", match={"name": "MILL"}, before=before)
        done, before, answers = done + told["done"], told["next"], answers + 1
    assert (done, answers) == (waiting[::-1], 4)
    assert [one["code"] for one in told["refused"]] == []
    assert states(client, [later]) == ["queued"]
    assert order(client, "cancel", match={"state": ["completed"]})["refused"][0]["job"]


def test_an_order_nobody_can_follow_is_refused_as_a_whole(client: httpx2.Client) -> None:
    for body in (
        {"order": "priority", "jobs": ["a"]},
        {"order": "cancel", "jobs": ["a"], "match": {}},
        {"order": "burn", "jobs": ["a"]},
        {"order": "cancel", "jobs": ["a"] * 201},
    ):
        answer = client.post("/v1/jobs/orders", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), body


def test_trouble_of_the_house_is_told_of_every_job_but_waited_for_once(
    house: LiveHouse, client: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [house.submit()["id"] for _ in range(3)]
    tried: list[str] = []

    def fail(job_id: str, _: object) -> None:
        tried.append(job_id)
        raise orders.PagemillError("ledger_busy")

    monkeypatch.setattr(house.service.ledger, "cancel", fail)
    told = order(client, "cancel", jobs=ids)
    assert [one["code"] for one in told["refused"]] == ["ledger_busy"] * 3
    assert tried == ids[:1]


# Archives.


def unzip(answer: httpx2.Response) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    with ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}


def test_results_of_many_jobs_come_in_one_archive_that_tells_what_it_lacks(
    house: LiveHouse, client: httpx2.Client
) -> None:
    one, twin = house.submit()["id"], house.submit()["id"]
    rich = house.submit(outputs="markdown,images", filename="Mill?.PDF")["id"]
    house.worker.work_off()
    waiting = house.submit(filename="slow.pdf")["id"]
    answer = client.get("/v1/archive", params={"ref": [one, twin, rich, waiting, one]})
    assert answer.headers["content-disposition"].startswith('attachment; filename="results.zip"')
    files = unzip(answer)
    assert list(files) == [
        "mill.md",
        "mill (2).md",
        "Mill_/Mill_.md",
        "Mill_/images/1_0.jpg",
        "left out.txt",
    ]
    assert files["mill.md"] == client.get(f"/v1/jobs/{one}/outputs/markdown").text
    assert files["left out.txt"] == f"slow.pdf ({waiting}): it is queued and has no such outputs\n"
    found = client.get("/v1/archive", params={"state": "completed", "output": "markdown"})
    assert list(unzip(found)) == ["Mill_.md", "mill.md", "mill (2).md"]
    newer = client.get("/v1/archive", params={"before": twin})
    assert list(unzip(newer)) == ["mill.md"]


def test_a_result_that_is_removed_meanwhile_is_told_of_in_the_archive(
    house: LiveHouse, client: httpx2.Client
) -> None:
    one, other = house.submit()["id"], house.submit()["id"]
    house.worker.work_off()
    house.service.shelf.delete([f"jobs/{one}/result.md"])
    files = unzip(client.get("/v1/archive", params={"ref": [one, other]}))
    assert list(files) == ["mill (2).md", "left out.txt"]
    assert files["left out.txt"] == f"mill.pdf ({one}): result.md: The output was removed\n"


def test_an_archive_without_a_file_or_with_too_many_is_refused(
    house: LiveHouse, client: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = house.submit()["id"]
    monkeypatch.setattr(bundles, "MOST_JOBS", 2)
    for params, code in (
        ({"ref": waiting}, "output_not_ready"),
        ({"ref": NOBODYS}, "job_not_found"),
        ({"ref": ["a"] * 201}, "invalid_request"),
    ):
        assert client.get("/v1/archive", params=params).json()["code"] == code
    nothing = unzip(client.get("/v1/archive", params={"name": "barn"}))
    assert nothing == {"left out.txt": "No job matches.\n"}
    house.submit(), house.submit()
    assert client.get("/v1/archive").json()["code"] == "too_large"


# Whose.


def test_nobody_orders_or_fetches_jobs_of_others_in_a_crowd_of_their_own(tmp_path) -> None:
    with house_with(tmp_path) as house:
        ann, bob = house.let_in("ann"), house.let_in("bob")
        anns, bobs = sent(house, ann), sent(house, bob)
        with house.client(bob) as client:
            told = order(client, "delete", jobs=[bobs, anns])
            assert told["done"] == [bobs]
            made_up = order(client, "delete", jobs=[NOBODYS])["refused"][0]
            refused = told["refused"][0]
            assert refused["message"].replace(anns, NOBODYS) == made_up["message"]
            bobs = sent(house, bob)
            assert order(client, "cancel", match={})["done"] == [bobs]
            for user in ("*", "ann"):
                body = {"order": "cancel", "match": {"user": user}}
                assert client.post("/v1/jobs/orders", json=body).status_code == 403
                assert client.get("/v1/archive", params={"user": user}).status_code == 403
            assert client.get("/v1/archive", params={"ref": [bobs, anns]}).status_code == 404
        with house.client(house.let_in("looker", Role.READ_ONLY)) as client:
            body = {"order": "cancel", "jobs": [anns]}
            assert client.post("/v1/jobs/orders", json=body).status_code == 403
        with house.client(house.let_in("chief", Role.ADMIN)) as client:
            assert order(client, "cancel", match={"user": "*"})["done"] == [anns]
