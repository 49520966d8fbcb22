"""Live news: events, the WebSocket, the long poll; many watchers, slow ones, lost ones."""

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from pagemill.web import WebConfig
from web_house import LiveHouse, open_service, serving

DONE = [
    "job.queued",
    "job.started",
    "page.done",
    "page.done",
    "page.done",
    "job.assembling",
    "job.completed",
]


def stories(response: httpx2.Response) -> Iterator[httpx2.ServerSentEvent]:
    return iter(httpx2.EventSource(response))


def kinds(client: httpx2.Client, ref: str, **headers: str) -> list[str]:
    with client.stream("GET", f"/v1/jobs/{ref}/events", headers=headers) as response:
        return [sse.event for sse in stories(response)]


def test_the_whole_story_of_an_ended_job_is_told_and_the_stream_ends(
    house: LiveHouse, client: httpx2.Client
) -> None:
    ref = house.submit()["id"]
    house.worker.work_off()
    assert kinds(client, ref) == [*DONE, "job"]


def test_news_arrive_while_the_job_runs(house: LiveHouse, client: httpx2.Client) -> None:
    ref = house.submit()["id"]
    with client.stream("GET", f"/v1/jobs/{ref}/events") as response:
        told = stories(response)
        assert json.loads(next(told).data)["state"] == "queued"
        assert next(told).event == "job.queued"
        house.worker.step()
        assert next(told).event == "job.started"
        assert json.loads(next(told).data)["pages"]["total"] == 3
        house.worker.step(1)
        page = next(told)
        assert json.loads(page.data)["data"]["page"] == 1
        assert json.loads(next(told).data)["progress"] == 33
        house.worker.work_off()
        last = list(told)[-1]
        assert json.loads(last.data)["state"] == "completed"


def test_ids_are_the_sequence_of_changes_without_a_gap(
    house: LiveHouse, client: httpx2.Client
) -> None:
    ref = house.submit()["id"]
    house.worker.work_off()
    with client.stream("GET", f"/v1/jobs/{ref}/events") as response:
        events = [sse for sse in stories(response) if sse.event != "job"]
    assert [int(sse.id) for sse in events] == list(range(1, len(DONE) + 1))
    assert client.get(f"/v1/jobs/{ref}").json()["version"] == len(DONE)


@pytest.mark.parametrize("seen", range(len(DONE)))
def test_whoever_comes_again_misses_nothing_and_hears_nothing_twice(
    house: LiveHouse, client: httpx2.Client, seen: int
) -> None:
    ref = house.submit()["id"]
    house.worker.work_off()
    assert kinds(client, ref, **{"Last-Event-ID": str(seen)}) == [*DONE[seen:], "job"]


def test_a_browser_that_has_heard_all_is_told_not_to_come_again(
    house: LiveHouse, client: httpx2.Client
) -> None:
    ref = house.submit()["id"]
    house.worker.work_off()
    answer = client.get(f"/v1/jobs/{ref}/events", headers={"Last-Event-ID": str(len(DONE))})
    assert answer.status_code == 204


@pytest.mark.parametrize("last", ["x", "-1", "9" * 30, "\u00b2"])
def test_a_last_event_that_makes_no_sense_means_the_whole_story(
    house: LiveHouse, client: httpx2.Client, last: str
) -> None:
    ref = house.submit()["id"]
    house.worker.work_off()
    headers = {b"Last-Event-ID": last.encode()}
    with client.stream("GET", f"/v1/jobs/{ref}/events", headers=headers) as response:
        assert [sse.event for sse in stories(response)] == [*DONE, "job"]


def test_a_retried_job_is_told_on_from_where_it_had_ended(
    house: LiveHouse, client: httpx2.Client
) -> None:
    ref = house.submit()["id"]
    house.worker.broken = {2}
    house.worker.work_off()
    version = client.get(f"/v1/jobs/{ref}").json()["version"]
    house.worker.broken = ()
    client.post(f"/v1/jobs/{ref}/retry", json={"engine": "tesseract"}).raise_for_status()
    house.worker.work_off()
    told = kinds(client, ref, **{"Last-Event-ID": str(version)})
    assert told == ["job.retried", "page.done", "job.assembling", "job.completed", "job"]


def test_a_newcomer_who_knows_more_than_the_hub_hears_nothing_twice(tmp_path: Path) -> None:
    service = open_service(tmp_path)
    config = WebConfig(watch_interval_ms=1000)
    with serving(service, tmp_path, config) as house, house.client() as client:
        ref = house.submit()["id"]
        with client.stream("GET", f"/v1/jobs/{ref}/events") as earlier:
            first = stories(earlier)
            assert [next(first).event, next(first).event] == ["job", "job.queued"]
            with house.client() as other:
                other.post(f"/v1/jobs/{ref}/cancel").raise_for_status()
                assert kinds(other, ref) == ["job.queued", "job.cancelled", "job"]
            assert [sse.event for sse in first] == ["job.cancelled", "job"]
    service.ledger.close()


