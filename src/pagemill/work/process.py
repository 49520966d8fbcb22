"""One child process as its parent sees it: a socket to talk over, a pipe for what libraries print,
and the means to measure and end it.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import suppress

import psutil

from pagemill.work.spec import ChildSpec
from pagemill.work.wire import Lines, Message, encode

_CHUNK = 1 << 18
_REAP_SECONDS = 1.0


class ChildProcess:
    """A running child. Used by the thread that made it: if that thread ends, the child is killed
    (PR_SET_PDEATHSIG follows the thread). `fd` and `output_fd` never block.
    """

    def __init__(self, spec: ChildSpec) -> None:
        ours, theirs = socket.socketpair()
        self._scratch = tempfile.mkdtemp(dir=spec.scratch) if spec.scratch else ""
        temporary = {"TMPDIR": self._scratch} if self._scratch else {}
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  our own program
                [*spec.command, str(theirs.fileno()), str(os.getpid())],
                pass_fds=(theirs.fileno(),),
                env={**os.environ, **spec.environment, **temporary},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        ours.settimeout(0.0)
        self._sock = ours
        self._lines = Lines()
        self._unsent = bytearray()
        assert self._process.stdout is not None  # noqa: S101  PIPE was asked for
        self._output = self._process.stdout
        os.set_blocking(self._output.fileno(), False)
        self.send(spec.hello)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def fd(self) -> int:
        return self._sock.fileno()

    @property
    def output_fd(self) -> int:
        return self._output.fileno()

    @property
    def has_unsent(self) -> bool:
        """Whether `flush` wants to be called once `fd` takes more."""
        return bool(self._unsent)

    def send(self, message: Message) -> None:
        """Never blocks; what the socket does not take now waits for `flush`."""
        self._unsent += encode(message)
        self.flush()

    def flush(self) -> None:
        with suppress(BlockingIOError):
            while self._unsent:
                try:
                    sent = self._sock.send(self._unsent)
                except (BrokenPipeError, ConnectionResetError):
                    self._unsent.clear()  # its death shows at the next `receive`
                    return
                del self._unsent[:sent]

    def receive(self) -> tuple[list[Message], bool]:
        """What has arrived, and whether the child still holds its end. Raises what `wire.decode`
        raises when the child talks nonsense.
        """
        messages: list[Message] = []
        while True:
            try:
                data = self._sock.recv(_CHUNK)
            except BlockingIOError:
                return messages, True
            except ConnectionResetError:
                return messages, False
            if not data:
                return messages, False
            messages.extend(self._lines.feed(data))
            if len(data) < _CHUNK:
                return messages, True

    def printed(self) -> bytes | None:
        """What the child and its libraries wrote to stdout and stderr since; None once they have
        closed both.
        """
        try:
            return os.read(self.output_fd, _CHUNK) or None
        except BlockingIOError:
            return b""

    def memory_mb(self) -> float:
        """Resident memory (RSS); 0 when it is gone."""
        return memory_mb(self.pid)

    def kill(self) -> None:
        self._process.kill()

    def is_gone(self) -> bool:
        """Reaps it if it has ended, and removes what it left. Never blocks."""
        if self._process.poll() is None:
            return False
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)
        return True

    def how_it_ended(self) -> str:
        """For a child whose end of the socket is closed: kills what is left, waits for it (a
        second at most) and says in words what it died of.
        """
        with suppress(subprocess.TimeoutExpired):
            return _words(self._process.wait(_REAP_SECONDS))
        self.kill()
        self.reap()
        return "it closed its line and had to be killed"

    def reap(self) -> None:
        """After `kill`: waits until it is gone, a second at most (it may hang in the kernel)."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_REAP_SECONDS)
        self.is_gone()

    def close(self) -> None:
        """An idle child ends by itself when its line is closed."""
        self._sock.close()
        self._output.close()


def _words(code: int) -> str:
    if code >= 0:
        return f"it ended with exit status {code}"
    try:
        return f"it was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"it was killed by signal {-code}"


def memory_mb(pid: int) -> float:
    """Resident memory (RSS) of a process; 0 when it is gone."""
    try:
        rss: int = psutil.Process(pid).memory_info().rss
    except psutil.Error:
        return 0.0
    return rss / (1 << 20)
