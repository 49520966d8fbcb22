"""A bell between processes of one machine: a named pipe in the data folder."""

import os
import stat
from contextlib import suppress
from pathlib import Path


class FifoBell:
    """Implements `ports.Bell`. Anybody rings; the one agent of the data folder listens."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._listener: int | None = None

    def ring(self) -> None:
        """Thread-safe. Without a listener the ring is lost; with many rings waiting, one more adds
        nothing: in both cases the pipe refuses, and that is well.
        """
        with suppress(OSError):
            pipe = os.open(self._path, os.O_WRONLY | os.O_NONBLOCK)
            try:
                if stat.S_ISFIFO(os.fstat(pipe).st_mode):
                    os.write(pipe, b"!")
            finally:
                os.close(pipe)

    def listen(self) -> int:
        """A descriptor that is readable once somebody rang, for select or epoll; the same one until
        `close`. Makes the pipe where it is missing. Raises FileExistsError if something else lies
        in its place.
        """
        if self._listener is None:
            with suppress(FileExistsError):
                os.mkfifo(self._path, 0o600)
            if not self._path.is_fifo():
                raise FileExistsError(f"{self._path} is no named pipe; move it away")
            # For writing too: a pipe whose last writer is gone would report a hang-up for ever.
            self._listener = os.open(self._path, os.O_RDWR | os.O_NONBLOCK)
        return self._listener

    def clear(self) -> None:
        """Takes all rings so far, however many, as one."""
        with suppress(BlockingIOError):
            while os.read(self.listen(), 65536):
                pass

    def close(self) -> None:
        """Stops listening; the pipe stays for the next listener."""
        if self._listener is not None:
            os.close(self._listener)
            self._listener = None
