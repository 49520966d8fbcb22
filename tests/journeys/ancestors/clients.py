"""Runs the clients of other systems' APIs as their users would: programs of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from journeys.nodes import PATIENCE_SECONDS, PLUGINS, until
from pagemill.testing.documents import text_pdf
from pagemill_process import serving

HERE = Path(__file__).parent
RUNNERS = {".py": sys.executable, ".js": "node", ".sh": "sh"}
PAUSE = 0.05  # seconds, for the documents' 5 and 10


@dataclass(frozen=True)
class Server:
    """A server's address and folder, and the file that holds pages in work while it exists."""

    url: str
    folder: Path
    gate: Path

    @property
    def input(self) -> Path:
        """The folder whose files are converted by name."""
        folder = self.folder / "data" / "input"
        folder.mkdir(exist_ok=True)
        return folder

    @contextmanager
    def shut(self) -> Iterator[Path]:
        """No page of a scan (`scan`) is finished within the block, unless the gate is deleted."""
        self.gate.touch()
        try:
            yield self.gate
        finally:
            self.gate.unlink(missing_ok=True)


@contextmanager
def gated(folder: Path, **settings: object) -> Iterator[Server]:
    """A server that takes the text under a scan for its reading, and waits at the gate with it."""
    gate = folder / "gate"
    given = {"plugins": PLUGINS, "engine": "gate", "test_gate": gate}
    with serving(folder, **given, **settings) as url:
        yield Server(url, folder, gate)


def scan(title: str, pages: int) -> bytes:
    """Pages that need OCR. Give each its own title: pages that were read are not read again."""
    texts = [f"{title}\nEnd of leaf {page}." for page in range(1, pages + 1)]
    return text_pdf(texts, invisible=True)


@dataclass(frozen=True)
class Ran:
    """What a client left behind."""

    code: int
    out: str
    errors: str

    @property
    def summary(self) -> Any:
        """The JSON in its last line."""
        return json.loads(self.out.splitlines()[-1])


def run(client: str, *arguments: object) -> Ran:
    """Whatever comes of it."""
    done = subprocess.run(
        command(client, *arguments), capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def succeed(client: str, *arguments: object) -> Any:
    """The summary of a client that must succeed."""
    ran = run(client, *arguments)
    assert ran.code == 0, f"{ran.out}\n{ran.errors}"
    return ran.summary


def command(client: str, *arguments: object) -> list[str]:
    return [RUNNERS[Path(client).suffix], str(HERE / client), *map(str, arguments)]


@dataclass
class Running:
    """A client that is still at work; what it says goes to two files."""

    process: subprocess.Popen[bytes]
    out: Path
    errors: Path

    def says(self, what: str) -> None:
        """Waits for it; fails if the client ends without."""
        until(lambda: what in self.out.read_text() or self.process.poll() is not None, what)
        assert what in self.out.read_text(), self.errors.read_text()

    def summary(self) -> Any:
        """Once it has succeeded."""
        code = self.process.wait(PATIENCE_SECONDS)
        ran = Ran(code, self.out.read_text(), self.errors.read_text())
        assert code == 0, f"{ran.out}\n{ran.errors}"
        return ran.summary


@contextmanager
def running(folder: Path, client: str, *arguments: object) -> Iterator[Running]:
    """A client that works for the block, and is killed if it outlasts it."""
    name = client.replace("/", "-")
    out, errors = folder / f"{name}.out", folder / f"{name}.err"
    with out.open("wb") as stdout, errors.open("wb") as stderr:
        process = subprocess.Popen(
            command(client, *arguments),
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            stdout=stdout,
            stderr=stderr,
        )
    try:
        yield Running(process, out, errors)
    finally:
        process.kill()
        process.wait()
