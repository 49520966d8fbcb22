"""The client against a real server, sync and async; and its patience, without one."""

import asyncio
import itertools
import random
import socket
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pagemill.client import AsyncClient, Client, EventInfo, GoneInfo, HelloInfo, JobInfo
from pagemill.client.plans import Call, Lost, Patience, Reply, Rest, ask, error_of
from pagemill.errors import PagemillError
from web_house import LiveHouse, open_service, page_markdown, serving


@pytest.fixture
def pdf(house: LiveHouse, tmp_path: Path) -> Path:
    path = tmp_path / "Mühle.pdf"
    path.write_bytes(house.pdf)
    return path


def test_a_document_goes_in_and_its_text_comes_out(
    house: LiveHouse, mill: Client, pdf: Path, tmp_path: Path
) -> None:
    job = mill.submit(pdf, options={"outputs": ["markdown", "images"]}, priority=4)
    assert (job.state, job.document.filename, job.priority) == ("queued", "Mühle.pdf", 4)
    house.worker.work_off()
    done = mill.wait(job.id)
    assert done.is_final
    assert [page.state for page in mill.pages(job.id)] == ["done"] * 3
    assert mill.page_markdown(job.id, 2).strip() == page_markdown(2)
    whole = mill.output(job.id, "markdown")
    assert mill.download(job.id, "markdown", tmp_path / "out.md").read_bytes() == whole
    assert zipfile.is_zipfile(mill.archive(job.id, tmp_path / "out.zip"))
    paths = [output.path for output in mill.outputs(job.id)]
    assert paths == ["result.md", "images/1_0.jpg"]
    assert mill.output(job.id, "images/1_0.jpg").startswith(b"\xff\xd8\xff")


def test_bytes_and_earlier_documents_can_be_sent_too(house: LiveHouse, mill: Client) -> None:
    job = mill.submit(house.pdf, filename="a.pdf")
    again = mill.submit_document(job.document.id, options={"engine": "text"})
    assert again.document == job.document
    assert again.options["engine"] == "text"


def test_a_job_is_steered(house: LiveHouse, mill: Client) -> None:
    job = mill.submit(house.pdf)
    assert mill.pause(job.id).state == "paused"
    assert mill.resume(job.id).state == "queued"
    assert mill.set_priority(job.id, 1).priority == 1
    assert mill.cancel(job.id).state == "cancelled"
    assert mill.retry(job.id, engine="tesseract").state == "queued"
    assert mill.queue().jobs["queued"] == 1
    assert [one.id for one in mill.jobs(states=["queued"], name="doc").jobs] == [job.id]
    mill.delete(job.id)
    assert mill.jobs().jobs == []


def test_refusals_carry_the_servers_code_and_next_step(house: LiveHouse, mill: Client) -> None:
    with pytest.raises(PagemillError) as refused:
        mill.submit(house.pdf, options={"engine": "magic"})
    assert refused.value.code == "invalid_options"
    assert "tesseract" in refused.value.hint
    with pytest.raises(PagemillError, match="no job"):
        mill.get("nope")
    with pytest.raises(PagemillError) as refused:
        mill.submit("/nowhere/a.pdf")
    assert refused.value.code == "file_not_found"


def test_partial_markdown_is_there_before_the_end(house: LiveHouse, mill: Client) -> None:
    job = mill.submit(house.pdf)
    house.worker.step()
    house.worker.step(1)
    with pytest.raises(PagemillError) as early:
        mill.output(job.id, "markdown")
    assert early.value.code == "output_not_ready"
    assert page_markdown(1).encode() in mill.output(job.id, "markdown", partial=True)


def test_watching_tells_every_event_once_and_ends_with_the_job(
    house: LiveHouse, mill: Client
) -> None:
    job = mill.submit(house.pdf)
    news = mill.watch(job.id)
    assert isinstance(next(news), JobInfo)
    house.worker.work_off()
    told = list(news)
    events = [one for one in told if isinstance(one, EventInfo)]
    assert [event.seq for event in events] == list(range(1, 8))
    assert isinstance(told[-1], JobInfo)
    assert told[-1].state == "completed"
    assert list(mill.watch(job.id, after=7)) == []


