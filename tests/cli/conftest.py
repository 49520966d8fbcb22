"""The command as a person runs it: a process of its own, in a folder of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., subprocess.Popen[str]]
COMMAND = (sys.executable, "-m", "pagemill")


def clean_environment(settings: dict[str, object]) -> dict[str, str]:
    """This process's, without any setting of Pagemill's but those given, and two workers."""
    kept = {name: value for name, value in os.environ.items() if not _is_setting(name)}
    given = {f"PAGEMILL_{name.upper()}": str(value) for name, value in settings.items()}
    return kept | {"PAGEMILL_WORKERS": "2"} | given


def _is_setting(name: str) -> bool:
    return name.startswith("PAGEMILL_") and not name.startswith("PAGEMILL_TEST_")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `pagemill <arguments>` in an empty folder; keyword arguments are settings."""

    def run_in_folder(*arguments: object, **settings: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *map(str, arguments)],
            cwd=tmp_path,
            env=clean_environment(settings),
            capture_output=True,
            text=True,
            timeout=240,
        )

    return run_in_folder


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """As `run`, but returns at once. What still runs at the end of the test is killed."""
    started: list[subprocess.Popen[str]] = []

    def start_in_folder(*arguments: object, **settings: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            cwd=tmp_path,
            env=clean_environment(settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start_in_folder
    for process in started:
        process.send_signal(signal.SIGKILL)
        process.communicate()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that all tests of this process share."""
    folder = tmp_path_factory.mktemp("server")
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", "0", "--data", str(folder / "data")],
            env=clean_environment({"plugins": "pagemill.testing.engines:GateEngine"})
            | {"PAGEMILL_TEST_GATE": str(folder / "gate")},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    line = process.stdout.readline()
    assert line.startswith("Pagemill listens on http://"), (folder / "log").read_text()
    yield line.split()[-1]
    process.terminate()
    process.communicate()
    assert process.returncode == 0, (folder / "log").read_text()
