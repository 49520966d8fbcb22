"""Pagemill as a person runs it: processes of their own, with no settings but those given."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pagemill.settings import ALIASES, WITHOUT_MEANING

COMMAND = (sys.executable, "-m", "pagemill")
ANCESTORS_NAMES = {alias.variable for alias in ALIASES} | set(WITHOUT_MEANING)


def clean_environment(settings: Mapping[str, object]) -> dict[str, str]:
    """This process's, without any setting of Pagemill's but those given, and two workers."""
    kept = {name: value for name, value in os.environ.items() if not is_setting(name)}
    given = {f"PAGEMILL_{name.upper()}": str(value) for name, value in settings.items()}
    return kept | {"PAGEMILL_WORKERS": "2"} | given


@contextmanager
def serving(folder: Path, **settings: object) -> Iterator[str]:
    """The address of a server that runs for the block, and ends well after it."""
    process, url = start_server(folder, **settings)
    try:
        yield url
    finally:
        process.terminate()
        process.communicate()
    assert process.returncode == 0, (folder / "server.log").read_text()


def start_server(folder: Path, **settings: object) -> tuple[subprocess.Popen[str], str]:
    """A server that listens, on a free port if no other is set, and its address. Its log is
    `server.log` in the folder.
    """
    log = folder / "server.log"
    with log.open("a") as stderr:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--data", str(folder / "data")],
            env=clean_environment({"port": 0} | settings),
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    line = process.stdout.readline()
    if not line.startswith("Pagemill listens on http://"):
        process.kill()
        process.communicate()
        raise AssertionError(log.read_text())
    return process, line.split()[-1]


def is_setting(name: str) -> bool:
    """Whether a variable of the environment, by its name, changes what Pagemill does."""
    is_ours = name.startswith("PAGEMILL_") and not name.startswith("PAGEMILL_TEST_")
    return is_ours or name in ANCESTORS_NAMES