def test_watching_goes_on_when_the_server_was_restarted(tmp_path: Path) -> None:
    service = open_service(tmp_path)
    told: list[JobInfo | EventInfo] = []
    heard = threading.Event()

    def watch(url: str, ref: str) -> None:
        with Client(url, patience_seconds=60) as mill:
            for news in mill.watch(ref):
                told.append(news)
                heard.set()

    with serving(service, tmp_path) as house:
        ref = house.submit()["id"]
        watcher = threading.Thread(target=watch, args=(house.url, ref))
        watcher.start()
        assert heard.wait(20)
        port = house.web_port
        worker = house.worker
    worker.work_off()
    with serving(service, tmp_path, port=port):
        watcher.join(30)
    assert [one.seq for one in told if isinstance(one, EventInfo)] == list(range(1, 8))
    service.ledger.close()


def test_news_of_all_jobs_go_on_over_a_restart_and_name_what_is_gone(tmp_path: Path) -> None:
    service = open_service(tmp_path)
    with serving(service, tmp_path) as house:
        port, mill = house.web_port, Client(house.url, patience_seconds=60)
        news = mill.events(user="*")
        assert next(news) == HelloInfo(missed=False)
        job = mill.submit(house.pdf)
        first = next(news)
        assert isinstance(first, JobInfo)
        assert (first.id, first.user) == (job.id, "local")
        assert [one.id for one in mill.jobs(user="*").jobs] == [job.id]
    with serving(service, tmp_path, port=port):
        assert next(news) == HelloInfo(missed=False)
        mill.delete(job.id)
        assert next(news) == GoneInfo(job.id)
        assert next(mill.events(after=2**40)) == HelloInfo(missed=True)
        mill.close()
    service.ledger.close()


def test_the_async_client_does_the_same(house: LiveHouse, pdf: Path, tmp_path: Path) -> None:
    async def convert() -> list[JobInfo | EventInfo]:
        async with AsyncClient(house.url) as mill:
            job = await mill.submit(pdf)
            told = []
            async for news in mill.watch(job.id):
                if not told:
                    await asyncio.to_thread(house.worker.work_off)
                told.append(news)
            assert (await mill.wait(job.id)).state == "completed"
            async for one in mill.events(after=0):
                if isinstance(one, JobInfo):
                    assert (one.id, one.state) == (job.id, "completed")
                    break
            assert len(await mill.pages(job.id)) == 3
            path = await mill.download(job.id, "markdown", tmp_path / "a.md")
            assert path.read_bytes() == await mill.output(job.id, "markdown")
            with pytest.raises(PagemillError):
                await mill.get("nope")
            return told

    told = asyncio.run(convert())
    assert [one.seq for one in told if isinstance(one, EventInfo)] == list(range(1, 8))


def test_both_clients_offer_the_same() -> None:
    def offers(kind: type) -> set[str]:
        return {name for name in vars(kind) if not name.startswith("_")}

    assert offers(Client) == offers(AsyncClient)


def test_a_download_that_breaks_goes_on_where_it_broke(tmp_path: Path) -> None:
    content = bytes(range(256)) * 40
    asked: list[str] = []

    def answer(request: str, turn: int) -> bytes:
        asked.append(request)
        if turn == 0:
            head = f'HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Length: {len(content)}\r\n\r\n'
            return head.encode() + content[:3000]
        size = len(content) - 3000
        head = f'HTTP/1.1 206 Partial Content\r\nETag: "a"\r\nContent-Length: {size}\r\n\r\n'
        return head.encode() + content[3000:]

    with scripted(answer) as url, Client(url) as mill:
        path = mill.download("j", "markdown", tmp_path / "whole")
    assert path.read_bytes() == content
    assert "range: bytes=3000-" in asked[1].lower()
    assert 'if-range: "a"' in asked[1].lower()
    assert [entry.name for entry in tmp_path.iterdir()] == ["whole"]


