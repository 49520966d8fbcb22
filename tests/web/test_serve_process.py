"""`pagemill serve` as a process: ready, asked to stop, refused."""

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from pagemill.app.house import open_house
from pagemill.app.server import address_of, is_open_house, listen
from pagemill.client import Client
from pagemill.errors import PagemillError
from pagemill.settings import Settings
from pagemill.testing.documents import text_pdf


def command(folder: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "pagemill", "serve", "--data", str(folder / "data"), *arguments]


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its address, read from the line it prints."""
    log = folder / "log"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            command(folder, *arguments), stdout=subprocess.PIPE, stderr=stderr, text=True
        )
    try:
        line = process.stdout.readline()
        assert line.startswith("Pagemill listens on http://127.0.0.1:"), log.read_text()
        yield process, line.removeprefix("Pagemill listens on ").strip()
    finally:
        process.kill()
        process.wait(30)
        process.stdout.close()


def test_port_0_takes_a_free_one_and_tells_it(tmp_path: Path) -> None:
    with started(tmp_path, "--port", "0", "--workers", "0") as (process, url):
        assert httpx2.get(f"{url}/ready").json() == {"ready": True, "workers": 0}
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_ends_live_streams_and_is_no_failure(tmp_path: Path, number: signal.Signals) -> None:
    with started(tmp_path, "--port", "0", "--workers", "0") as (process, url):
        with httpx2.Client(base_url=url, timeout=30) as client:
            ref = client.post("/v1/jobs", files={"file": ("a.pdf", text_pdf(1))}).json()["id"]
            with client.stream("GET", f"/v1/jobs/{ref}/events") as response:
                told = iter(httpx2.EventSource(response))
                assert next(told).event == "job"
                process.send_signal(number)
                assert [sse.event for sse in told] == ["job.queued"]
        assert process.wait(30) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_a_watching_client_outlives_a_restart_of_the_server(tmp_path: Path) -> None:
    kinds: list[str] = []
    with started(tmp_path, "--port", "0", "--workers", "0") as (process, url):
        client = Client(url)
        ref = client.submit(text_pdf(1), filename="a.pdf").id
        heard = threading.Event()

        def watch() -> None:
            for news in client.watch(ref):
                kinds.append(getattr(news, "kind", "job"))
                heard.set()

        watcher = threading.Thread(target=watch)
        watcher.start()
        assert heard.wait(30)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    with started(tmp_path, "--port", url.rpartition(":")[2], "--workers", "0"), client:
        client.cancel(ref)
        watcher.join(30)
    told = [kind for kind in kinds if kind != "job"]
    assert told == ["job.queued", "job.cancelled"]


def test_an_address_in_use_is_said_plainly(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            command(tmp_path, "--port", port), capture_output=True, text=True, timeout=60
        )
    assert done.returncode == 3
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


def test_beyond_this_machine_it_listens_only_when_told(tmp_path: Path) -> None:
    done = subprocess.run(
        command(tmp_path, "--host", "0.0.0.0"), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert "--insecure" in done.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_needs_no_leave(host: str) -> None:
    assert is_open_house(Settings(host=host), insecure=False)
    assert not is_open_house(Settings(host=host, require_tokens=True), insecure=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.org", ""])
def test_any_other_address_needs_tokens_or_leave(host: str, tmp_path: Path) -> None:
    settings = Settings(host=host, data=tmp_path)
    with pytest.raises(PagemillError) as refused:
        is_open_house(settings, insecure=False)
    assert refused.value.code == "insecure_bind"
    assert is_open_house(settings, insecure=True)
    house = open_house(settings)
    house.office.add_token("local")
    house.close()
    assert not is_open_house(settings, insecure=False)


def test_answers_do_not_wait_for_acknowledgements() -> None:
    with listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
            with accepted:
                assert accepted.proto == socket.IPPROTO_TCP


def test_the_address_is_what_a_browser_takes() -> None:
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        assert address_of("127.0.0.1", listener) == f"http://127.0.0.1:{port}"
        assert address_of("::1", listener) == f"http://[::1]:{port}"