def test_a_silent_stream_shows_that_it_lives(house: LiveHouse, client: httpx2.Client) -> None:
    ref = house.submit()["id"]
    with client.stream("GET", f"/v1/jobs/{ref}/events") as response:
        assert any(line.startswith(": ping") for line in response.iter_lines())


def test_the_websocket_tells_the_same(house: LiveHouse, client: httpx2.Client) -> None:
    ref = house.submit()["id"]
    with connect(f"ws://127.0.0.1:{house.web_port}/v1/jobs/{ref}/ws") as watcher:
        first = json.loads(watcher.recv(10))
        assert (first["type"], first["job"]["state"]) == ("job", "queued")
        house.worker.work_off()
        told = [json.loads(text) for text in watcher]
    assert [one["event"]["kind"] for one in told if one["type"] == "event"] == DONE
    assert told[-1]["job"]["state"] == "completed"


def test_a_websocket_for_a_job_that_is_not_there_is_denied(house: LiveHouse) -> None:
    with pytest.raises(InvalidStatus) as denied:
        connect(f"ws://127.0.0.1:{house.web_port}/v1/jobs/nope/ws")
    assert denied.value.response.status_code == 404
    assert json.loads(denied.value.response.body)["code"] == "job_not_found"


def test_a_websocket_whose_watcher_left_frees_its_place(house: LiveHouse) -> None:
    ref = house.submit()["id"]
    with connect(f"ws://127.0.0.1:{house.web_port}/v1/jobs/{ref}/ws") as watcher:
        watcher.recv(10)
        assert house.watchers == 1
    wait_until(lambda: house.watchers == 0)


def wait_until(condition) -> None:
    pause = threading.Event()
    for _ in range(500):
        if condition():
            return
        pause.wait(0.02)
    raise AssertionError("it never came true")


def test_a_long_poll_returns_with_the_end_of_the_job(
    house: LiveHouse, client: httpx2.Client
) -> None:
    ref = house.submit()["id"]
    answers: list[dict] = []
    with house.client() as other:
        poll = threading.Thread(
            target=lambda: answers.append(other.get(f"/v1/jobs/{ref}?wait=20").json())
        )
        poll.start()
        wait_until(lambda: house.watchers == 1)
        house.worker.work_off()
        poll.join(20)
    assert answers[0]["state"] == "completed"
    assert client.get(f"/v1/jobs/{ref}?wait=20").json()["state"] == "completed"


def test_a_long_poll_for_any_change_returns_with_it(
    house: LiveHouse, client: httpx2.Client
) -> None:
    ref = house.submit()["id"]
    assert client.get(f"/v1/jobs/{ref}?wait=20&after=0").json()["version"] == 1
    answers: list[dict] = []
    with house.client() as other:
        poll = threading.Thread(
            target=lambda: answers.append(other.get(f"/v1/jobs/{ref}?wait=20&after=1").json())
        )
        poll.start()
        wait_until(lambda: house.watchers == 1)
        client.post(f"/v1/jobs/{ref}/pause").raise_for_status()
        poll.join(20)
    assert answers[0]["state"] == "paused"


def test_a_long_poll_ends_when_its_time_is_up(house: LiveHouse, client: httpx2.Client) -> None:
    ref = house.submit()["id"]
    assert client.get(f"/v1/jobs/{ref}?wait=0.05").json()["state"] == "queued"
    assert house.watchers == 0


def test_a_deleted_job_ends_its_streams(house: LiveHouse, client: httpx2.Client) -> None:
    ref = house.submit()["id"]
    with client.stream("GET", f"/v1/jobs/{ref}/events") as response:
        told = stories(response)
        next(told)
        with house.client() as other:
            other.delete(f"/v1/jobs/{ref}").raise_for_status()
        assert [sse.event for sse in told] == ["job.queued"]


