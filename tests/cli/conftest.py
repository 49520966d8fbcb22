"""The command as a person runs it: a process of its own, in a folder of its own."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog

from pagemill.app.logs import configure_logs
from pagemill_process import COMMAND, clean_environment, serving

Run = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture(autouse=True)
def hushed() -> Iterator[None]:
    """A house may be open in this process, and its log would stand between what commands tell."""
    before = structlog.get_config()
    configure_logs("error")
    yield
    structlog.configure(**before)


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
    with serving(tmp_path_factory.mktemp("server")) as url:
        yield url
