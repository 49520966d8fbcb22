"""Keeps a node running beside a server or command: starts it, starts it again, stops it."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress

import structlog

from pagemill.app.clock import SystemClock
from pagemill.app.lock import is_node_running
from pagemill.settings import CONFIG_VARIABLE, Settings, variable_of
from pagemill.work.patience import Patience

_LOOK_SECONDS = 0.5
_LONG_LIFE_SECONDS = 30.0
_GRACE_SECONDS = 10.0  # beyond the drain, before a node that does not stop is killed


def node_command() -> list[str]:
    return [sys.executable, "-P", "-m", "pagemill.app.node"]


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as variables of the environment: every one, so that nothing weaker counts, and
    no file, so that one that is being edited does not keep a node from starting.
    """
    given = settings.model_dump().items()
    values = {variable_of(name): "" if value is None else str(value) for name, value in given}
    return values | {CONFIG_VARIABLE: os.devnull}


class NodeKeeper:
    """`start` returns at once. The node is killed by the kernel if this process dies in any way,
    so that a new server never meets an old node. It stands in a process group of its own: Ctrl-C
    reaches the server, which then stops the node in order.

    While another node works on the data folder, it waits for that one to go.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        # The kernel kills the node when the thread that started it ends: hence one of its own.
        self._thread = threading.Thread(target=self._keep, name="node-keeper", daemon=True)
        self._log = structlog.get_logger()

    @property
    def pid(self) -> int | None:
        """Of the node that runs now."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Drains: pages in work may finish for `drain_seconds`. Returns when the node is gone."""
        self._stopping.set()
        with self._lock:
            if self._process is not None:
                with suppress(ProcessLookupError):
                    self._process.send_signal(signal.SIGTERM)
        self._thread.join(self._settings.drain_seconds + _GRACE_SECONDS)
        if self._thread.is_alive() and self._process is not None:
            self._log.error("node_killed", pid=self._process.pid)
            self._process.kill()
            self._thread.join()

    def _keep(self) -> None:
        patience = Patience(0.1, 10.0)
        while not self._stopping.is_set():
            if is_node_running(self._settings.data):
                self._stopping.wait(_LOOK_SECONDS)
                continue
            seconds, code = self._run_once()
            if self._stopping.is_set():
                return
            if seconds > _LONG_LIFE_SECONDS:
                patience.regain()
            wait = patience.lose()
            self._log.error("node_died", exit_status=code, again_in_seconds=wait)
            self._stopping.wait(wait)

    def _run_once(self) -> tuple[float, int]:
        """How long the node lived, and how it ended."""
        began = SystemClock().monotonic()
        with self._lock:
            if self._stopping.is_set():
                return 0.0, 0
            self._process = subprocess.Popen(  # noqa: S603  our own program
                [*node_command(), "--parent", str(os.getpid())],
                env={**os.environ, **environment_of(self._settings)},
                stdin=subprocess.DEVNULL,
                process_group=0,
            )
        code = self._process.wait()
        return SystemClock().monotonic() - began, code
