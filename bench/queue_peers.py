"""Celery and Procrastinate at tasks that do nothing, inside an environment of their own.

`queue_sides.py` runs it. As a module it holds the application that the peer's own worker command
loads; as a program it puts tasks in:

    python -c "import queue_peers; queue_peers.main()" one|batch|idle COUNT

prints as JSON the seconds that putting COUNT tasks in took, or for `idle` each task's wait for its
beginning. `QUEUE_PEER` names the peer, `QUEUE_SERVER` its server, `QUEUE_DONE` the file that gets a
byte for every task done.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

BATCH, PAUSE_SECONDS, LOOK_SECONDS = 1000, 0.05, 0.0005


@dataclass
class Noop:
    """The task. With a `mark` it tells when it began, in the file of that name."""

    done: Path
    _file: int | None = field(default=None)

    def __call__(self, mark: str = "") -> None:
        if mark:
            Path(f"{mark}.part").write_text(str(time.time_ns()))
            Path(f"{mark}.part").rename(mark)
            return
        if self._file is None:  # opened after the fork
            self._file = os.open(self.done, os.O_WRONLY | os.O_APPEND)
        os.write(self._file, b".")


def celery_app(server: str, noop: Noop) -> object:
    """Tasks are acknowledged when they are done, so that none is lost with its worker."""
    from celery import Celery

    app = Celery("queue_peers", broker=server)
    app.conf.update(
        task_ignore_result=True, task_acks_late=True, broker_connection_retry_on_startup=True
    )

    @app.task(name="noop")
    def task(mark: str = "") -> None:
        noop(mark)

    return app


def procrastinate_app(server: str, noop: Noop) -> object:
    import procrastinate

    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=server))

    @app.task(name="noop")
    async def task(mark: str = "") -> None:
        noop(mark)

    return app


APPS = {"celery": celery_app, "procrastinate": procrastinate_app}

if peer := os.environ.get("QUEUE_PEER"):
    app = APPS[peer](os.environ["QUEUE_SERVER"], Noop(Path(os.environ["QUEUE_DONE"])))


def main() -> None:
    what, count = sys.argv[1], int(sys.argv[2])
    task = app.tasks["noop"]
    if peer == "celery":
        _tell(what, count, lambda mark="": task.delay(mark), None)
        return
    with app.open():
        _tell(
            what,
            count,
            lambda mark="": task.defer(mark=mark),
            lambda many: task.batch_defer(*({"mark": ""} for _ in range(many))),
        )


def _tell(
    what: str,
    count: int,
    put: Callable[..., object],
    put_many: Callable[[int], object] | None,
) -> None:
    if what == "idle":
        marks = Path(os.environ["QUEUE_DONE"])
        print(json.dumps([_idle(put, Path(f"{marks}.{number}")) for number in range(count)]))
        return
    began = time.perf_counter()
    if put_many is None or what == "one":
        for _ in range(count):
            put()
    else:
        for first in range(0, count, BATCH):
            put_many(min(BATCH, count - first))
    print(json.dumps(time.perf_counter() - began))


def _idle(put: Callable[[str], object], mark: Path) -> float:
    """Seconds from before the call that puts a task in until the task begins."""
    time.sleep(PAUSE_SECONDS)
    began = time.time_ns()
    put(str(mark))
    while not mark.exists():
        time.sleep(LOOK_SECONDS)
    waited = (int(mark.read_text()) - began) / 1e9
    mark.unlink()
    return waited