def test_a_download_that_is_refused_leaves_no_file(mill: Client, tmp_path: Path) -> None:
    target = tmp_path / "downloads"
    target.mkdir()
    with pytest.raises(PagemillError):
        mill.download("nope", "markdown", target / "a.md")
    assert list(target.iterdir()) == []


def test_a_submission_that_was_lost_is_sent_again_under_the_same_key() -> None:
    asked: list[str] = []

    def answer(request: str, turn: int) -> bytes:
        asked.append(request)
        if turn < 2:
            return b""
        return b"HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\n{}"

    with scripted(answer) as url, Client(url) as mill, pytest.raises(PagemillError):
        mill.submit(b"%PDF", filename="a.pdf")
    keys = {
        line
        for request in asked
        for line in request.splitlines()
        if "idempotency-key" in line.lower()
    }
    assert len(asked) == 3
    assert len(keys) == 1


class scripted:  # noqa: N801  reads as a block
    """A server that answers each connection once, as `answer(request head, turn)` says."""

    def __init__(self, answer: Callable[[str, int], bytes]) -> None:
        self._answer = answer

    def __enter__(self) -> str:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listener.close()

    def _serve(self) -> None:
        for turn in itertools.count():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += connection.recv(65536)
                connection.sendall(self._answer(head.decode("latin-1"), turn))
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass


def test_no_server_is_said_plainly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with (
        Client(f"http://127.0.0.1:{port}", patience_seconds=0) as mill,
        pytest.raises(PagemillError) as error,
    ):
        mill.queue()
    assert error.value.code == "server_unreachable"


def run(
    call: Call, replies: list[Reply | Lost], patience: float = 30
) -> tuple[object, list[float]]:
    """Runs a plan without a wire: what came of it, and the rests between."""
    plan = ask(call, Patience(patience, random.Random(1)))
    rests: list[float] = []
    step, answers = next(plan), iter(replies)
    while True:
        try:
            if isinstance(step, Rest):
                rests.append(step.seconds)
                step = plan.send(None)
            else:
                step = plan.send(next(answers))
        except StopIteration as done:
            return done.value, rests
        except PagemillError as error:
            return error.code, rests


GOOD = Reply(200, {}, b"{}")


def test_lost_connections_and_a_busy_server_are_borne_with() -> None:
    replies = [Lost("gone"), Reply(503, {}), Reply(502, {}), GOOD]
    done, rests = run(Call("GET", "/"), replies)
    assert done is GOOD
    assert len(rests) == 3
    assert rests == sorted(rests)


def test_the_server_says_how_long_to_rest() -> None:
    _, rests = run(Call("GET", "/"), [Reply(429, {"retry-after": "3"}), GOOD])
    assert rests == [3.0]


def test_patience_ends() -> None:
    done, rests = run(Call("GET", "/"), [Lost("gone")] * 100, patience=10)
    assert done == "server_unreachable"
    assert 10 <= sum(rests) < 16


@pytest.mark.parametrize("status", [400, 404, 409, 422, 500])
def test_what_will_be_refused_again_is_not_tried_again(status: int) -> None:
    done, rests = run(Call("GET", "/"), [Reply(status, {})])
    assert isinstance(done, str)
    assert rests == []


def test_an_order_is_given_once_only() -> None:
    done, rests = run(Call("POST", "/", is_repeatable=False), [Lost("gone")])
    assert (done, rests) == ("server_unreachable", [])


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(502, {}, b"<html>Bad gateway"), "server_unreachable"),
        (Reply(500, {}, b"<html>Oh dear"), "internal"),
        (Reply(400, {}, b'{"code": "of_a_newer_server", "detail": "x"}'), "invalid_request"),
        (Reply(404, {}, b'{"code": "job_not_found", "detail": "x"}'), "job_not_found"),
        (Lost("reset"), "server_unreachable"),
    ],
)
def test_any_answer_becomes_an_error_with_a_known_code(reply: Reply | Lost, code: str) -> None:
    assert error_of(reply).code == code
