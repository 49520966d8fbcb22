"""The server is killed under its clients; they go on with the ids they have."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pikepdf
import psutil

from journeys.ancestors.clients import PAUSE, Running, running
from journeys.nodes import PLUGINS, is_gone, until
from pagemill.testing.documents import text_pdf
from pagemill_process import start_server

PAGES = 20


def half_scanned() -> bytes:
    """The second half needs OCR, so it waits at the gate."""
    file = io.BytesIO()
    with (
        pikepdf.open(io.BytesIO(text_pdf(PAGES))) as pdf,
        pikepdf.open(io.BytesIO(text_pdf(PAGES, invisible=True))) as scan,
    ):
        del pdf.pages[PAGES // 2 :]
        pdf.pages.extend(scan.pages[PAGES // 2 :])
        pdf.save(file)
    return file.getvalue()


def test_polling_goes_on_after_the_server_was_killed(tmp_path: Path) -> None:
    document, result = tmp_path / "report.pdf", tmp_path / "result.md"
    document.write_bytes(half_scanned())
    with a_mortal_server(tmp_path) as server:
        polling = ("000_jobs/reconnect.py", server.url, document, result, PAUSE)
        with running(tmp_path, *polling) as client:
            told = server.killed_under(client, half=f"[processing] {PAGES // 2}/{PAGES}")
    assert {status["job_id"] for status in told["seen"]} == {told["job_id"]}
    assert told["seen"][-1]["status"] == "completed"
    done = [status["processed_pages"] for status in told["seen"]]
    assert done == sorted(done)
    assert re.findall(r"End of leaf (\d+)\.", result.read_text()) == [
        str(page) for page in range(1, PAGES + 1)
    ]


def test_a_websocket_client_goes_on_after_the_server_was_killed(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "input"
    folder.mkdir(parents=True)
    (folder / "report.pdf").write_bytes(half_scanned())
    with a_mortal_server(tmp_path) as server:
        listening = ("002_convert/reconnect.py", server.url, "report.pdf", PAUSE)
        with running(tmp_path, *listening) as client:
            told = server.killed_under(client, half="Progress: 50%")
    assert told["messages"][-1]["status"] == "completed"
    shares = [message["progress"] for message in told["messages"]]
    assert shares == sorted(shares)
    assert shares[-1] == 100


class MortalServer:
    """Starts again on the same folder and port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.gate = folder / "gate"
        self.gate.touch()
        self.process, self.url = self._start(0)

    def _start(self, port: int) -> Any:
        settings = {"plugins": PLUGINS, "engine": "gate", "test_gate": self.gate}
        return start_server(self.folder, port=port, **settings)

    def killed_under(self, client: Running, half: str) -> Any:
        """Killed once the client has said `half`, started again once it has noticed; the summary
        of the client.
        """
        client.says(half)
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        self.process.communicate()
        client.says("connection lost")
        until(lambda: all(map(is_gone, family)), "the node and its children to die too")
        self.gate.unlink()
        self.process, _ = self._start(int(self.url.rpartition(":")[2]))
        told = client.summary()
        assert told["lost"] >= 1
        return told


@contextmanager
def a_mortal_server(folder: Path) -> Iterator[MortalServer]:
    server = MortalServer(folder)
    try:
        yield server
    finally:
        server.process.terminate()
        server.process.communicate()
