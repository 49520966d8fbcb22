"""Three real documents through a fresh server, by the commands a person would type.

On a terminal the server stays up until Ctrl-C; without one it is stopped and the demo ends.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SAMPLES = Path(__file__).parent.parent / "tests" / "samples"
SHOWN_LINES = 40
PAGEMILL = (sys.executable, "-m", "pagemill")


def main() -> int:
    listed = json.loads((SAMPLES / "samples.json").read_text())
    files = [str(SAMPLES / sample["path"]) for sample in listed if sample["demo"]]
    with tempfile.TemporaryDirectory(prefix="pagemill-demo-") as folder, serving(folder) as url:
        os.environ["PAGEMILL_URL"] = url
        say(f"A server runs at {url}. {len(files)} documents go in:")
        jobs = run("submit", *files).split()
        subprocess.run((*PAGEMILL, "watch", *jobs), check=True)
        for file, job in zip(files, jobs, strict=True):
            say(f"{Path(file).name}, as Markdown:")
            print(beginning(run("get", job)), flush=True)
        if sys.stdout.isatty():
            say(f"The server is still there: open {url}/ui/jobs in a browser. Ctrl-C stops it.")
            wait_for_interrupt()
    return 0


@contextmanager
def serving(folder: str) -> Iterator[str]:
    """A server on a free port with its data in `folder`, stopped at the end of the block."""
    log = Path(folder) / "server.log"
    with log.open("wb") as stderr:
        server = subprocess.Popen(
            (*PAGEMILL, "serve", "--port", "0", "--data", f"{folder}/data"),
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,  # Ctrl-C is for us; we stop the server in good order
        )
    try:
        assert server.stdout is not None
        line = server.stdout.readline()  # comes when it is ready
        if not line:
            sys.exit(f"The server did not start:\n{log.read_text()}")
        yield line.split()[-1]
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def run(*arguments: str) -> str:
    done = subprocess.run((*PAGEMILL, *arguments), check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def beginning(markdown: str) -> str:
    """The first lines, and how many follow."""
    lines = markdown.strip().splitlines()
    more = len(lines) - SHOWN_LINES
    return "\n".join(lines[:SHOWN_LINES] + ([f"\n... and {more} lines more"] if more > 0 else []))


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