def test_many_watchers_of_a_job_cost_one_question(tmp_path: Path) -> None:
    service = open_service(tmp_path)
    questions: list[int] = []
    ask = service.ledger.jobs_by_id
    service.ledger.jobs_by_id = lambda ids: questions.append(len(ids)) or ask(ids)
    with serving(service, tmp_path) as house, house.client() as client:
        client.timeout = 30
        ref = house.submit()["id"]
        streams = [client.stream("GET", f"/v1/jobs/{ref}/events") for _ in range(40)]
        told = [stories(stream.__enter__()) for stream in streams]
        for one in told:
            next(one)
        wait_until(lambda: house.watchers == 40)
        house.worker.work_off()
        for one in told:
            assert [sse.event for sse in one][-2:] == ["job.completed", "job"]
        for stream in streams:
            stream.__exit__(None, None, None)
    assert set(questions) == {1}
    assert len(questions) < 80  # 40 newcomers and a few changes; never watchers times changes
    service.ledger.close()


def test_nothing_is_asked_while_nobody_watches(tmp_path: Path) -> None:
    service = open_service(tmp_path)
    questions: list[int] = []
    ask = service.ledger.change_mark
    service.ledger.change_mark = lambda: questions.append(1) or ask()
    with serving(service, tmp_path) as house, house.client() as client:
        ref = house.submit()["id"]
        house.worker.work_off()
        for _ in range(20):
            client.get(f"/v1/jobs/{ref}?wait=5")
    assert questions == []
    service.ledger.close()


def test_too_many_watchers_are_refused_and_the_others_live(tmp_path: Path) -> None:
    service = open_service(tmp_path)
    config = WebConfig(watch_interval_ms=20, max_watchers=1)
    with serving(service, tmp_path, config) as house, house.client() as client:
        ref = house.submit()["id"]
        with client.stream("GET", f"/v1/jobs/{ref}/events") as response:
            told = stories(response)
            next(told)
            refused = client.get(f"/v1/jobs/{ref}/events")
            assert (refused.status_code, refused.json()["code"]) == (429, "too_many_watchers")
            assert client.get(f"/v1/jobs/{ref}?wait=1").status_code == 429
            with pytest.raises(InvalidStatus):
                connect(f"ws://127.0.0.1:{house.web_port}/v1/jobs/{ref}/ws")
            house.worker.work_off()
            assert [sse.event for sse in told][-1] == "job"
        wait_until(lambda: house.watchers == 0)
        assert client.get(f"/v1/jobs/{ref}?wait=1").status_code == 200
    service.ledger.close()


def test_a_reader_that_takes_nothing_is_dropped_and_holds_nobody_up(tmp_path: Path) -> None:
    service = open_service(tmp_path)
    config = WebConfig(watch_interval_ms=20, idle_seconds=0.3)
    with serving(service, tmp_path, config) as house, house.client() as client:
        house.worker.pages = 6000
        ref = house.submit()["id"]
        house.worker.step()
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.connect(("127.0.0.1", house.web_port))
            slow.sendall(f"GET /v1/jobs/{ref}/events HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            wait_until(lambda: house.watchers == 1)
            house.worker.work_off()
            assert client.get(f"/v1/jobs/{ref}?wait=30").json()["state"] == "completed"
            assert len(kinds(client, ref)) > 6000
            wait_until(lambda: house.watchers == 0)
    service.ledger.close()


def test_a_socket_that_takes_nothing_is_dropped_without_a_word_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    service = open_service(tmp_path)
    config = WebConfig(watch_interval_ms=20, idle_seconds=0.3)
    with serving(service, tmp_path, config) as house, socket.socket() as slow:
        house.worker.pages = 500
        first = house.submit()
        service.cancel(first["id"])
        job = service.submit_document(first["document"]["id"], {}, note={"x": "x" * 60_000}).job
        path = f"/v1/jobs/{job.id}/ws"
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(("127.0.0.1", house.web_port))
        slow.sendall(
            f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {'A' * 22}==\r\n\r\n".encode()
        )
        wait_until(lambda: house.watchers == 1)
        with connect(f"ws://127.0.0.1:{house.web_port}{path}") as quick:
            while house.watchers == 2 and house.worker.step(1):
                while json.loads(quick.recv(30))["type"] != "job":
                    pass
            assert house.watchers == 1
            house.service.cancel(job.id)
            assert json.loads(list(quick)[-1])["job"]["state"] == "cancelled"
    service.ledger.close()
    assert [record.getMessage() for record in caplog.records] == []


def test_streams_and_polls_end_when_the_server_stops(tmp_path: Path) -> None:
    service = open_service(tmp_path)
    told: list[str] = []
    with serving(service, tmp_path) as house, house.client() as client:
        ref = house.submit()["id"]
        watch = threading.Thread(target=lambda: told.extend(kinds(client, ref)))
        watch.start()
        wait_until(lambda: house.watchers == 1)
        house.server.stop()
        watch.join(20)
        assert told == ["job", "job.queued"]
    service.ledger.close()
