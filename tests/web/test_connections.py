"""Connections that hold on to the server: those are closed, and nobody else notices."""

import json
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
from websockets.sync.client import connect

from pagemill.app.connections import connections_at_most
from pagemill.model.job import OutputFile
from web_house import LiveHouse, open_service, serving

MB = 1024 * 1024


@contextmanager
def house_with(folder: Path, **bounds: float) -> Iterator[LiveHouse]:
    service = open_service(folder)
    with serving(service, folder, **bounds) as live:
        yield live
    service.ledger.close()


def dial(house: LiveHouse) -> socket.socket:
    return socket.create_connection(("127.0.0.1", house.web_port), 30)


def is_closed(connection: socket.socket) -> bool:
    """Whether the server has hung up. What it said before is read and dropped."""
    try:
        while select.select([connection], [], [], 0)[0]:
            if not connection.recv(65536):
                return True
    except ConnectionResetError:
        return True
    return False


def outlast(house: LiveHouse) -> None:
    """Returns when a connection that says nothing has been closed: `header_seconds` from now."""
    with dial(house) as silent:
        assert silent.recv(1) == b""


def wait_until(condition) -> None:
    pause = threading.Event()
    for _ in range(1500):
        if condition():
            return
        pause.wait(0.02)
    raise AssertionError("it never came true")


def test_headers_in_drops_are_not_waited_for_and_others_are_answered(tmp_path: Path) -> None:
    with (
        house_with(tmp_path, header_seconds=0.5) as house,
        house.client() as other,
        dial(house) as slow,
    ):
        slow.sendall(b"GET /health HTTP/1.1\r\nX-Drops: ")

        def is_cut_off() -> bool:
            assert other.get("/ready").status_code == 200
            try:
                slow.sendall(b"x")
            except OSError:
                return True
            return is_closed(slow)

        wait_until(is_cut_off)


def test_the_headers_of_a_later_request_are_not_waited_for_either(tmp_path: Path) -> None:
    with house_with(tmp_path, header_seconds=0.5) as house, dial(house) as slow:
        slow.sendall(b"HEAD /ready HTTP/1.1\r\nHost: x\r\n\r\n")
        assert slow.recv(65536).startswith(b"HTTP/1.1 405 ")
        slow.sendall(b"GET /ready HTTP/1.1\r\nX-Drops: ")

        def is_cut_off() -> bool:
            try:
                slow.sendall(b"x")
            except OSError:
                return True
            return is_closed(slow)

        wait_until(is_cut_off)


def test_a_connection_that_goes_on_asking_is_kept(tmp_path: Path) -> None:
    with (
        house_with(tmp_path, header_seconds=1.5) as house,
        dial(house) as busy,
        dial(house) as silent,
    ):
        while not is_closed(silent):
            busy.sendall(b"HEAD /ready HTTP/1.1\r\nHost: x\r\n\r\n")
            assert busy.recv(65536).startswith(b"HTTP/1.1 405 ")


def test_an_upload_may_take_longer_than_its_headers(tmp_path: Path) -> None:
    with house_with(tmp_path, header_seconds=0.8) as house, house.client() as client:

        def slowly() -> Iterator[bytes]:
            yield b'--XX\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
            for _ in range(2):
                outlast(house)
                yield b"x" * 1000
            yield b"\r\n--XX--\r\n"

        answer = client.post(
            "/v1/jobs",
            content=slowly(),
            headers={"Content-Type": "multipart/form-data; boundary=XX"},
        )
        assert answer.status_code == 202


def test_streams_and_sockets_outlast_any_headers(tmp_path: Path) -> None:
    with house_with(tmp_path, header_seconds=0.8) as house, house.client() as client:
        ref = house.submit()["id"]
        with (
            client.stream("GET", f"/v1/jobs/{ref}/events") as response,
            connect(f"ws://127.0.0.1:{house.web_port}/v1/jobs/{ref}/ws") as told,
        ):
            told.recv(30)
            outlast(house)
            outlast(house)
            house.worker.work_off()
            assert [sse.event for sse in httpx2.EventSource(response)][-1] == "job"
            assert json.loads(list(told)[-1])["job"]["state"] == "completed"


def test_a_body_nobody_reads_does_not_hold_its_connection(tmp_path: Path) -> None:
    with house_with(tmp_path, header_seconds=0.5) as house, dial(house) as endless:
        endless.sendall(b"POST /v1/none HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n")
        assert endless.recv(65536).startswith(b"HTTP/1.1 404 ")

        def is_cut_off() -> bool:
            try:
                endless.sendall(b"x")
            except OSError:
                return True
            return is_closed(endless)

        wait_until(is_cut_off)


def test_idle_connections_make_room_and_a_stream_stays(tmp_path: Path) -> None:
    with ExitStack() as stack:
        house = stack.enter_context(house_with(tmp_path, most_connections=8))
        client = stack.enter_context(house.client())
        ref = house.submit()["id"]
        response = stack.enter_context(client.stream("GET", f"/v1/jobs/{ref}/events"))
        told = iter(httpx2.EventSource(response))
        assert next(told).event == "job"
        idle = [stack.enter_context(dial(house)) for _ in range(40)]
        with house.client() as newcomer:
            assert newcomer.get("/ready").status_code == 200
        wait_until(lambda: sum(map(is_closed, idle)) >= 40 - 8)
        assert is_closed(idle[0])
        assert not is_closed(idle[-1])
        house.worker.work_off()
        assert [sse.event for sse in told][-1] == "job"


def test_with_every_connection_at_work_newcomers_are_turned_away(tmp_path: Path) -> None:
    with ExitStack() as stack:
        house = stack.enter_context(house_with(tmp_path, most_connections=2))
        ref = house.submit()["id"]
        wait_until(lambda: not open_connections(house))
        clients = [stack.enter_context(house.client()) for _ in range(2)]
        for client in clients:
            stack.enter_context(client.stream("GET", f"/v1/jobs/{ref}/events"))
        wait_until(lambda: house.watchers == 2)
        with dial(house) as newcomer:
            assert newcomer.recv(1) == b""
        assert house.watchers == 2


def test_a_reader_who_takes_nothing_of_a_file_is_dropped(tmp_path: Path) -> None:
    with house_with(tmp_path, idle_seconds=0.3) as house, house.client() as client:
        house.worker._outputs = lambda work: [large_output(house, work.job_id)]
        ref = house.submit()["id"]
        house.worker.work_off()
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.connect(("127.0.0.1", house.web_port))
            slow.sendall(
                f"GET /v1/jobs/{ref}/outputs/markdown HTTP/1.1\r\nHost: x\r\n\r\n".encode()
            )
            wait_until(lambda: len(open_connections(house)) == 1)
            assert slow.recv(10) == b"HTTP/1.1 2"
            wait_until(lambda: not open_connections(house))
        assert len(client.get(f"/v1/jobs/{ref}/outputs/markdown").content) == 64 * MB


def open_connections(house: LiveHouse) -> set:
    return house.server.server_state.connections


def large_output(house: LiveHouse, job_id: str) -> OutputFile:
    with house.service.shelf.writer(f"jobs/{job_id}/result.md") as upload:
        for _ in range(64):
            upload.write(b"x" * MB)
    return OutputFile("markdown", "result.md", "text/markdown", upload.size_bytes, upload.sha256)


def test_connections_leave_files_to_the_rest_of_the_process() -> None:
    assert connections_at_most(100) == 100
    assert 100 < connections_at_most(10**9) < 65_536
