"""Three real documents through a fresh server, by the commands a person would type.

On a terminal the server stays up until Ctrl-C; without one it is stopped and the demo ends.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SAMPLES = Path(__file__).parent.parent / "tests" / "samples"
DOCUMENTS = ("linn.png", "epson.pdf", "multicolumn.pdf")
PAGEMILL = (sys.executable, "-m", "pagemill")
START_SECONDS = 60


def main() -> int:
    files = [str(SAMPLES / name) for name in DOCUMENTS]
    with tempfile.TemporaryDirectory(prefix="pagemill-demo-") as folder, serving(folder) as url:
        os.environ["PAGEMILL_URL"] = url
        say(f"A server runs at {url}. Three documents go in:")
        jobs = run("submit", *files).split()
        subprocess.run((*PAGEMILL, "watch", *jobs), check=True)
        for name, job in zip(DOCUMENTS, jobs, strict=True):
            say(f"{name}, as Markdown:")
            print(run("get", job).strip(), flush=True)
        if sys.stdout.isatty():
            say(f"The server is still there: {url} (the API: {url}/docs). Ctrl-C stops it.")
            wait_for_interrupt()
    return 0


@contextmanager
def serving(folder: str) -> Iterator[str]:
    """A server on a free port with its data in `folder`, stopped at the end of the block."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log = Path(folder) / "server.log"
    command = (*PAGEMILL, "serve", "--port", str(port), "--data", f"{folder}/data")
    with log.open("wb") as stderr:
        # In a session of its own: Ctrl-C is for us, and we stop the server in good order.
        server = subprocess.Popen(command, stdout=stderr, stderr=stderr, start_new_session=True)
    try:
        wait_until_ready(url, server, log)
        yield url
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + START_SECONDS
    while not answers(f"{url}/ready"):
        if server.poll() is not None or time.monotonic() > give_up:
            sys.exit(f"The server did not start:\n{log.read_text()}")
        time.sleep(0.1)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(*arguments: str) -> str:
    done = subprocess.run((*PAGEMILL, *arguments), check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def say(line: str) -> None:
    print(f"\n── {line}\n", flush=True)


def wait_for_interrupt() -> None:
    try:
        signal.pause()
    except KeyboardInterrupt:
        print("\nStopping.", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except subprocess.CalledProcessError as error:  # it has said itself what went wrong
        sys.exit(error.returncode)
