"""One node per data folder: a lock that the kernel frees when its holder dies, however it dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pagemill.errors import PagemillError

LOCK = "node.lock"
_PATIENCE_SECONDS, _STEP_SECONDS = 1.0, 0.02


@contextmanager
def node_lock(data: Path) -> Iterator[None]:
    """Held for the block. Waits up to a second: a node that is just dying, or somebody who only
    looks, may hold it for a moment. Raises `node_running`.
    """
    until = time.monotonic() + _PATIENCE_SECONDS
    with (data / LOCK).open("a+") as file:
        while not _try_lock(file.fileno(), fcntl.LOCK_EX):
            if time.monotonic() > until:
                raise PagemillError("node_running", f"Workers already run on {data}")
            time.sleep(_STEP_SECONDS)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def is_node_running(data: Path) -> bool:
    """Whether some process holds the lock of this data folder. Cheap."""
    try:
        file = (data / LOCK).open()
    except FileNotFoundError:
        return False
    with file:
        return not _try_lock(file.fileno(), fcntl.LOCK_SH)


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
