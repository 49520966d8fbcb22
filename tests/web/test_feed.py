"""News of many jobs in one stream: everything once and in order, and nothing of anybody else's."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from pagemill.model.people import Role
from pagemill.testing.clock import SettableClock
from pagemill.web import WebConfig, feed
from web_house import LiveHouse, open_service, serving


class Listener:
    """One open stream; `hello` is its greeting."""

    def __init__(self, answer: httpx2.Response) -> None:
        assert answer.status_code == 200, answer.read()
        self._told = iter(httpx2.EventSource(answer))
        self.hello = self.next()

    def next(self) -> httpx2.ServerSentEvent:
        return next(self._told)

    def until(self, is_last: Callable[[dict], bool]) -> list[dict]:
        """Jobs as they are told, the one that was waited for too."""
        jobs = [self.next().json()]
        while not is_last(jobs[-1]):
            jobs.append(self.next().json())
        return jobs

    def rest(self) -> list[httpx2.ServerSentEvent]:
        return list(self._told)


@contextmanager
def listening(
    client: httpx2.Client, path: str = "/v1/events", **query: str | int | list[str]
) -> Iterator[Listener]:
    with client.stream("GET", path, params=query) as answer:
        yield Listener(answer)


def is_done(job: dict) -> bool:
    return job.get("state") == "completed"


def test_a_job_is_told_as_it_comes_as_it_moves_and_when_it_is_gone(
    house: LiveHouse, client: httpx2.Client
) -> None:
    old = house.submit()
    with listening(client) as mine:
        assert (mine.hello.event, mine.hello.json()) == ("hello", {"missed": False})
        ref = house.submit()["id"]
        came = mine.next()
        assert (came.event, came.json()["id"], came.json()["state"]) == ("job", ref, "queued")
        house.worker.broken = (2,)
        house.worker.work_off()
        told = mine.until(lambda job: is_done(job) and job["id"] == ref)
        assert [job["version"] for job in told if job["id"] == ref][-1] == told[-1]["version"]
        assert told[-1] == client.get(f"/v1/jobs/{ref}").json() | {"position": None}
        assert told[-1]["failed_pages"] == [2]
        client.delete(f"/v1/jobs/{ref}")
        gone = mine.next()
        while gone.event == "job":
            assert gone.json()["id"] == old["id"]
            gone = mine.next()
        assert (gone.event, gone.json()) == ("gone", {"id": ref})
        assert int(gone.id) > int(came.id) > int(mine.hello.id)


def test_every_job_is_told_at_most_once_a_look_at_its_newest(tmp_path: Path) -> None:
    service = open_service(tmp_path)
    with serving(service, tmp_path) as house, house.client() as client:
        house.worker.pages = 40
        with listening(client) as mine:
            ref = house.submit()["id"]
            house.worker.work_off()
            versions = [job["version"] for job in mine.until(is_done)]
        assert versions == sorted(set(versions))
        changed = service.ledger.changes.after(0, 1000)
        assert [change.job_id for change in changed] == [ref]
    service.ledger.close()


def test_people_hear_of_their_own_jobs_and_admins_of_whose_they_ask(tmp_path: Path) -> None:
    service = open_service(tmp_path)
    config = WebConfig(watch_interval_ms=20, is_open=False)
    with serving(service, tmp_path, config) as house:
        ann, bob = house.client(house.let_in("ann")), house.client(house.let_in("bob"))
        chief = house.client(house.let_in("chief", Role.ADMIN))
        with (
            listening(ann) as anns,
            listening(bob, "/ui/events") as bobs,
            listening(chief, user="*") as everybodys,
            listening(chief, user="bob") as bobs_too,
            listening(chief) as chiefs,
        ):
            sent = []
            for number, door in enumerate((ann, bob, ann, bob, chief)):
                files = {"file": (f"{number}.pdf", house.pdf)}
                sent.append(door.post("/v1/jobs", files=files).json()["id"])
            assert [anns.next().json()["id"] for _ in range(2)] == [sent[0], sent[2]]
            rows = [bobs.next().data for _ in range(2)]
            assert [sent[1] in rows[0], sent[3] in rows[1]] == [True, True]
            assert [everybodys.next().json()["id"] for _ in sent] == sent
            assert [bobs_too.next().json()["id"] for _ in range(2)] == [sent[1], sent[3]]
            assert chiefs.next().json()["id"] == sent[4]
        for path in ("/v1/events", "/ui/events"):
            for whose in ("bob", "*", "nobody"):
                refused = ann.get(path, params={"user": whose})
                assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        for door in (ann, bob, chief):
            door.close()
    service.ledger.close()


def test_rows_are_rendered_once_for_all_and_names_in_them_are_inert(
    house: LiveHouse, client: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = house.server.config.app.state.pages
    rendered: list[str] = []
    text = pages.text
    monkeypatch.setattr(
        pages, "text", lambda name, **given: rendered.append(name) or text(name, **given)
    )
    with (
        listening(client, "/ui/events", user="*") as one,
        listening(client, "/ui/events") as other,
    ):
        files = {"file": ("<img src=x onerror=alert(1)>.pdf", house.pdf)}
        ref = client.post("/v1/jobs", files=files).json()["id"]
        row = one.next()
        assert other.next() == row
        assert row.event == "row"
        assert row.data.startswith("<tr")
        assert f'id="job-{ref}"' in row.data
        assert "<img" not in row.data
        client.delete(f"/v1/jobs/{ref}")
        assert (one.next().data, other.next().data) == (ref, ref)
    assert rendered == ["job_row.html"]


def test_who_comes_again_hears_what_they_missed(tmp_path: Path) -> None:
    """From the tail while others listen, and from the ledger after a restart."""
    service = open_service(tmp_path)
    with serving(service, tmp_path) as house, house.client() as client:
        port = house.web_port
        with listening(client) as mine, listening(client) as another:
            first = house.submit()["id"]
            seen = mine.next().id
            another.next()
            second = house.submit()["id"]
            another.next()
            # The page names the first number it knew, its script the last one: that one counts.
            with listening(client, after=["0", seen]) as again:
                assert again.hello.json() == {"missed": False}
                assert again.next().json()["id"] == second
    client_headers = {"Last-Event-ID": seen}
    with serving(service, tmp_path, port=port) as house, house.client() as client:
        service.delete(first)
        client.headers.update(client_headers)
        with listening(client) as again:
            assert (again.hello.id, again.hello.json()) == (seen, {"missed": False})
            assert again.next().json()["id"] == second
            assert again.next().json() == {"id": first}
            third = house.submit()["id"]
            assert again.next().json()["id"] == third
    service.ledger.close()


def test_who_missed_too_much_or_comes_from_elsewhere_is_told_to_look_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "TAIL", 3)
    service = open_service(tmp_path)
    with serving(service, tmp_path) as house, house.client() as client:
        for _ in range(5):
            house.submit()
        end = service.ledger.changes.bounds()[1]
        for after in (0, end + 1, 2**53):
            with listening(client, after=after) as mine:
                assert mine.hello.json() == {"missed": True}
                assert int(mine.hello.id) == end
        with listening(client, after=end - 3) as mine:
            assert mine.hello.json() == {"missed": False}
    service.ledger.close()


def test_a_flood_is_told_as_one_word_and_the_stream_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "AT_A_LOOK", 5)
    monkeypatch.setattr(feed, "TOO_FAR_BEHIND", 20)
    service = open_service(tmp_path)
    with serving(service, tmp_path) as house, house.client() as client:
        document = house.submit()["document"]["id"]
        refs = [service.submit_document(document, {}).job.id for _ in range(30)]
        with listening(client) as mine:
            client.post("/v1/queue/reprioritise", json={"priority": 1})
            flood = mine.next()
            assert (flood.event, flood.json()) == ("hello", {"missed": True})
            service.cancel(refs[0])
            told = mine.next().json()
            assert (told["id"], told["state"]) == (refs[0], "cancelled")
        with listening(client, after=flood.id) as again:
            assert again.next().json() == told
    service.ledger.close()


def test_one_question_answers_all_listeners_and_none_is_asked_without(tmp_path: Path) -> None:
    service = open_service(tmp_path)
    questions: list[int] = []
    ask = service.ledger.changes.after
    service.ledger.changes.after = lambda *given: questions.append(1) or ask(*given)
    with serving(service, tmp_path) as house, house.client() as client:
        house.submit()
        streams = [client.stream("GET", "/v1/events") for _ in range(30)]
        told = [Listener(stream.__enter__()) for stream in streams]
        assert questions == []
        ref = house.submit()["id"]
        for one in told:
            assert one.next().json()["id"] == ref
        assert len(questions) < 5
        for stream in streams:
            stream.__exit__(None, None, None)
    service.ledger.close()


def test_a_slow_listener_is_dropped_and_too_many_are_refused(tmp_path: Path) -> None:
    service = open_service(tmp_path)
    config = WebConfig(watch_interval_ms=20, idle_seconds=0.3, max_watchers=2)
    with (
        serving(service, tmp_path, config) as house,
        house.client() as client,
        socket.socket() as slow,
        listening(client) as quick,
    ):
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(("127.0.0.1", house.web_port))
        slow.sendall(b"GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
        while house.watchers < 2:
            house.submit()
            quick.next()
        refused = client.get("/ui/events")
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_watchers")
        document = house.submit()["document"]["id"]
        quick.next()
        while house.watchers == 2:
            service.submit_document(document, {}, note={"x": "x" * 60_000})
            assert quick.next().event == "job"
    service.ledger.close()


def test_a_stream_ends_with_its_token_and_with_the_server(tmp_path: Path) -> None:
    clock = SettableClock()
    service = open_service(tmp_path, clock=clock)
    config = WebConfig(watch_interval_ms=20, is_open=False)
    with serving(service, tmp_path, config) as house:
        brief = house.client(house.let_in("ann", days=1))
        lasting = house.client(house.let_in("ann"))
        clock.advance(86_400 - 0.3)
        files = {"file": ("mill.pdf", house.pdf)}
        ref = brief.post("/v1/jobs", files=files).json()["id"]
        with listening(lasting) as goes_on, listening(brief) as ends:
            assert ends.rest() == []
            with brief.stream("GET", f"/v1/jobs/{ref}/events") as answer:
                told = [sse.event for sse in httpx2.EventSource(answer)]
            assert told == ["job", "job.queued"]
            house.server.stop()
            assert goes_on.rest() == []
        brief.close()
        lasting.close()
    service.ledger.close()
